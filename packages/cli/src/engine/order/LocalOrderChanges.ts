/** Changing orders of the engine whose stores the command reaches, and reading their history. */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import * as FoundOrder from "@flash-sale/operations/orders/FoundOrder"
import * as OrderCancel from "@flash-sale/operations/orders/OrderCancel"
import * as OrderChange from "@flash-sale/operations/orders/OrderChange"
import * as OrderHistory from "@flash-sale/operations/orders/OrderHistory"
import * as OrderRefund from "@flash-sale/operations/orders/OrderRefund"
import { Effect } from "effect"
import * as OperatorFlags from "../../terminal/OperatorFlags.ts"
import type { Author } from "../../terminal/Remote.ts"
import * as Target from "../../terminal/Target.ts"
import * as LogTarget from "./LogTarget.ts"
import type { Asked, Changed, Meant } from "./OrderView.ts"
import * as OrderWords from "./OrderWords.ts"

/** How long a command waits until its change counts, and the payment provider has done its part. */
const EFFECT_WITHIN = "8 seconds"

/** Finds words for what stands against it. */
const inWords = (order: Meant) => ({
  OrderUndecided: () => Effect.fail(OrderWords.undecided(order)),
  UnknownOrder: () => Effect.fail(OrderWords.unknown(order))
})

const shown = (changed: OrderChange.Changed, when: string): Changed => {
  const { attempt, order, order: { itemId, requestId }, position } = changed
  const named = { requestId, itemId, attempt }
  if (changed._tag === "Recorded") return { _tag: "Recorded", ...named, position: changed.position, when }
  return {
    _tag: "Counts",
    ...named,
    status: changed.status,
    waits: changed.waits,
    restock: OrderRefund.restockOf(order),
    isRepeated: position === undefined,
    position
  }
}

export const change = (place: Target.Target) =>
  Effect.fnUntraced(function*(order: Meant, asked: Asked, author: Author) {
    const change = asked._tag === "Cancel" ? OrderCancel.change : OrderRefund.change(asked)
    const changed = yield* Effect.gen(function*() {
      const found = yield* Target.bounded(OrderChange.look(change, order.requestId, order.itemId))
      if (found.judgement._tag === "Standing") return OrderChange.standing(found.order, found.judgement)
      const { attempt } = found.judgement
      const operator = yield* OperatorFlags.operator(author)
      const position = yield* Target.boundedAppend(OrderChange.append(change, found.order, attempt, operator))
      return yield* OrderChange.outcome(change, found.order, attempt, position, EFFECT_WITHIN)
    }).pipe(Effect.catchTags({
      ...inWords(order),
      OrderConflict: ({ code, orderStatus }) => Effect.fail(OrderWords.conflict(order, code, orderStatus))
    }))
    return shown(changed, yield* Target.follower(place))
  })

export const history = (place: Target.Target) =>
  Effect.fnUntraced(function*(order: Meant) {
    const { itemId, requestId } = yield* Target.bounded(FoundOrder.locate(order.requestId, order.itemId)).pipe(
      Effect.catchTags(inWords(order))
    )
    return yield* Effect.gen(function*() {
      const reader = yield* LogReader
      yield* Target.bounded(reader.partitions)
      return yield* OrderHistory.read(requestId, itemId)
    }).pipe(Effect.provide(LogTarget.layer(place)))
  })
