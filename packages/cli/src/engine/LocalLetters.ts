/** Dead letters of the engine whose stores the command reaches. */
import type { DeadLetter, LetterId } from "@flash-sale/domain/ports/DeadLetters"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import * as Discard from "@flash-sale/operations/letters/Discard"
import * as LetterBatch from "@flash-sale/operations/letters/LetterBatch"
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import * as Letters from "@flash-sale/operations/letters/Letters"
import { distinct, type LetterSelection } from "@flash-sale/operations/letters/LetterSelection"
import * as LetterValue from "@flash-sale/operations/letters/LetterValue"
import type { Refused } from "@flash-sale/operations/letters/Refusal"
import * as Replay from "@flash-sale/operations/letters/Replay"
import * as ReplayPreview from "@flash-sale/operations/letters/ReplayPreview"
import { Effect } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import type { Author } from "../terminal/Remote.ts"
import * as Target from "../terminal/Target.ts"
import type * as LetterView from "./LetterView.ts"
import * as LocalOrder from "./order/LocalOrder.ts"

type KnownError = Parameters<typeof CommandFailed.from>[0]
type Tagged = { readonly _tag: string }

const rowOf = (letter: DeadLetter): LetterView.LetterRow => ({
  id: LetterIdText.show(letter),
  reason: letter.error,
  key: letter.key,
  requestId: letter.requestId,
  attempt: letter.attempt,
  correlationId: letter.correlationId,
  timestamp: letter.timestamp,
  price: letter.price,
  currency: letter.currency
})

const charged = (from: LetterView.Charged | DeadLetter | undefined): LetterView.Charged | undefined =>
  from === undefined ? undefined : { price: from.price, currency: from.currency }

const replayedOf = (replayed: Replay.Replayed): LetterView.Replayed => {
  switch (replayed._tag) {
    case "Done":
      return { _tag: "Done", id: LetterIdText.show(replayed.id), handling: replayed.handling }
    case "InLog": {
      const { attempt, requestId, status } = replayed.status
      return { _tag: "InLog", id: LetterIdText.show(replayed.letter), requestId, attempt, status }
    }
    case "Recorded": {
      const { error, letter, next: { attempt, order: { itemId, requestId } } } = replayed
      return { _tag: "Recorded", id: LetterIdText.show(letter), requestId, itemId, attempt, why: error.detail }
    }
    case "Replayed": {
      const { letter, next: { attempt, order: { itemId, requestId } }, sale } = replayed
      const before = { price: letter.price, currency: letter.currency }
      const now = { price: sale.price, currency: sale.currency }
      return { _tag: "Replayed", id: LetterIdText.show(letter), requestId, itemId, attempt, before, now }
    }
  }
}

export const letters = (filter: Letters.Filter) =>
  Effect.map(
    Target.bounded(Letters.open(filter)),
    (open) => open.map(rowOf)
  )

export const letter = Effect.fnUntraced(function*(id: LetterId) {
  const found = yield* Letters.find(id)
  if (found._tag !== "Open") return found
  const { requestId } = found.letter
  const statuses = yield* OrderStatuses
  const lookup = requestId === undefined ? undefined : yield* statuses.read(requestId)
  const order = lookup?._tag === "Kept" ? LocalOrder.shown(lookup.record) : undefined
  return { _tag: "Open" as const, letter: rowOf(found.letter), value: LetterValue.shown(found.letter.value), order }
}, Target.bounded)

export const previewReplay = (selection: LetterSelection) =>
  Effect.map(
    Target.bounded(ReplayPreview.preview(selection)),
    ({ entries }) =>
      entries.map(({ id, isCertain, letter: of, next, outlook, refusal, sale }): LetterView.PreviewRow => ({
        id,
        outlook,
        requestId: next?.order.requestId,
        itemId: next?.order.itemId,
        amount: next?.order.amount,
        attempt: next?.attempt,
        before: charged(of),
        now: charged(sale),
        isCertain,
        refusal
      }))
  )

/** Performs the steps that are not refused, each by itself, and tells of each. Stops at the first that fails. */
const perform = <Step extends Tagged, E extends KnownError, R>(
  inspected: ReadonlyArray<LetterBatch.Inspected<Step>>,
  act: (step: Exclude<Step, Refused>) => Effect.Effect<void, E, R>
) =>
  LetterBatch.perform(
    inspected,
    (id, step) =>
      Effect.mapError(Target.boundedAppend(act(step)), (error) => CommandFailed.about(id, CommandFailed.from(error)))
  )

/** All are inspected before the first is changed. */
export const replay = Effect.fnUntraced(function*(
  selection: LetterSelection,
  author: Author,
  tell: (replayed: LetterView.Replayed) => Effect.Effect<void>
) {
  const operator = yield* OperatorFlags.operator(author)
  const act = (step: Exclude<Replay.Step, Refused>) =>
    Effect.flatMap(Replay.perform(step, operator), (replayed) => tell(replayedOf(replayed)))
  if (selection._tag === "Ids") {
    const inspected = yield* Target.bounded(LetterBatch.inspect(distinct(selection.ids), Replay.inspect))
    const refused = LetterBatch.refusals(inspected)
    if (refused.length === 0) yield* perform(inspected, act)
    return { total: inspected.length, refused, noOrders: 0 }
  }
  const open = yield* Target.bounded(Letters.open(selection.filter))
  const orders = open.filter(({ error }) => error === "Payment Timeout")
  const inspected = yield* Target.bounded(LetterBatch.inspect(orders, Replay.inspectLetter))
  yield* perform(inspected, act)
  return { total: open.length, refused: LetterBatch.refusals(inspected), noOrders: open.length - orders.length }
})

export const discard = Effect.fnUntraced(function*(
  ids: ReadonlyArray<LetterId>,
  author: Author,
  tell: (discarded: LetterView.Discarded) => Effect.Effect<void>
) {
  const operator = yield* OperatorFlags.operator(author)
  const inspected = yield* Target.bounded(LetterBatch.inspect(distinct(ids), Discard.inspect))
  const refused = LetterBatch.refusals(inspected)
  if (refused.length === 0) {
    yield* perform(
      inspected,
      (step) =>
        Effect.flatMap(
          Discard.perform(step, operator),
          (discarded) => tell({ ...discarded, id: LetterIdText.show(discarded.id) })
        )
    )
  }
  return { total: inspected.length, refused, noOrders: 0 }
})
