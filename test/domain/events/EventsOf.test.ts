/** What records tell: the same when they are folded for the first time and when they are read again. */
import { assert, describe, it } from "@effect/vitest"
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import * as EventId from "@flash-sale/domain/events/EventId"
import { eventsOf } from "@flash-sale/domain/events/EventsOf"
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Command, type LoggedCommand, RULES_VERSION } from "@flash-sale/domain/records/Command"
import { CorrelationId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecordHeaders from "@flash-sale/domain/records/wire/RecordHeaders"
import * as Fold from "@flash-sale/domain/rules/Fold"
import type { HeldOrder, LedgerState } from "@flash-sale/domain/rules/Item"
import { Arbitrary, Effect, HashMap, Result, Schema } from "effect"
import * as Histories from "../Histories.ts"

const { itemId } = Histories
const property = { arbitrary: { runs: 400, size: 60 } }
const partition = PartitionId.make(3)
const nobody = () => undefined

/** Of a person's, each time another one. */
const recordOf = (offset: number) => ({
  partition,
  offset: Offset.make(offset),
  timestamp: 1_000 + offset,
  headers: RecordHeaders.ofOperator({ by: `op-${offset}` })
})

const folded = (state: Fold.Folded, commands: ReadonlyArray<LoggedCommand>) => {
  const result = Fold.fold(state, { commands, published: [], expected: undefined })
  if (result._tag !== "Folded") throw new Error(result._tag)
  return result
}

const told = (commands: ReadonlyArray<LoggedCommand>, outcomes: Fold.Result & { readonly _tag: "Folded" }) =>
  commands.flatMap(({ command, offset }, n) =>
    eventsOf(itemId, { record: recordOf(offset), command }, outcomes.outcomes[n]!, nobody, "told")
  )

/** By id: the first telling counts. */
const firstById = (events: ReadonlyArray<ItemEvent>) => {
  const byId = new Map<string, ItemEvent>()
  for (const event of events) if (!byId.has(event.id)) byId.set(event.id, event)
  return byId
}

const Cut = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 99 }))
const cut = Arbitrary.schema(Cut)

/** The steps that an attempt in this state has made for sure. */
const LAST_STEP: Readonly<Partial<Record<LedgerState, EventId.Step>>> = {
  sold: 3,
  refunding: 3,
  released: 3,
  refunded: 4
}

/** What a person must have asked for by now, where the order is so. */
const askedOf = ({ reason, state }: HeldOrder): EventId.Asked | undefined =>
  state === "refunding"
    ? "refund_requested"
    : state === "voiding" && reason === "cancelled"
    ? "cancel_requested"
    : undefined

/** Where the attempt was placed that the event is about; undefined where it is about none. */
const placeOf = (id: string) => (EventId.stepOf(id) ?? EventId.askedOf(id))?.placedAtOffset

/**
 * Nothing is kept of whether an order was given back by hand or through the provider: of one that was by hand, a record
 * that came too early or too late to begin it with the provider may be taken for one that has.
 */
const mayBeMistaken = (
  { id }: ItemEvent,
  known: ReadonlyMap<string, ItemEvent>,
  history: ReadonlyArray<LoggedCommand>
): boolean => {
  const asked = EventId.askedOf(id)
  if (asked?.asked !== "refund_requested") return false
  const end = known.get(EventId.ofStep({ ...asked, step: 4 }))
  return history.some(({ command, offset }) =>
    offset === end?.sequence && command._tag === "Refund" && command.byHand !== undefined
  )
}

/** Nothing is kept of which of several records that ask for the same has made another step. */
const UNMISTAKABLE: ReadonlyArray<ItemEvent["type"]> = [
  "order.reserved",
  "order.confirmed",
  "order.completed",
  "order.refund_due"
]

