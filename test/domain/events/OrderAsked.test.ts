/** Who cancels an order that is being paid, or gives back one that the engine has charged: told of their record. */
import { assert, describe, it } from "@effect/vitest"
import { eventsOf } from "@flash-sale/domain/events/EventsOf"
import type { ItemEvent, OrderData } from "@flash-sale/domain/events/OrderEvent"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Command, CommandId, type PaymentOutcome } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecordHeaders from "@flash-sale/domain/records/wire/RecordHeaders"
import * as Fold from "@flash-sale/domain/rules/Fold"

const itemId = ItemId.make("101")
const requestId = RequestId.make("r-1")
const order = { requestId, userId: UserId.make("u-1"), itemId, amount: 1 }
const trace = { correlationId: CorrelationId.make("own") }

interface Told {
  readonly command: Command
  readonly by?: string
}

const byHand = (by: string, command: Command): Told => ({ by, command })
const byEngine = (command: Command): Told => ({ command })

const place = byEngine(Command.Place({ order, attempt: 1, acceptedAt: 0, ...trace }))
const hold = byEngine(Command.Hold({ order, acceptedAt: 0, ...trace }))
const confirm = byEngine(Command.Confirm({ requestId, at: 1, ...trace }))
const paid = byEngine(Command.Confirm({ requestId, at: 1, reference: PaymentReference.make("pay-1"), ...trace }))
const settle = (outcome: PaymentOutcome, attempt = 1) =>
  byEngine(Command.Settle({ settlements: [{ requestId, attempt, outcome }] }))
const cancel = Command.Cancel({ requestId, attempt: 1 })
const refund = Command.Refund({ requestId, attempt: 1, restock: true, ...trace })
const refundByHand = Command.Refund({ ...refund, byHand: PaymentReference.make("wire-1") })

/** The first record of each history is at this offset. */
const FIRST = 2
const OPENING: ReadonlyArray<Told> = [
  byEngine(Command.Rules({ version: 2 })),
  byEngine(Command.Adjust({ adjustment: { command: CommandId.make("opening"), target: 9 } }))
]

const eventsIn = (history: ReadonlyArray<Told>) => {
  const records = [...OPENING, ...history]
  const commands = records.map(({ command }, offset) => ({ offset, command }))
  const first = Fold.fold(Fold.nothing, { commands, published: [], expected: undefined })
  if (first._tag !== "Folded") throw new Error(first._tag)
  const told = (from: number, { outcomes }: typeof first) =>
    records.slice(from).flatMap(({ by, command }, n) => {
      const headers = by === undefined ? {} : RecordHeaders.ofOperator({ by, reason: `${by}'s reason` })
      const record = { partition: PartitionId.make(3), offset: Offset.make(from + n), timestamp: from + n, headers }
      return eventsOf(itemId, { record, command }, outcomes[n]!, () => undefined, "told")
    }).filter(({ type }) => type.startsWith("order."))
  const again = (from: number) => {
    const result = Fold.fold(first.state, { commands: commands.slice(from), published: [], expected: undefined })
    if (result._tag !== "Folded") throw new Error(result._tag)
    return told(from, result)
  }
  return { fresh: told(0, first), again }
}

const lineOf = ({ data, id, type }: ItemEvent): string => {
  const { change, status } = data as OrderData
  return `${type} ${id} ${status}${change === undefined ? "" : ` by ${change.by}: ${change.reason}`}`
}

const ANN = "by ann: ann's reason"

