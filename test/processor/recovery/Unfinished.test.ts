/** Which records of a refold have to be read once more: those that still ask for something at its end. */
import { assert, describe, it } from "@effect/vitest"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import * as Unfinished from "@flash-sale/processor/recovery/Unfinished"

const itemId = ItemId.make("101")
const requestId = RequestId.make("a")
const correlationId = CorrelationId.make("c")
const asked = { requestId, userId: UserId.make("u-1"), itemId, amount: 1 }

const rules = Command.Rules({ version: 2 })
const stock = Command.Adjust({ adjustment: { seq: 1, delta: 1 } })
const place = Command.Place({ order: asked, attempt: 1, acceptedAt: 0, correlationId })
const another = Command.Place({ ...place, order: { ...asked, requestId: RequestId.make("b") } })
const hold = Command.Hold({ order: asked, acceptedAt: 0, correlationId })
const confirm = Command.Confirm({ requestId, at: 1, correlationId })
const settle = (outcome: "paid" | "declined" | "voided") =>
  Command.Settle({ settlements: [{ requestId, attempt: 1, outcome }] })
const named = { requestId, attempt: 1 }
const refund = Command.Refund({ ...named, restock: true, correlationId })
const unreadable = Command.Unreadable({ detail: "not an order", attempt: 1 })

const recordAt = (offset: number): LogRecord => ({
  partition: PartitionId.make(0),
  offset: Offset.make(offset),
  timestamp: 0,
  key: itemId,
  value: new Uint8Array(),
  headers: {}
})

/** The offsets of the records that are left, of these commands after stock and rules. */
const left = (commands: ReadonlyArray<Command>): ReadonlyArray<number> => {
  const logged = [stock, rules, ...commands].map((command, offset) => ({ offset, command }))
  const folded = Fold.fold(Fold.nothing, { commands: logged, expected: undefined, published: [] })
  assert(folded._tag === "Folded")
  const unfinished = Unfinished.make()
  for (const [at, { command, offset }] of logged.entries()) {
    unfinished.follow(itemId, { command, record: recordAt(offset) }, folded.outcomes[at]!)
  }
  assert.strictEqual(unfinished.size(), unfinished.records().length)
  return unfinished.records().map(({ offset }) => offset)
}

describe("Unfinished", () => {
  const cases: ReadonlyArray<readonly [what: string, commands: ReadonlyArray<Command>, left: ReadonlyArray<number>]> = [
    ["an order that waits for its payment", [place], [2]],
    ["one that is sold", [place, settle("paid")], []],
    ["one whose payment was declined", [place, settle("declined")], []],
    ["one whose charge is to be voided", [place, Command.GiveUp(named)], [2]],
    ["one whose charge is voided", [place, Command.GiveUp(named), settle("voided")], []],
    ["one that was turned away", [place, settle("paid"), another], []],
    ["one that was sent twice", [place, place], [2]],
    ["a hold that is open", [hold], [2]],
    ["a hold that is confirmed, and paid now", [hold, confirm], [2, 3]],
    ["a hold that is sold", [hold, confirm, settle("paid")], []],
    ["a hold that was cancelled", [hold, Command.Cancel(named)], []],
    ["a sale that is given back", [place, settle("paid"), refund], [4]],
    ["one that was given back", [place, settle("paid"), refund, settle("voided")], [4, 5]],
    ["a record that could not be understood", [unreadable], [2]]
  ]
  for (const [what, commands, offsets] of cases) {
    it(`leaves of ${what} ${offsets.length === 0 ? "nothing" : `the records ${offsets.join(" and ")}`}`, () => {
      assert.deepStrictEqual(left(commands), offsets)
    })
  }
})
