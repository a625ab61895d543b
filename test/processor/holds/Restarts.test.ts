/** Processors are killed between a fold and its telling, restart, and hand over: holds end once, and are told. */
import { assert, describe, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { IDLE_AFTER } from "@flash-sale/processor/partition/ItemActors"
import * as PartitionWorker from "@flash-sale/processor/partition/PartitionWorker"
import * as PaymentSlots from "@flash-sale/processor/payment/PaymentSlots"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as SteppingClock from "../../infra/time/SteppingClock.ts"
import * as OnePartition from "../OnePartition.ts"
import * as HoldWorld from "./HoldWorld.ts"

const { ITEM, actionsOf, letters, live, pass, samples, told, total, units } = HoldWorld

const opened = Effect.fnUntraced(function*(stock?: number) {
  const world = yield* HoldWorld.make(stock)
  yield* world.start
  return { ...world, ...actionsOf(world) }
})

type Opened = Effect.Success<ReturnType<typeof opened>>

/** Stops a processor that cannot write any more, as a kill does, and starts another. */
const kill = ({ faults, start, stop }: Opened) =>
  Effect.gen(function*() {
    faults.writes = faults.letters = true
    yield* stop
    faults.writes = faults.letters = false
    yield* start
  })

const statusOf = (requestId: string) => Effect.map(told(requestId), (record) => record?.status)

const EXPIRES = { status: "RESERVED", expiresAt: new Date(61_000).toISOString() }
const DUE = { status: "COMPLETED", refundDue: [{ reference: "pay-2" }] }

describe("A processor that is killed between a fold and its telling", () => {
  const cases: ReadonlyArray<
    readonly [string, (world: Opened) => Effect.Effect<unknown, unknown, OrderLog>, { readonly status: string }]
  > = [
    ["a hold", () => Effect.void, EXPIRES],
    ["a cancellation", ({ cancel }) => cancel("a"), { status: "CANCELLED" }],
    ["a payment", ({ paid }) => paid("a", "pay-1"), { status: "COMPLETED" }],
    ["a confirmation", ({ confirm }) => confirm("a"), { status: "COMPLETED" }],
    ["two payments", ({ paid }) => Effect.andThen(paid("a", "pay-1"), paid("a", "pay-2")), DUE]
  ]
  for (const [what, after, expected] of cases) {
    for (const isToldBefore of [true, false]) {
      it.effect(`tells of ${what} after the restart, where the hold was ${isToldBefore ? "told" : "not told"}`, () =>
        live(Effect.gen(function*() {
          const world = yield* opened()
          world.faults.writes = !isToldBefore
          yield* world.hold("a")
          yield* pass("500 millis")
          world.faults.writes = world.faults.letters = true
          yield* Effect.orDie(after(world))
          yield* pass("500 millis")
          assert.strictEqual(yield* statusOf("a"), isToldBefore ? "RESERVED" : undefined)
          yield* kill(world)
          yield* pass("2 seconds")
          const { attempt: _attempt, correlationId, fingerprint, ...rest } = (yield* told("a"))!
          assert.deepStrictEqual(rest, expected as never)
          assert.deepStrictEqual([correlationId, fingerprint], ["c-a", "u-1:101:1:hold"])
          // And it is the same after one more.
          yield* kill(world)
          yield* pass("2 seconds")
          assert.strictEqual(yield* statusOf("a"), expected.status)
          assert.strictEqual((yield* letters).length, what === "two payments" ? 1 : 0)
          const { available, held, sold } = yield* units()
          assert.strictEqual(available + held + sold, 10)
        })))
    }
  }

  it.effect("tells of an expiry, which it counts no more than once", () =>
    live(Effect.gen(function*() {
      const world = yield* opened()
      yield* world.hold("a", { holdSeconds: 3 })
      yield* pass("500 millis")
      world.faults.writes = true
      yield* pass("6 seconds")
      assert.strictEqual((yield* units()).held, 0)
      assert.strictEqual(yield* statusOf("a"), "RESERVED")
      yield* kill(world)
      yield* pass("1 second")
      assert.strictEqual(yield* statusOf("a"), "EXPIRED")
      assert.strictEqual((yield* told("a"))?.correlationId, "c-a")
      assert.isAtMost(total(yield* samples, "processor_holds_expired_total"), 1)
    })))

  it.effect("puts the letter of a payment that came too late, once", () =>
    live(Effect.gen(function*() {
      const world = yield* opened()
      yield* world.hold("a", { holdSeconds: 3 })
      yield* pass("6 seconds")
      world.faults.letters = true
      yield* world.paid("a", "pay-1")
      yield* pass("1 second")
      assert.deepStrictEqual(yield* letters, [])
      assert.deepStrictEqual((yield* told("a"))?.refundDue, [{ reference: "pay-1" }])
      yield* kill(world)
      yield* pass("1 second")
      yield* kill(world)
      assert.deepStrictEqual((yield* letters).map(({ error }) => error), ["Payment Without Order"])
      assert.strictEqual(total(yield* samples, "processor_refunds_due"), 1)
      assert.strictEqual((yield* told("a"))?.correlationId, "c-a")
    })))

  it.effect("charges a confirmed hold again under its key, though its hold is long committed", () =>
    live(Effect.gen(function*() {
      const world = yield* opened()
      world.provider.charge = () => Effect.never
      yield* world.hold("a", { amount: 2 })
      yield* pass("1 second")
      yield* world.confirm("a", { token: "tok-1" })
      yield* pass("1 second")
      yield* kill(world)
      world.provider.charge = () => Effect.succeed("paid")
      yield* kill(world)
      yield* pass("2 seconds")
      assert.deepStrictEqual(yield* told("a"), {
        status: "COMPLETED",
        attempt: 1,
        correlationId: "c-a",
        fingerprint: "u-1:101:2:hold"
      })
      assert.deepStrictEqual(
        [...new Set(world.provider.charged.map(({ amount, key, paymentToken }) => `${key} ${amount} ${paymentToken}`))],
        ["101:a:1 2 tok-1"]
      )
      assert.deepStrictEqual(yield* units(), { available: 8, held: 0, sold: 2, stocked: 10 })
    })))
})

describe("A hold that is open", () => {
  it.effect("holds up no commit, and expires in time after a restart that reads nothing again", () =>
    live(Effect.gen(function*() {
      const world = yield* opened(1_000)
      yield* world.hold("a", { holdSeconds: 100 })
      yield* pass("1 second")
      yield* Effect.forEach(Array.from({ length: 200 }, (_, n) => `r-${n}`), (id) => world.buy(id), { discard: true })
      yield* pass("5 seconds")
      assert.strictEqual(total(yield* samples, "processor_partition_open_orders"), 0)
      const before = yield* samples
      yield* world.stop
      yield* world.start
      yield* pass("2 seconds")
      const after = yield* samples
      assert.strictEqual(
        total(after, "processor_fold_batch_records_sum"),
        total(before, "processor_fold_batch_records_sum")
      )
      assert.strictEqual(total(after, "processor_holds_open"), 1)
      assert.strictEqual(total(after, "processor_orders_processed_total"), 200)
      yield* pass("70 seconds")
      assert.strictEqual(yield* statusOf("a"), "RESERVED")
      yield* pass("20 seconds")
      assert.strictEqual(yield* statusOf("a"), "EXPIRED")
      assert.strictEqual(total(yield* samples, "processor_holds_expired_total"), 1)
    })))

  it.effect("is over while no processor runs, and expires with the first that does", () =>
    live(Effect.gen(function*() {
      const world = yield* opened()
      yield* world.hold("a", { holdSeconds: 5 })
      yield* pass("1 second")
      yield* world.stop
      yield* pass("1 minute")
      yield* world.start
      yield* pass("500 millis")
      assert.strictEqual(yield* statusOf("a"), "EXPIRED")
    })))

  it.effect("outlives the actor of its item, and is confirmed with a new one", () =>
    live(Effect.gen(function*() {
      const world = yield* opened()
      yield* world.hold("a", { holdSeconds: 300 })
      yield* world.hold("b", { holdSeconds: 300 })
      yield* pass(Duration.times(IDLE_AFTER, 2))
      assert.strictEqual(total(yield* samples, "processor_holds_open"), 2)
      yield* world.confirm("a")
      yield* pass("1 second")
      assert.strictEqual(yield* statusOf("a"), "COMPLETED")
      yield* pass("200 seconds")
      assert.strictEqual(yield* statusOf("b"), "EXPIRED")
    })))

  for (const [how, step] of Object.entries(SteppingClock.STEPS)) {
    it.effect(`lasts as long as it should where the clock steps ${how}`, () =>
      live(Effect.gen(function*() {
        const world = yield* opened()
        yield* world.hold("a", { holdSeconds: 60 })
        yield* pass("10 seconds")
        yield* SteppingClock.step(step)
        yield* pass("48 seconds")
        assert.strictEqual(yield* statusOf("a"), "RESERVED")
        yield* pass("3 seconds")
        assert.strictEqual(yield* statusOf("a"), "EXPIRED")
      })))
  }
})

describe("A stopped item", () => {
  it.effect("has no hold said to be over again and again, and has it expired after its repair", () =>
    live(Effect.gen(function*() {
      const world = yield* opened()
      yield* world.hold("a", { holdSeconds: 20 })
      yield* pass("1 second")
      world.faults.damage = true
      yield* world.buy("b")
      yield* pass("5 minutes")
      assert.strictEqual(yield* statusOf("a"), "RESERVED")
      assert.strictEqual(total(yield* samples, "processor_holds_open"), 0)
      assert.strictEqual(world.expiries.length, 0)
      world.faults.damage = false
      yield* pass("20 seconds")
      assert.deepStrictEqual([yield* statusOf("a"), yield* statusOf("b")], ["EXPIRED", "COMPLETED"])
      assert.strictEqual(world.expiries.length, 1)
    })))
})

describe("A log that is folded into an empty store", () => {
  const trace = (name: string) => ({ correlationId: CorrelationId.make(name) })
  const requestId = (name: string) => RequestId.make(name)
  const hold = (name: string, holdSeconds: number) =>
    Command.Hold({
      order: { requestId: requestId(name), userId: UserId.make("u-1"), itemId: ITEM, amount: 1, holdSeconds },
      acceptedAt: 0,
      ...trace(`c-${name}`)
    })
  const write = (command: Parameters<typeof LogRecord.encode>[1]) =>
    OnePartition.written(LogRecord.encode(ITEM, command))
  const reference = PaymentReference.make("pay-1")
  const history = [
    Command.Rules({ version: 2 }),
    Command.Adjust({ adjustment: { command: CommandId.make("stock"), delta: 10 } }),
    hold("open", 100),
    hold("expired", 5),
    Command.Expire({ at: 5_000, orders: [{ requestId: requestId("expired"), attempt: 1, ...trace("c-expired") }] }),
    Command.Confirm({ requestId: requestId("expired"), at: 6_000, reference, ...trace("late") }),
    hold("sold", 100),
    Command.Confirm({ requestId: requestId("sold"), at: 6_000, ...trace("confirm") }),
    Command.Settle({ settlements: [{ requestId: requestId("sold"), attempt: 1, outcome: "paid" }] }),
    hold("refunding", 100),
    Command.Confirm({ requestId: requestId("refunding"), at: 6_000, ...trace("confirm") }),
    Command.Settle({ settlements: [{ requestId: requestId("refunding"), attempt: 1, outcome: "paid" }] }),
    Command.Refund({ requestId: requestId("refunding"), attempt: 1, restock: true, ...trace("c-refunding") })
  ].map(write)

  it.effect("has its holds and refunds go on, tells what buyers may ask for, and counts and puts nothing again", () =>
    live(Effect.gen(function*() {
      const appended: Array<LogRecord.NewRecord> = []
      const voided: Array<string> = []
      const log = yield* OrderLog
      const { owned } = yield* OnePartition.make(ITEM, history, { isCommitted: true })
      yield* Effect.forkChild(
        PartitionWorker.work(owned, PaymentSlots.make()).pipe(
          Effect.provideService(OrderLog, {
            ...log,
            append: (record) => Effect.tap(log.append(record), () => Effect.sync(() => appended.push(record)))
          }),
          Effect.provideService(PaymentProvider, {
            charge: () => Effect.die(new Error("all is paid")),
            lookUp: () => Effect.undefined,
            void: (key) => Effect.sync(() => void voided.push(key))
          }),
          Effect.provide(ProcessorState.layer)
        )
      )
      yield* pass("5 seconds")
      const all = yield* Effect.all({
        open: told("open"),
        expired: told("expired"),
        sold: told("sold"),
        refunding: told("refunding")
      })
      assert.deepStrictEqual(
        Object.entries(all).map(([name, one]) => [name, one?.status, one?.correlationId, one?.refundDue, one?.refund]),
        [
          ["open", "RESERVED", "c-open", undefined, undefined],
          ["expired", "EXPIRED", "c-expired", [{ reference: "pay-1" }], undefined],
          ["sold", "COMPLETED", "c-sold", undefined, undefined],
          ["refunding", "COMPLETED", "c-refunding", undefined, "pending"]
        ]
      )
      assert.deepStrictEqual([voided, yield* letters], [["101:refunding:1"], []])
      const found = yield* samples
      for (
        const name of ["holds_expired_total", "holds_confirmed_total", "orders_processed_total", "dlq_letters_total"]
      ) {
        assert.strictEqual(total(found, `processor_${name}`), 0, name)
      }
      assert.deepStrictEqual(appended.map(({ headers }) => headers["type"]), ["settle"])
      yield* pass("96 seconds")
      const expiries = appended.filter(({ headers }) => headers["type"] === "expire")
      assert.deepStrictEqual(expiries.map(({ value }) => JSON.parse(value)["orders"]), [
        [{ request_id: "open", attempt: 1, correlation_id: "c-open" }]
      ])
    })))

  it.effect("shows refunds that are older than statuses are kept for, each as it stands at the end", () =>
    live(Effect.gen(function*() {
      const refunds = ["refunding", "refunded"].flatMap((name) => {
        const order = { requestId: requestId(name), userId: UserId.make("u-1"), itemId: ITEM, amount: 1 }
        return [
          Command.Place({ order, attempt: 1, acceptedAt: 0, ...trace(`c-${name}`) }),
          Command.Settle({ settlements: [{ requestId: requestId(name), attempt: 1, outcome: "paid" }] }),
          Command.Refund({ requestId: requestId(name), attempt: 1, restock: true, ...trace(`c-${name}`) })
        ]
      })
      const ended = Command.Settle({
        settlements: [{ requestId: requestId("refunded"), attempt: 1, outcome: "voided" }]
      })
      const records = [...history.slice(0, 2), ...refunds.map(write), write(ended)]
      yield* TestClock.adjust("3 days")
      const { owned } = yield* OnePartition.make(ITEM, records, { isCommitted: true })
      yield* Effect.forkChild(
        PartitionWorker.work(owned, PaymentSlots.make()).pipe(
          Effect.provideService(PaymentProvider, {
            charge: () => Effect.die(new Error("all is paid")),
            lookUp: () => Effect.undefined,
            void: () => Effect.never
          }),
          Effect.provide(ProcessorState.layer)
        )
      )
      yield* pass("5 seconds")
      const shown = yield* Effect.forEach(["refunding", "refunded"], told)
      assert.deepStrictEqual(shown.map((one) => [one?.status, one?.refund]), [
        ["COMPLETED", "pending"],
        ["REFUNDED", undefined]
      ])
    })))
})
