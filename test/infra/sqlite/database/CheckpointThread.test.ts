/** The write-ahead log is taken to the file by a thread of its own, while commits go on. */
import { assert, describe, it } from "@effect/vitest"
import * as CheckpointThread from "@flash-sale/infra/sqlite/database/checkpoints/CheckpointThread"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import * as ResultCode from "@flash-sale/infra/sqlite/database/ResultCode"
import { Effect, Logger, type Scope } from "effect"
import { copyFileSync, existsSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "../Folders.ts"

const ROWS = 5_000
const TEST_TIMEOUT = 30_000
const PAGE = 4_120

const open = (path: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const connection = Connection.open(path)
      Connection.configure(connection)
      connection.setDurable(false)
      connection.script("CREATE TABLE IF NOT EXISTS t(n INTEGER PRIMARY KEY, text TEXT) STRICT")
      return connection
    }),
    (connection) => Effect.sync(connection.close)
  )

const write = (connection: Connection.Connection, count: number, size = 100): void => {
  connection.run("BEGIN IMMEDIATE")
  for (let n = 0; n < count; n++) connection.run("INSERT INTO t(text) VALUES (?)", "x".repeat(size))
  connection.run("COMMIT")
}

const count = (connection: Connection.Connection): number =>
  Connection.integer(connection.get("SELECT count(*) AS n FROM t") ?? {}, "n")

/** The rows of the file without its write-ahead log; undefined where it was copied in the middle of a checkpoint. */
const inFileAlone = (path: string): number | undefined => {
  const copy = `${path}-copy`
  copyFileSync(path, copy)
  const connection = Connection.open(copy)
  try {
    return count(connection)
  } catch (error) {
    if (ResultCode.isDamage(error)) return undefined
    throw error
  } finally {
    connection.close()
  }
}

const autocheckpoint = (connection: Connection.Connection): unknown =>
  connection.get("PRAGMA wal_autocheckpoint")?.["wal_autocheckpoint"]

const inFolder = (test: (path: string) => Effect.Effect<void, unknown, Scope.Scope>) => () =>
  Effect.scoped(Effect.flatMap(Folders.temporary, (folder) => test(join(folder, "test.sqlite"))))

describe("The thread of checkpoints", () => {
  it("is not begun with a SQLite that could damage the file", () => {
    const versions = ["3.51.3", "3.51.4", "3.53.0", "4.0.0", "3.51.2", "3.46.1", "2.99.9", "", undefined]
    assert.deepStrictEqual(versions.map(CheckpointThread.isSafe), [true, true, true, true, ...Array(5).fill(false)])
  })

  it.live(
    "takes to the file what was committed, by itself and when it is asked",
    inFolder((path) =>
      Effect.gen(function*() {
        const connection = yield* open(path)
        const thread = yield* CheckpointThread.make(path, connection)
        write(connection, ROWS)
        yield* thread.pass
        assert.strictEqual(inFileAlone(path), ROWS)
        write(connection, ROWS)
        thread.committed()
        yield* Effect.repeat(Effect.sync(() => inFileAlone(path)), { until: (there) => there === 2 * ROWS })
        assert.strictEqual(count(connection), 2 * ROWS)
      })
    ),
    TEST_TIMEOUT
  )

  it.live(
    "lets the log begin anew, however long commits go on",
    inFolder((path) =>
      Effect.gen(function*() {
        const connection = yield* open(path)
        const thread = yield* CheckpointThread.make(path, connection)
        // 200 MiB in all: more than three times what a commit itself would wait for.
        for (let n = 0; n < 500; n++) {
          write(connection, 100, 4_000)
          thread.committed()
          if (n % 20 === 0) yield* thread.pass
          else yield* Effect.yieldNow
        }
        assert.isBelow(statSync(`${path}-wal`).size, 8_000 * PAGE)
        assert.strictEqual(count(connection), 50_000)
        assert.strictEqual(connection.get("PRAGMA integrity_check")?.["integrity_check"], "ok")
      })
    ),
    TEST_TIMEOUT
  )

  it.live(
    "that fails leaves its work to the commits, and says so",
    inFolder((path) =>
      Effect.gen(function*() {
        const lines: Array<unknown> = []
        yield* Effect.gen(function*() {
          const connection = yield* open(path)
          // The thread finds no folder there.
          const thread = yield* CheckpointThread.make(join(path, "none", "test.sqlite"), connection)
          yield* thread.pass
          yield* Effect.repeat(Effect.sync(() => lines.length), { until: (length) => length > 0 })
          assert.strictEqual(autocheckpoint(connection), Connection.WAL_PAGES)
          yield* thread.pass
          for (let n = 0; n < 100; n++) write(connection, 100, 4_000)
          assert.isBelow(statSync(`${path}-wal`).size, 2 * Connection.WAL_PAGES * PAGE)
        }).pipe(
          Effect.provide(Logger.layer([Logger.make(({ logLevel, message }) => lines.push([logLevel, message]))]))
        )
        assert.deepStrictEqual(lines, [["Error", ["The thread of checkpoints failed: commits take longer"]]])
      })
    ),
    TEST_TIMEOUT
  )

  it.live(
    "ends with its scope, and leaves no write-ahead log behind",
    inFolder((path) =>
      Effect.gen(function*() {
        yield* Effect.scoped(Effect.gen(function*() {
          const connection = yield* open(path)
          const thread = yield* CheckpointThread.make(path, connection)
          write(connection, ROWS)
          yield* thread.pass
          write(connection, ROWS)
          thread.committed()
        }))
        assert.isFalse(existsSync(`${path}-wal`))
        assert.strictEqual(inFileAlone(path), 2 * ROWS)
      })
    ),
    TEST_TIMEOUT
  )
})