describe("The event of a record by hand", () => {
  const cases: ReadonlyArray<readonly [what: string, history: ReadonlyArray<Told>, told: ReadonlyArray<string>]> = [
    ["that cancels an order which is being paid", [place, byHand("ann", cancel), settle("voided")], [
      `order.cancel_requested 3-2-cancel_requested RESERVED ${ANN}`,
      "order.cancelled 3-2-3 CANCELLED"
    ]],
    ["that cancels a hold which is being paid", [hold, confirm, byHand("ann", cancel), settle("voided")], [
      "order.reserved 3-2-1 RESERVED",
      "order.confirmed 3-2-2 RESERVED",
      `order.cancel_requested 3-2-cancel_requested RESERVED ${ANN}`,
      "order.cancelled 3-2-3 CANCELLED"
    ]],
    ["that gives back what the engine has charged", [
      place,
      settle("paid"),
      byHand("ann", refund),
      settle("voided")
    ], [
      "order.completed 3-2-3 COMPLETED",
      `order.refund_requested 3-2-refund_requested COMPLETED ${ANN}`,
      "order.refunded 3-2-4 REFUNDED"
    ]],
    ["that comes again, by another person, is told once", [
      place,
      settle("paid"),
      byHand("ann", refund),
      byHand("bob", refund),
      settle("voided"),
      byHand("bob", refund)
    ], [
      "order.completed 3-2-3 COMPLETED",
      `order.refund_requested 3-2-refund_requested COMPLETED ${ANN}`,
      "order.refunded 3-2-4 REFUNDED"
    ]],
    ["that waits for nobody is the end itself", [hold, byHand("ann", cancel)], [
      "order.reserved 3-2-1 RESERVED",
      `order.cancelled 3-2-3 CANCELLED ${ANN}`
    ]],
    ["that says the money is back already is the end itself", [place, settle("paid"), byHand("ann", refundByHand)], [
      "order.completed 3-2-3 COMPLETED",
      `order.refunded 3-2-4 REFUNDED ${ANN}`
    ]],
    ["that gives back what the shop has taken is the end itself", [hold, paid, byHand("ann", refund)], [
      "order.reserved 3-2-1 RESERVED",
      "order.completed 3-2-3 COMPLETED",
      `order.refunded 3-2-4 REFUNDED ${ANN}`
    ]],
    ["names who ended the wait for the provider, too", [
      place,
      settle("paid"),
      byHand("ann", refund),
      byHand("bob", refundByHand)
    ], [
      "order.completed 3-2-3 COMPLETED",
      `order.refund_requested 3-2-refund_requested COMPLETED ${ANN}`,
      "order.refunded 3-2-4 REFUNDED by bob: bob's reason"
    ]]
  ]
  for (const [what, history, told] of cases) {
    it(what, () => {
      const { again, fresh } = eventsIn(history)
      assert.deepStrictEqual(fresh.map(lineOf), told)
      // Whoever reads it again, from wherever, tells the same ids; of one id the first telling counts.
      for (let from = FIRST; from < OPENING.length + history.length; from++) {
        const byId = new Map(again(from).toReversed().map((event) => [event.id, event]))
        for (const event of fresh) {
          if (event.sequence < from) continue
          assert.strictEqual(byId.has(event.id), true, `${event.id} is not told again from ${from} on`)
        }
        for (const { id, type } of byId.values()) {
          assert.strictEqual(fresh.find((event) => event.id === id)?.type, type, `${id} from ${from} on`)
        }
      }
      const first = new Map(again(0).toReversed().map((event) => [event.id, event]))
      assert.deepStrictEqual(fresh.map(({ id }) => lineOf(first.get(id)!)), told)
    })
  }

  it("is none where a buyer has cancelled, or it came too late", () => {
    for (
      const history of [
        [place, byEngine(cancel), settle("voided")],
        [place, byHand("ann", refund), settle("declined")],
        [place, settle("paid"), byHand("ann", cancel)],
        [place, settle("declined"), byHand("ann", cancel)]
      ]
    ) {
      const { again, fresh } = eventsIn(history)
      assert.notInclude(fresh.map(lineOf).join(), "_requested")
      assert.notInclude(again(FIRST).map(lineOf).join(), "_requested")
    }
  })
})

describe("A later attempt at an order that was a hold", () => {
  const second = byEngine(Command.Place({ order, attempt: 2, acceptedAt: 0, ...trace }))
  const expired = byEngine(
    Command.Expire({ at: 700_000, orders: [{ requestId, attempt: 1, ...trace }] })
  )
  const cases = [
    ["order.cancelled", Command.Cancel({ requestId, attempt: 2 })],
    ["order.failed", Command.GiveUp({ requestId, attempt: 2 })]
  ] as const
  for (const [type, command] of cases) {
    it(`is told to its ${type}, though nobody has confirmed the hold`, () => {
      const { again, fresh } = eventsIn([hold, expired, second, byEngine(command), settle("voided", 2)])
      assert.deepStrictEqual(fresh.map(({ id, type }) => [type, id]), [
        ["order.reserved", "3-2-1"],
        ["order.expired", "3-2-3"],
        [type, "3-4-3"]
      ])
      assert.deepStrictEqual(again(FIRST + 2).map(({ id, sequence, type }) => [type, id, sequence]), [
        [type, "3-4-3", 6]
      ])
    })
  }
})