describe("eventsOf", () => {
  it.effect.prop(
    "every attempt that is final in the ledger has been told so, once, and no other has",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        const result = folded(Fold.nothing, history)
        const events = told(history, result)
        const ids = events.flatMap(({ id }) => placeOf(id) === undefined ? [] : [id])
        assert.strictEqual(ids.length, new Set(ids).size, "an id is told twice")
        for (const [, order] of result.state.item.orders) {
          const placedAtOffset = Offset.make(order.placedAtOffset)
          const asked = askedOf(order)
          if (asked !== undefined) assert.include(ids, EventId.ofAsked({ partition, placedAtOffset, asked }))
          const step = LAST_STEP[order.state]
          if (step === undefined) continue
          const id = EventId.ofStep({ partition, placedAtOffset, step })
          assert.include(ids, id, order.state)
        }
        const finals = new Map(
          [...HashMap.values(result.state.item.orders)].map((order) => [order.placedAtOffset, order])
        )
        for (const { id, type } of events) {
          const named = EventId.stepOf(id)
          const order = named === undefined ? undefined : finals.get(named.placedAtOffset)
          if (order === undefined || named === undefined || named.step < 3) continue
          assert.isAtLeast(LAST_STEP[order.state] ?? 0, named.step, `${type} of an order that is ${order.state}`)
        }
        const due = [...HashMap.values(result.state.item.refundsDue)].flat()
        assert.deepStrictEqual(
          events.filter(({ type }) => type === "order.refund_due").map(({ id }) => id).toSorted(),
          due.map(({ offset }) => EventId.ofRefundDue(partition, offset)).toSorted()
        )
      }),
    property
  )

  it.effect.prop(
    "records that are read again tell no other events, and none less of what the ledger keeps",
    { history: Histories.history, cut },
    ({ cut, history }) =>
      Effect.sync(() => {
        const first = folded(Fold.nothing, history)
        const fresh = told(history, first)
        const from = Math.floor((history.length * cut) / 100)
        const again = history.slice(from)
        const events = told(again, folded(first.state, again))
        const known = firstById(fresh)
        for (const event of events) {
          const same = known.get(event.id)
          if (same === undefined && mayBeMistaken(event, known, history)) continue
          assert.isDefined(same, `${event.id} ${event.type} was never told`)
          assert.strictEqual(event.type, same!.type, event.id)
        }
        for (const [id, event] of firstById(events)) {
          const same = known.get(id)
          if (same === undefined) continue
          if (!UNMISTAKABLE.includes(event.type) || same.sequence < (again[0]?.offset ?? 0)) continue
          assert.strictEqual(event.sequence, same.sequence, `${id} ${event.type} is told by another record`)
        }
        const ids = new Set(events.map(({ id }) => id))
        const attempts = new Set(
          [...HashMap.values(first.state.item.orders)].map(({ placedAtOffset }) => placedAtOffset)
        )
        for (const event of fresh) {
          if (event.sequence < (again[0]?.offset ?? Infinity)) continue
          const place = placeOf(event.id)
          // Nothing is kept of an earlier attempt: its letter, after which came the next, waited for its events.
          if (place !== undefined && !attempts.has(place)) continue
          assert.isTrue(ids.has(event.id), `${event.id} ${event.type} is not told again`)
        }
      }),
    property
  )

  it("a refund by hand, asked for through the provider too early and too late: at most that is told again", () => {
    const named = {
      requestId: Histories.requestIds[0]!,
      attempt: 1,
      restock: true,
      correlationId: CorrelationId.make("c")
    }
    const history: ReadonlyArray<LoggedCommand> = [
      { offset: 0, command: Command.Adjust({ adjustment: { seq: 1, delta: 12 } }) },
      { offset: 1, command: Command.Rules({ version: RULES_VERSION }) },
      {
        offset: 2,
        command: Command.Place({
          order: { requestId: named.requestId, userId: Histories.userIds[0]!, itemId, amount: 1 },
          attempt: 1,
          acceptedAt: 0,
          correlationId: named.correlationId
        })
      },
      { offset: 3, command: Command.Refund(named) },
      {
        offset: 4,
        command: Command.Settle({ settlements: [{ requestId: named.requestId, attempt: 1, outcome: "paid" }] })
      },
      { offset: 5, command: Command.Refund({ ...named, byHand: PaymentReference.make("by-hand") }) },
      { offset: 6, command: Command.Refund(named) }
    ]
    const first = folded(Fold.nothing, history)
    assert.deepStrictEqual(told(history, first).map(({ id }) => id), [`${itemId}:seq:1`, "3-2-3", "3-2-4"])
    const again = told(history, folded(first.state, history)).map(({ id }) => id)
    assert.deepStrictEqual(
      [...new Set(again)].toSorted(),
      [
        "3-2-3",
        "3-2-4",
        "3-2-refund_requested",
        `${itemId}:seq:1`
      ].toSorted()
    )
  })

  it.effect.prop(
    "an event is read as it was written",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        for (const event of told(history, folded(Fold.nothing, history))) {
          const text = CloudEvent.write(event)
          const read = Result.getOrThrow(CloudEvent.read(text))
          assert.strictEqual(read.id, event.id)
          assert.strictEqual(read.type, event.type)
          assert.deepStrictEqual(read.data, event.data as unknown)
        }
      }),
    { arbitrary: { runs: 50, size: 40 } }
  )
})
