/** Behind a processor that does not know version 2 of the rules: what needs it is refused, and nothing is recorded. */
import { assert, layer } from "@effect/vitest"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home, type PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Schedule } from "effect"
import * as TestAdmin from "../TestAdmin.ts"

const REASON = "a test"
const itemId = ItemId.make("mug")

/** What the processors say that they know, by partition. */
const known = new Map<PartitionId, number>()

const backlogs = Layer.succeed(Backlogs, {
  publish: () => Effect.void,
  read: Effect.sync(() => new Map([...known].map(([at, rules]) => [at, { folded: 0, perSecond: 0, rules }])))
})

const ask = (method: string, path: string, body: object) =>
  Effect.flatMap(
    TestAdmin.TestAdmin,
    (admin) => admin.ask(method, `/admin/v1${path}`, { key: "ops", body: { reason: REASON, ...body } })
  )

const upgrading = (answer: TestAdmin.Answer) => {
  assert.strictEqual(answer.status, 503, answer.text)
  assert.deepInclude(answer.body, { code: "upgrading", retryable: true })
  assert.isDefined(answer.headers["retry-after"])
}

layer(
  TestAdmin.layerOver(Layer.provideMerge(backlogs, TestAdmin.memory)),
  { excludeTestServices: true, timeout: 60_000 }
)("while processors are older than the gateway", (it) => {
  it.effect("what needs version 2 is 503 upgrading until the item's own processor knows it", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      const store = yield* ItemStore
      const partition = home(itemId, yield* log.partitions)
      const summary = store.read(partition, itemId)
      assert.strictEqual((yield* ask("POST", "/items/mug/stock", { set: 5 })).status, 200)
      const order = { requestId: RequestId.make("r-1"), userId: UserId.make("u-1"), itemId, amount: 1 }
      yield* log.append(LogRecord.encode(
        itemId,
        Command.Place({ order, attempt: 1, acceptedAt: 1, correlationId: CorrelationId.make("c-1") })
      ))
      const { position } = yield* Effect.repeat(summary, {
        schedule: Schedule.spaced("20 millis"),
        until: ({ sold }) => sold === 1
      })
      const needing = Effect.gen(function*() {
        return [
          yield* ask("PATCH", "/items/mug/sale", { hold_seconds: 60 }),
          yield* ask("PATCH", "/items/mug/sale", { price: 1_000_000_001, currency: "IDR" }),
          yield* ask("POST", "/orders/r-1/refund", { restock: true, item_id: "mug" }),
          yield* ask("POST", "/items/shop.1/stock", { set: 5 })
        ]
      })
      for (const rules of [undefined, 1]) {
        if (rules !== undefined) known.set(partition, rules)
        for (const answer of yield* needing) upgrading(answer)
      }
      assert.deepInclude(yield* summary, { position, rules: 1 })
      // What version 1 knows goes on.
      assert.strictEqual((yield* ask("PATCH", "/items/mug/sale", { per_user_limit: 2 })).status, 200)
      assert.strictEqual((yield* summary).rules, 1)
      known.set(partition, 2)
      const held = yield* ask("PATCH", "/items/mug/sale", { hold_seconds: 60 })
      assert.strictEqual(held.status, 200, held.text)
      assert.deepInclude(held.body["sale"], { hold_seconds: 60 })
      assert.strictEqual((yield* summary).rules, 2)
      const refunded = yield* ask("POST", "/orders/r-1/refund", { restock: true, item_id: "mug" })
      assert.strictEqual(refunded.status, 200, refunded.text)
    }))
})
