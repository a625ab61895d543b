/** The archive in PostgreSQL: processes that write at once, and tables that this build does not know. */
import { assert, describe, it } from "@effect/vitest"
import { Archive, type ArchiveError, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import { WRITER_LOCK } from "@flash-sale/infra/archive/databases/PostgresDatabase"
import { Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import { fresh } from "../../contract/archive/ArchiveContract.ts"
import { batch, partition, placed, step } from "../../contract/archive/Telling.ts"
import { needed, postgresAddr } from "../../servers/servers.ts"
import * as OwnDatabase from "./OwnDatabase.ts"

const address = needed(postgresAddr())
/** How long another holds the lock of who writes: longer than an answer may take. */
const OTHERS_SECONDS = 3.5

const nameIn = (url: Redacted.Redacted): string => new URL(Redacted.value(url)).pathname.slice(1)

describe("the archive in PostgreSQL", () => {
  const together =
    "is made once by processes that begin at the same moment, and orders that both tell are whole: transactions are "
  it.live.each(["read committed", "repeatable read", "serializable"])(
    `${together}%s by default`,
    (isolation) =>
      Effect.gen(function*() {
        const url = yield* OwnDatabase.make(address)
        yield* OwnDatabase.administer(
          address,
          `ALTER DATABASE ${nameIn(url)} SET default_transaction_isolation = '${isolation}'`
        )
        const orders = Array.from({ length: 40 }, (_, n) => fresh(n))
        const [first, second] = [
          orders.map((order) => step("order.reserved", order, placed(order))),
          orders.map((order) => step("order.completed", { ...order, placed: order.at, at: order.at + 100 }))
        ]
        /** Each is another process, with connections of its own. */
        const write = (events: typeof first) =>
          Effect.flatMap(
            ArchiveWriter,
            ({ record }) =>
              Effect.forEach([0, 10, 20, 30], (from) => record(batch(events.slice(from, from + 10))), { discard: true })
          ).pipe(
            Effect.provide(ArchiveLayers.layerPostgres(url))
          )
        yield* Effect.all([first, second, first.toReversed(), second.toReversed()].map(write), {
          concurrency: "unbounded"
        })
        const found = yield* Effect.flatMap(
          Archive,
          ({ find }) => Effect.forEach(orders, ({ request }) => find(request))
        ).pipe(Effect.provide(ArchiveLayers.layerPostgres(url)))
        for (const [n, [order]] of found.entries()) {
          assert.deepInclude(order, { status: "COMPLETED", metadata: placed(orders[n]!).metadata })
        }
      }).pipe(Effect.scoped)
  )

  it.live("takes a batch in that has waited for another who writes, and meanwhile says where reading goes on", () =>
    Effect.gen(function*() {
      const url = yield* OwnDatabase.make(address)
      const { position, record } = yield* Effect.provide(
        ArchiveWriter,
        yield* Layer.build(ArchiveLayers.layerPostgres(url))
      )
      const next = Offset.make(1)
      yield* record(batch([], { next }))
      const database = nameIn(url)
      const others = `SELECT pg_advisory_lock(${WRITER_LOCK}), pg_sleep(${OTHERS_SECONDS})`
      const writing = yield* Effect.forkChild(OwnDatabase.administer(address, others, database))
      const held = "SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = " +
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
      yield* Effect.repeat(OwnDatabase.administer(address, held, database), {
        until: ([found]) => found?.["n"] === 1,
        schedule: Schedule.spaced("20 millis")
      })
      const order = fresh(1)
      const written = yield* Effect.forkChild(record(batch([step("order.completed", order)], { next: Offset.make(2) })))
      // Of another process, which knows nothing of the tables yet.
      const other = yield* Effect.provide(ArchiveWriter, yield* Layer.build(ArchiveLayers.layerPostgres(url)))
      for (const asked of [position, other.position]) {
        assert.strictEqual((yield* asked("order-events", partition))?.next, next)
      }
      assert.isUndefined(writing.pollUnsafe())
      yield* Fiber.join(written)
      assert.strictEqual((yield* position("order-events", partition))?.next, 2)
    }).pipe(Effect.scoped))

  it.live("of a later build is refused in one line, by who writes and by who reads", () =>
    Effect.gen(function*() {
      const url = yield* OwnDatabase.make(address)
      const order = fresh(1)
      const record = Effect.flatMap(ArchiveWriter, (writer) => writer.record(batch([step("order.failed", order)])))
      const find = Effect.flatMap(Archive, (archive) => archive.find(order.request))
      yield* Effect.provide(record, ArchiveLayers.layerPostgres(url))
      yield* OwnDatabase.administer(address, "UPDATE archive_version SET version = 99", nameIn(url))
      const uses: ReadonlyArray<Effect.Effect<void, ArchiveError, Archive | ArchiveWriter>> = [
        record,
        Effect.asVoid(find)
      ]
      for (const use of uses) {
        const error = yield* Effect.flip(Effect.provide(use, ArchiveLayers.layerPostgres(url)))
        assert.match(
          error._tag === "ArchiveUnavailable" ? error.detail : "",
          /^its tables are of version 99, and this build knows versions up to \d+: use a newer build$/
        )
      }
    }).pipe(Effect.scoped))

  it.live("that lets nobody in says why, and never shows the password", () =>
    Effect.gen(function*() {
      const url = Redacted.make(`postgres://nobody:s3cret@${address}/postgres`)
      const error = yield* Effect.flatMap(Archive, (archive) => Effect.flip(archive.find(fresh(1).request))).pipe(
        Effect.provide(ArchiveLayers.layerPostgres(url))
      )
      const detail = error._tag === "ArchiveUnavailable" ? error.detail : ""
      assert.match(detail, /nobody/)
      assert.notInclude(detail, "s3cret")
    }))
})
