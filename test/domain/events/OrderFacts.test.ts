/** By what an order's events are found: the ids of the request that placed it, and what the shop has noted on it. */
import { assert, describe, it } from "@effect/vitest"
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import { eventsOf } from "@flash-sale/domain/events/EventsOf"
import type { OrderData } from "@flash-sale/domain/events/OrderEvent"
import type { FindPlaced } from "@flash-sale/domain/events/OrderFacts"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { Result } from "effect"
import * as HistorySeeds from "../HistorySeeds.ts"

const itemId = ItemId.make("101")
const requestId = RequestId.make("r-1")
const order = { requestId, userId: UserId.make("u-1"), itemId, amount: 1 }
const own = {
  correlationId: CorrelationId.make("own"),
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
}
/** Of the calls about the order that came later. */
const other = {
  correlationId: CorrelationId.make("other"),
  traceparent: "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
}
const restocked = Command.Adjust({ adjustment: { command: CommandId.make("put"), target: 9 } })
const paid = Command.Settle({ settlements: [{ requestId, attempt: 1, outcome: "paid" }] })
type Encodable = Parameters<typeof LogRecord.encode>[1]

/** What these records tell of the order, one after the other; `findPlaced` is what a processor has at hand. */
const told = (commands: ReadonlyArray<Encodable>, findPlaced: FindPlaced): ReadonlyArray<OrderData> => {
  let state = Fold.nothing
  return [Command.Rules({ version: 2 }), restocked, ...commands].flatMap((command, n) => {
    const { headers } = LogRecord.encode(itemId, command)
    const folded = Fold.fold(state, { commands: [{ offset: n, command }], published: [], expected: undefined })
    if (folded._tag !== "Folded") throw new Error(folded._tag)
    state = folded.state
    const record = { partition: PartitionId.make(0), offset: Offset.make(n), timestamp: n, headers }
    return eventsOf(itemId, { record, command }, folded.outcomes[0]!, findPlaced, "told").flatMap((event) => {
      if (!event.type.startsWith("order.")) return []
      const { data } = Result.getOrThrow(CloudEvent.read(CloudEvent.write(event)))
      return [data as OrderData]
    })
  })
}

const nobody: FindPlaced = () => undefined

describe("The events of an order", () => {
  for (const metadata of HistorySeeds.metadata) {
    const noted = metadata === undefined ? {} : { metadata }
    const expected = { ...own, metadata: metadata === undefined ? undefined : JSON.parse(metadata) as unknown }
    const areOwn = (events: ReadonlyArray<OrderData>, statuses: ReadonlyArray<string>) => {
      assert.deepStrictEqual<unknown>(events.map(({ status }) => status), statuses)
      for (const { correlationId, metadata, traceparent } of events) {
        assert.deepStrictEqual<unknown>({ correlationId, metadata, traceparent }, expected)
      }
    }
    const hold = Command.Hold({ order, acceptedAt: 0, ...own, ...noted })
    const confirm = Command.Confirm({ requestId, at: 1, ...other })

    it(`of a hold have its own, whoever confirms, cancels or ends it: ${metadata}`, () => {
      areOwn(told([hold, confirm, paid], nobody), ["RESERVED", "RESERVED", "COMPLETED"])
      areOwn(told([hold, Command.Cancel({ requestId, attempt: 1 })], nobody), ["RESERVED", "CANCELLED"])
      const expire = Command.Expire({
        at: 700_000,
        orders: [{ requestId, attempt: 1, correlationId: own.correlationId }]
      })
      areOwn(told([hold, expire], nobody), ["RESERVED", "EXPIRED"])
    })

    it(`of an order that is paid at once have those of the record that placed it: ${metadata}`, () => {
      const place = Command.Place({ order, attempt: 1, acceptedAt: 0, ...own, ...noted })
      const atHand: FindPlaced = (id, placedAtOffset) =>
        id === requestId && placedAtOffset === 2 ? { trace: own, acceptedAt: 0, ...noted } : undefined
      areOwn(told([place, paid], atHand), ["COMPLETED"])
      assert.notProperty(told([place, paid], nobody)[0], "metadata")
      const closed = Command.Sale({ patch: { paused: true } })
      areOwn(told([closed, place], nobody), ["FAILED"])
    })
  }
})
