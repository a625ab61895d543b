/** Admission in one write: the id, the record and the status are there together, or nothing is. */
import { assert, describe, it } from "@effect/vitest"
import { type AdmittedAtOnce, AtomicAdmission, type OrderToAdmit } from "@flash-sale/domain/ports/AtomicAdmission"
import { type AppendRefused, type AppendUnknown, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { fingerprint } from "@flash-sale/domain/records/Order"
import { home } from "@flash-sale/domain/records/Partition"
import * as Completion from "@flash-sale/infra/actor/Completion"
import * as MemoryRateLimits from "@flash-sale/infra/memory/MemoryRateLimits"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import { integer } from "@flash-sale/infra/sqlite/database/Connection"
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import * as SqliteAtomicAdmission from "@flash-sale/infra/sqlite/SqliteAtomicAdmission"
import * as SqliteLogReader from "@flash-sale/infra/sqlite/SqliteLogReader"
import * as SqliteOrderLog from "@flash-sale/infra/sqlite/SqliteOrderLog"
import * as SqliteOrderStatuses from "@flash-sale/infra/sqlite/SqliteOrderStatuses"
import { Effect, Layer, Metric, Result } from "effect"

const layer = Layer.mergeAll(
  SqliteAtomicAdmission.layer,
  SqliteOrderStatuses.layer,
  SqliteOrderLog.layer,
  SqliteLogReader.layer
).pipe(
  Layer.provideMerge(SqliteDatabase.layer("memory")),
  Layer.provide([MemoryRateLimits.layer, MemoryRateLimits.layerWindows]),
  Layer.provideMerge(Layer.sync(Metric.MetricRegistry, () => new Map()))
)

const PARTITIONS = 4
const policy = { maxRequests: 1_000, windowMillis: 60_000 }
const itemId = ItemId.make("101")
const partition = home(itemId, PARTITIONS)

const orderOf = (id: string, change: { readonly user?: string; readonly amount?: number } = {}): OrderToAdmit => {
  const order = {
    requestId: RequestId.make(id),
    userId: UserId.make(change.user ?? `u-${id}`),
    itemId,
    amount: change.amount ?? 1
  }
  const correlationId = CorrelationId.make(`c-${id}`)
  return {
    request: { ...order, fingerprint: fingerprint(order), correlationId },
    record: LogRecord.encode(itemId, Command.Place({ order, attempt: 1, acceptedAt: 0, correlationId })),
    policy
  }
}

const admitOne = Effect.fnUntraced(function*(order: OrderToAdmit) {
  const admission = yield* AtomicAdmission
  return yield* Completion.wait<AdmittedAtOnce, AppendRefused | AppendUnknown>((completion) =>
    admission!.offer(order, completion)
  )
})

/** Offers all at once, and waits for their answers. */
const admit = (orders: ReadonlyArray<OrderToAdmit>) => Effect.forEach(orders, admitOne, { concurrency: "unbounded" })

const count = (sql: string) =>
  Effect.flatMap(
    SqliteDatabase.SqliteDatabase,
    ({ read }) => read((connection) => integer(connection.get(sql) ?? {}, "n"))
  )
const records = count("SELECT count(*) AS n FROM log")
const statuses = count("SELECT count(*) AS n FROM statuses")

const run = (sql: string) =>
  Effect.flatMap(SqliteDatabase.SqliteDatabase, ({ read }) => read((connection) => connection.script(sql)))

const admitting = (name: string, test: Effect.Effect<void, unknown, Layer.Success<typeof layer>>) =>
  it.effect(name, () => Effect.provide(test, layer))

describe("Admission in one write", () => {
  admitting(
    "appends the record and keeps the status, in the order in which orders came",
    Effect.gen(function*() {
      const orders = Array.from({ length: 1_300 }, (_, n) => orderOf(`r-${n}`, { user: "u" }))
      const answers = yield* admit(orders.map((order) => ({ ...order, policy: { ...policy, maxRequests: 1_300 } })))
      assert.deepStrictEqual(
        answers,
        orders.map((_, n) => ({
          _tag: "Appended" as const,
          position: { partition, offset: n as LogRecord.LogPosition["offset"] },
          remaining: 1_299 - n
        }))
      )
      assert.strictEqual(yield* records, 1_300)
      // As many writes as the bound on one asks for.
      assert.deepInclude(yield* Metric.value(EngineMetrics.admissionBatch), { count: 3, sum: 1_300 })
      const found = yield* (yield* OrderStatuses).readAll(orders.map(({ request }) => request.requestId))
      for (const [n, lookup] of found.entries()) {
        const { userId: _, ...known } = orders[n]!.request
        assert.deepInclude(lookup, { _tag: "Kept" })
        assert.deepInclude(lookup._tag === "Kept" && lookup.record, { ...known, status: "PENDING", attempt: 1 })
      }
    })
  )

  admitting(
    "an id is taken once: by the first of those that come together, and of those that come later",
    Effect.gen(function*() {
      const [order, other] = [orderOf("r-1"), orderOf("r-1", { amount: 2 })]
      const answers = [...yield* admit([order, order, other]), ...yield* admit([order, other])]
      assert.deepStrictEqual(answers.map((answer) => [answer._tag, "same" in answer && answer.same]), [
        ["Appended", false],
        ["Known", true],
        ["Known", false],
        ["Known", true],
        ["Known", false]
      ])
      assert.strictEqual(yield* records, 1)
    })
  )

  admitting(
    "who is over the limit is refused and leaves nothing, and a known id is not counted",
    Effect.gen(function*() {
      const of = (id: string) => ({ ...orderOf(id, { user: "u" }), policy: { ...policy, maxRequests: 2 } })
      const answers = yield* admit(["r-1", "r-1", "r-1", "r-2", "r-3"].map(of))
      assert.deepStrictEqual(answers.map(({ _tag }) => _tag), ["Appended", "Known", "Known", "Appended", "Limited"])
      assert.deepInclude(answers[4], { remaining: 0 })
      // The limiter is that of all that is asked of a user.
      const limited = yield* (yield* OrderStatuses).countRequest(UserId.make("u"), { ...policy, maxRequests: 2 })
      assert.strictEqual(limited.allowed, false)
      assert.deepStrictEqual([yield* records, yield* statuses], [2, 2])
    })
  )

  admitting(
    "an id that is claimed in the other way is leased, until the claim is given back",
    Effect.gen(function*() {
      const service = yield* OrderStatuses
      const [order, other] = [orderOf("r-1"), orderOf("r-1", { amount: 2 })]
      yield* service.admit([order.request], { ...policy, owner: "gateway", leaseMillis: 30_000 })
      assert.deepStrictEqual(yield* admit([order, other]), [
        { _tag: "Leased", same: true },
        { _tag: "Leased", same: false }
      ])
      assert.strictEqual(yield* records, 0)
      yield* service.release([{ owner: "gateway", requestId: order.request.requestId }])
      assert.strictEqual((yield* admit([order]))[0]!._tag, "Appended")
    })
  )

  admitting(
    "a file that takes no writes refuses all that came together, and keeps nothing of them",
    Effect.gen(function*() {
      yield* run("PRAGMA max_page_count = 1")
      const orders = Array.from({ length: 2_000 }, (_, n) => orderOf(`r-${n}`))
      const exits = yield* Effect.forEach(orders, (order) => Effect.result(admitOne(order)), {
        concurrency: "unbounded"
      })
      const failures = exits.flatMap((exit) => Result.isFailure(exit) ? [exit.failure] : [])
      assert.isNotEmpty(failures)
      for (const { _tag, detail } of failures) assert.match(`${_tag}: ${detail}`, /^AppendRefused: .*disk full/)
      const taken = exits.length - failures.length
      assert.deepStrictEqual([yield* records, yield* statuses], [taken, taken])
      yield* run("PRAGMA max_page_count = 1000000")
      assert.strictEqual((yield* admit([orders.at(-1)!]))[0]!._tag, "Appended")
    })
  )

  admitting(
    "a bug in a write is the end of all that came together, and keeps nothing of them",
    Effect.gen(function*() {
      yield* run(
        "CREATE TRIGGER bug BEFORE INSERT ON log WHEN NEW.offset = 1 BEGIN SELECT RAISE(ABORT, 'a bug'); END"
      )
      const exits = yield* Effect.forEach(
        [orderOf("r-1"), orderOf("r-2"), orderOf("r-3")],
        (order) => Effect.exit(admitOne(order)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(exits.map(({ _tag }) => _tag), ["Failure", "Failure", "Failure"])
      assert.deepStrictEqual([yield* records, yield* statuses], [0, 0])
      yield* run("DROP TRIGGER bug")
      assert.strictEqual((yield* admit([orderOf("r-1")]))[0]!._tag, "Appended")
      assert.strictEqual((yield* (yield* OrderLog).append(orderOf("r-4").record)).offset, 1)
    })
  )
})
