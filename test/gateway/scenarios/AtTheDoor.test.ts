/** Orders that cannot succeed are refused at the door: they leave no record and no claim. */
import { assert, layer } from "@effect/vitest"
import type { BuyerUnits } from "@flash-sale/domain/ports/ItemReads"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { type ChargeResult, PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Context, Duration, Effect, Latch, Layer, References } from "effect"
import * as FaultSwitches from "../FaultSwitches.ts"
import * as TestGateway from "../TestGateway.ts"

const MAX_REQUESTS = 3
const CROWD = 50

/** What the provider answers, once it may; and how reads of buyers fare. */
class Switches extends Context.Service<Switches, {
  payments: Latch.Latch
  paid: ChargeResult
  buyers: "fine" | "away" | "silent"
}>()("test/gateway/AtTheDoor/Switches") {
  static readonly layer = Layer.sync(
    Switches,
    () => ({ payments: Latch.makeUnsafe(true), paid: "paid" as const, buyers: "fine" as const })
  )
}

const payments = Layer.effect(
  PaymentProvider,
  Effect.map(Switches, (switches) => ({
    charge: () =>
      Effect.suspend(() => Effect.andThen(Latch.await(switches.payments), Effect.sync(() => switches.paid))),
    lookUp: () => Effect.succeed(undefined),
    void: () => Effect.void
  }))
)

const buyers = Layer.effect(
  ItemStore,
  Effect.gen(function*() {
    const switches = yield* Switches
    const store = yield* ItemStore
    return ItemStore.of({
      ...store,
      readBuyers: (questions) => {
        if (switches.buyers === "away") return Effect.fail(new StoreUnavailable({ detail: "switched off" }))
        if (switches.buyers === "fine") return store.readBuyers(questions)
        return Effect.succeed(questions.map((): BuyerUnits | undefined => undefined))
      }
    })
  })
)

const engine = TestGateway.layerGateway({
  rateLimit: { maxRequests: MAX_REQUESTS, window: Duration.minutes(1) }
}).pipe(
  Layer.provideMerge(
    Processor.layer.pipe(Layer.provide(ProcessorState.layer), Layer.provide(payments))
  ),
  Layer.provideMerge(buyers),
  Layer.provideMerge(FaultSwitches.layer(SqliteInfra.layerMemory)),
  Layer.provideMerge(Switches.layer),
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
)

const send = (request_id: string, item_id: string, more: Readonly<Record<string, unknown>> = {}) =>
  Effect.flatMap(
    TestGateway.TestGateway,
    (gateway) => gateway.send(TestGateway.order({ request_id, user_id: `u-${request_id}`, item_id, ...more }))
  )
const untilStatus = (requestId: string, wanted: string) =>
  Effect.flatMap(
    TestGateway.TestGateway,
    (gateway) => TestGateway.until(gateway.get(`/orders/${requestId}`), ({ body }) => body["status"] === wanted)
  )

/** How many records the item has folded, by the offset of the last one: its partition has no other item. */
const position = (item: string) =>
  Effect.gen(function*() {
    const store = yield* ItemStore
    const itemId = ItemId.make(item)
    const partition = home(itemId, yield* (yield* OrderLog).partitions)
    return (yield* store.read(partition, itemId)).position
  })

/** An item with a limit for each buyer. */
const capped = (item: string, perUserLimit: number, units = 100) =>
  Effect.andThen(TestGateway.stock(item, units), TestGateway.sale(item, { perUserLimit }))

const limit = (answer: TestGateway.Answer) => {
  assert.deepStrictEqual([answer.status, answer.body["code"]], [403, "limit"], answer.text)
  return answer.body["retryable"]
}

