/** The file of the archive: who may read it, what a kill leaves, and files that this build does not know. */
import { assert, describe, it } from "@effect/vitest"
import { Archive, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import { Effect } from "effect"
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { fresh } from "../../contract/archive/ArchiveContract.ts"
import { batch, partition, step } from "../../contract/archive/Telling.ts"
import { spawnLogged } from "../../servers/Processes.ts"
import * as Folders from "../sqlite/Folders.ts"

const FILE = "archive.sqlite"
const PRIVATE = 0o600
const KILLS = 3
const BATCH_SIZE = 200
const TEST_TIMEOUT = 60_000

const within = <A, E>(folder: string, work: Effect.Effect<A, E, Archive | ArchiveWriter>) =>
  Effect.provide(work, ArchiveLayers.layerFile(folder))

const position = Effect.flatMap(ArchiveWriter, (writer) => writer.position("order-events", partition))

describe("the archive's file", () => {
  it.live("is its owner's alone, with all that SQLite writes beside it", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const modes = yield* within(
        folder,
        Effect.map(position, () =>
          readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777] as const))
      )
      assert.deepStrictEqual(new Map(modes), new Map(["", "-wal", "-shm"].map((more) => [FILE + more, PRIVATE])))
    }).pipe(Effect.scoped))

  it.live(
    "holds each batch with its position whole or not at all, whenever the process is killed",
    () =>
      Effect.gen(function*() {
        const folder = yield* Folders.temporary
        for (let kill = 0; kill < KILLS; kill++) {
          const before = kill === 0 ? 0 : (yield* within(folder, position))!.next
          const program = fileURLToPath(new URL("RecordingArchive.ts", import.meta.url))
          const process_ = yield* Effect.promise(() => spawnLogged(process.execPath, [program, folder]))
          yield* Effect.promise(() => process_.waitFor((output) => output.split("\n").length > 3 + kill))
          process_.kill("SIGKILL")
          yield* Effect.promise(() => process_.exit)
          const said = process_.output().trim().split("\n").length
          yield* within(
            folder,
            Effect.gen(function*() {
              const last = (yield* position)!.next
              // It begins with batch 1 again, and what is there does not move back.
              assert.isAtLeast(last, Math.max(said, before))
              const { sums } = yield* Archive
              for (const [n, orders] of [[last, BATCH_SIZE], [last + 1, undefined]] as const) {
                const [sum] = (yield* sums(ItemId.make(`batch-${n}`))).orders
                assert.strictEqual(sum?.orders, orders, `batch ${n} of ${last}`)
              }
            })
          )
        }
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )

  it.live("is made once by two that open it at the same moment, and both write", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const orders = Array.from({ length: 20 }, (_, n) => fresh(n))
      const write = within(
        folder,
        Effect.flatMap(ArchiveWriter, ({ record }) =>
          Effect.forEach(orders, (order) =>
            record(batch([step("order.completed", order)])), { discard: true }))
      )
      yield* Effect.all([write, write, write], { concurrency: "unbounded" })
      const found = yield* within(
        folder,
        Effect.flatMap(Archive, ({ find }) =>
          Effect.forEach(orders, ({ request }) => find(request)))
      )
      assert.strictEqual(found.flat().length, orders.length)
    }).pipe(Effect.scoped))

  it.live("of a later build is refused in one line, and stays as it is", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* within(folder, position)
      const file = new DatabaseSync(join(folder, FILE))
      file.exec("UPDATE archive_version SET version = 99")
      file.close()
      const error = yield* Effect.flip(within(folder, position))
      assert.match(
        String(error.message),
        /^cannot open .*archive\.sqlite: its tables are of version 99, and this build knows .*: use a newer build$/
      )
    }).pipe(Effect.scoped))

  it.live("that is deleted or replaced while it is open is away, for who asks and for who writes", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const path = join(folder, FILE)
      yield* within(
        folder,
        Effect.gen(function*() {
          const { record } = yield* ArchiveWriter
          const { isUp, told } = yield* Archive
          const order = batch([step("order.completed", fresh(1))])
          yield* record(order)
          assert.isTrue(yield* isUp)
          rmSync(path)
          for (const ask of [told, record(order)]) {
            const error = yield* Effect.flip(Effect.asVoid(ask))
            assert.match("detail" in error ? error.detail : error._tag, /archive\.sqlite was deleted or replaced/)
          }
          writeFileSync(path, "")
          assert.isFalse(yield* isUp)
        })
      )
    }).pipe(Effect.scoped))

  it.live("that is none of SQLite is refused in one line that says how to go on", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      writeFileSync(join(folder, FILE), "something else".repeat(1_000), { mode: PRIVATE })
      const error = yield* Effect.flip(within(folder, position))
      assert.match(String(error.message), /not a database.*deleted while no engine runs$/)
    }).pipe(Effect.scoped))

  it.live("is not made by a command: without it there is no archive", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const none = yield* Effect.flatMap(Archive, ({ find }) => Effect.flip(find(RequestId.make("r-1")))).pipe(
        Effect.provide(ArchiveLayers.layerFileBeside(folder))
      )
      assert.strictEqual(none._tag, "NoArchive")
      assert.isFalse(existsSync(join(folder, FILE)))
      const order = fresh(1)
      yield* within(folder, Effect.flatMap(ArchiveWriter, ({ record }) => record(batch([step("order.failed", order)]))))
      const found = yield* Effect.flatMap(Archive, ({ find }) => find(order.request)).pipe(
        Effect.provide(ArchiveLayers.layerFileBeside(folder))
      )
      assert.strictEqual(found.length, 1)
    }).pipe(Effect.scoped))

  it.live("looks for orders and for ids by the index that finds the fewest, though SQLite has counted nothing", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* within(folder, position)
      const file = new DatabaseSync(join(folder, FILE))
      const plan = (where: string) => {
        const sql = `SELECT * FROM archive_orders WHERE ${where} ORDER BY created_at DESC, n DESC LIMIT 50`
        return String(file.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()[0]?.["detail"])
      }
      const range = "created_at >= 1 AND created_at < 2 AND (created_at, n) < (3, 4)"
      const byId = file.prepare("EXPLAIN QUERY PLAN SELECT n FROM archive_entries WHERE id = '1'").all()
      assert.include(String(byId[0]?.["detail"]), "archive_entries_by_id (id=?)")
      for (const more of ["", ` AND ${range}`]) {
        assert.include(
          plan(`item_id = '1' AND status = 'EXPIRED'${more}`),
          "archive_orders_by_item_status (item_id=? AND status=?"
        )
        assert.include(
          plan(`item_id = '1' AND user_id = 'u' AND status = 'EXPIRED'${more}`),
          "archive_orders_by_user ("
        )
        assert.include(plan(`status = 'EXPIRED'${more}`), "archive_orders_by_status (")
        assert.include(plan(`item_id = '1'${more}`), "archive_orders_by_item (")
      }
      assert.include(plan(range), "archive_orders_by_time (")
      file.close()
    }).pipe(Effect.scoped))
})
