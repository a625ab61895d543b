/** What doctor finds of holds and refunds, and what it says of that. */
import { assert, describe, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { home, Offset } from "@flash-sale/domain/records/Partition"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import type { CheckId } from "@flash-sale/operations/doctor/Check"
import * as HoldsChecks from "@flash-sale/operations/doctor/holds/HoldsChecks"
import * as HoldsLook from "@flash-sale/operations/doctor/holds/HoldsLook"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { marked, request } from "../../contract/Commands.ts"

const correlationId = CorrelationId.make("c-1")
const HOUR = 3_600_000

/** An item with an open hold of a minute, and with an order that is being given back. */
const withHold = Effect.fnUntraced(function*(name: string, sale: object) {
  const log = yield* OrderLog
  const store = yield* ItemStore
  const itemId = ItemId.make(name)
  const partition = home(itemId, yield* log.partitions)
  const order = (id: string) => ({
    requestId: RequestId.make(`${name}-${id}`),
    userId: UserId.make("u-1"),
    itemId,
    amount: 1
  })
  const sold = { requestId: order("sold").requestId, attempt: 1 }
  const commands = [
    Command.Adjust({ adjustment: { command: "put" as never, target: 5 } }),
    Command.Rules({ version: 2 }),
    Command.Sale({ patch: sale }),
    Command.Hold({ order: { ...order("open"), holdSeconds: 60 }, acceptedAt: 0, correlationId }),
    Command.Place({ order: order("sold"), attempt: 1, acceptedAt: 0, correlationId }),
    Command.Settle({ settlements: [{ ...sold, outcome: "paid" }] }),
    Command.Refund({ ...sold, restock: true, correlationId })
  ]
  yield* marked(partition, -1, name)
  yield* store.fold(request(
    { itemId, partition },
    commands.map((command, offset) => ({ offset, command })),
    { epoch: name }
  ))
})

const looked = Effect.gen(function*() {
  const log = yield* OrderLog
  const reader = LogReader.of({
    partitions: Effect.orDie(log.partitions),
    bounds: () => Effect.succeed({ start: Offset.make(0), end: Offset.make(0) }),
    committed: () => Effect.succeed(undefined),
    read: () => assert.fail("the log is not read"),
    damage: () => Effect.succeed(undefined)
  })
  const found = yield* Effect.provideService(HoldsLook.look, LogReader, reader)
  return "found" in found ? found.found : assert.fail(found.why)
})

const facts: HoldsLook.HoldsFacts = {
  items: 3,
  isAll: true,
  unlimited: [],
  overdue: 0,
  oldestMillis: 0,
  refundsWaiting: 0
}
const of = (id: CheckId, change: Partial<HoldsLook.HoldsFacts>, refundsDue = 0) =>
  HoldsChecks.judge({ holds: { found: { ...facts, ...change } }, refundsDue: { found: refundsDue } })
    .find((one) => one.id === id)!

describe("holds", () => {
  it.effect("what nobody limits, what is overdue and what waits is found in the store", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* looked, { ...facts, items: 0 })
      yield* withHold("mug", {})
      yield* withHold("cap", { perUserLimit: 2 })
      yield* TestClock.setTime(90_000)
      const early = yield* looked
      assert.deepInclude(early, {
        items: 2,
        isAll: true,
        unlimited: [ItemId.make("mug")],
        overdue: 0,
        refundsWaiting: 2
      })
      yield* TestClock.setTime(HOUR)
      assert.deepInclude(yield* looked, { overdue: 2, oldestMillis: HOUR - 60_000 })
    }).pipe(Effect.provide(SqliteInfra.layerMemory)))

  it("each is a warning with what mends it, and nothing is one", () => {
    for (const id of ["holds.limit", "holds.overdue", "refunds.waiting", "refunds.due"] as const) {
      assert.strictEqual(of(id, {}).verdict, "ok", id)
    }
    const unlimited = of("holds.limit", {
      unlimited: ["mug", "cap", "pen", "hat", "bag"].map((one) => ItemId.make(one))
    })
    assert.deepInclude(unlimited, { verdict: "warning", mend: "flash-sale sale limit mug 2" })
    assert.match(unlimited.detail, /^mug, cap, pen, hat, …: a buyer may hold everything/)
    const overdue = of("holds.overdue", { overdue: 3, oldestMillis: 300_000, isAll: false })
    assert.strictEqual(overdue.verdict, "warning")
    assert.match(overdue.detail, /^at least 3 holds past its time, the oldest for 5/)
    assert.match(of("refunds.waiting", { refundsWaiting: 1 }).detail, /^1 refund not done/)
    assert.match(of("refunds.due", {}, 2).detail, /^2 payments for which there is no order$/)
  })
})