layer(engine, { excludeTestServices: true })("At the door", (it) => {
  it.effect("orders above the limit leave no record, no claim and no count", () =>
    Effect.gen(function*() {
      yield* capped("alone", 2)
      assert.strictEqual((yield* send("a-0", "alone", { user_id: "buyer", amount: 2 })).status, 202)
      yield* untilStatus("a-0", "COMPLETED")
      const before = yield* position("alone")
      const greedy = Array.from({ length: CROWD }, (_, n) => send(`a-much-${n}`, "alone", { amount: 3 }))
      const again = Array.from({ length: CROWD }, (_, n) => send(`a-more-${n}`, "alone", { user_id: "buyer" }))
      const absurd = Array.from({ length: CROWD }, (_, n) => send(`a-all-${n}`, "alone", { amount: 1_000 }))
      for (const answer of yield* Effect.all([...greedy, ...again, ...absurd], { concurrency: 20 })) {
        assert.isFalse(limit(answer))
      }
      const lookups = yield* (yield* OrderStatuses).readAll(
        ["a-much-0", "a-more-0", "a-all-0"].map((id) => RequestId.make(id))
      )
      assert.deepStrictEqual(lookups.map(({ _tag }) => _tag), ["Unknown", "Unknown", "Unknown"])
      // Also of the user's requests none is used up: one was accepted before.
      yield* TestGateway.sale("alone", { perUserLimit: 3 })
      const last = yield* send("a-last", "alone", { user_id: "buyer" })
      assert.deepStrictEqual([last.status, last.headers.get("ratelimit")], [202, `"user";r=${MAX_REQUESTS - 2}`])
      yield* untilStatus("a-last", "COMPLETED")
      // The change of the limit, the order and its settlement.
      assert.strictEqual(yield* position("alone"), before + 3)
    }))

  it.effect("a buyer at the limit may come again while units are held, and not once they are bought", () =>
    Effect.gen(function*() {
      const switches = yield* Switches
      yield* capped("held", 1)
      yield* Latch.close(switches.payments)
      assert.strictEqual((yield* send("h-1", "held", { user_id: "h" })).status, 202)
      yield* untilStatus("h-1", "RESERVED")
      assert.isTrue(limit(yield* send("h-2", "held", { user_id: "h" })))
      assert.isFalse(limit(yield* send("h-3", "held", { user_id: "h", amount: 2 })))
      switches.paid = "declined"
      yield* Latch.open(switches.payments)
      yield* untilStatus("h-1", "FAILED_PAYMENT")
      switches.paid = "paid"
      // What was held came back: the same request buys.
      assert.strictEqual((yield* send("h-2", "held", { user_id: "h" })).status, 202)
      yield* untilStatus("h-2", "COMPLETED")
      assert.isFalse(limit(yield* send("h-4", "held", { user_id: "h" })))
    }))

  it.effect("where buyers cannot be read, or nothing may be concluded, the log decides", () =>
    Effect.gen(function*() {
      const switches = yield* Switches
      const faults = yield* FaultSwitches.Faults
      yield* capped("unread", 1)
      for (const how of ["away", "silent"] as const) {
        switches.buyers = how
        assert.strictEqual((yield* send(`b-${how}`, "unread", { amount: 2 })).status, 202)
        switches.buyers = "fine"
        yield* untilStatus(`b-${how}`, "FAILED_LIMIT")
      }
      for (const store of ["damaged", "away"] as const) {
        faults.store = store
        assert.strictEqual((yield* send(`b-${store}`, "unread", { amount: 2 })).status, 202)
        faults.store = "fine"
        yield* untilStatus(`b-${store}`, "FAILED_LIMIT")
      }
      assert.isFalse(limit(yield* send("b-last", "unread", { amount: 2 })))
      // A retry of what was rejected with a record gets its status.
      assert.deepInclude((yield* send("b-away", "unread", { amount: 2 })).body, { order_status: "FAILED_LIMIT" })
    }))

  it.effect("the rules are asked in the order of the fold: the sale, the limit, the stock", () =>
    Effect.gen(function*() {
      yield* capped("rules", 1, 1)
      const codes: Array<unknown> = []
      const ask = Effect.tap(
        send("r-1", "rules", { amount: 2 }),
        ({ body }) => Effect.sync(() => codes.push(body["code"]))
      )
      yield* ask
      const opensAt = Date.UTC(2100, 0, 1)
      for (const patch of [{ paused: true }, { paused: false, opensAt }, { opensAt: null, closesAt: 1 }]) {
        yield* TestGateway.sale("rules", patch)
        yield* ask
      }
      yield* TestGateway.sale("rules", { closesAt: null, perUserLimit: 2 })
      yield* ask
      assert.deepStrictEqual(codes, ["limit", "paused", "not_open", "closed", "sold_out"])
    }))

  it.effect("more than was ever put in is refused for good, more than is left is not", () =>
    Effect.gen(function*() {
      const switches = yield* Switches
      yield* TestGateway.stock("few", 3)
      yield* Latch.close(switches.payments)
      assert.strictEqual((yield* send("f-1", "few", { amount: 2 })).status, 202)
      yield* untilStatus("f-1", "RESERVED")
      for (const [amount, retryable] of [[2, true], [3, true], [4, false]] as const) {
        const { body, status } = yield* send(`f-${amount}`, "few", { amount })
        assert.deepStrictEqual([status, body["code"], body["retryable"]], [410, "sold_out", retryable])
      }
      yield* Latch.open(switches.payments)
    }))
})
