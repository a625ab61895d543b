/** Backups of the embedded file: made beside a running engine, checked, and brought back. */
import { assert, describe, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import * as SqliteBackup from "@flash-sale/infra/sqlite/backup/SqliteBackup"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import * as EngineLock from "@flash-sale/infra/sqlite/database/EngineLock"
import * as HighWaterMark from "@flash-sale/infra/sqlite/database/HighWaterMark"
import { EMBEDDED_PARTITIONS } from "@flash-sale/infra/sqlite/database/Migrations"
import { CannotOpen } from "@flash-sale/infra/sqlite/database/OpenFile"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Context, Effect, Fiber, Layer } from "effect"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "../Folders.ts"

const itemId = ItemId.make("101")
const partition = home(itemId, EMBEDDED_PARTITIONS)
const RECORDS = 200

const append = Effect.flatMap(OrderLog, (log) => log.append({ itemId, value: "{}", headers: {} }))

/** A folder with so many records, and a path for a backup of it. */
const engine = Effect.gen(function*() {
  const folder = join(yield* Folders.temporary, "data")
  yield* Effect.provide(Effect.repeat(append, { times: RECORDS - 1 }), Layer.fresh(SqliteInfra.layer({ folder })))
  return { folder, path: join(yield* Folders.temporary, "backup.sqlite") }
})

const endOf = (folder: string) => {
  const mark = HighWaterMark.read(folder)
  return typeof mark === "string" ? mark : mark.tails[partition]!.end
}

describe("SqliteBackup", () => {
  it.live("a backup that is made while orders come is a whole prefix, and starts cleanly elsewhere", () =>
    Effect.gen(function*() {
      const { folder, path } = yield* engine
      const running = Context.get(yield* Layer.build(SqliteInfra.layer({ folder })), OrderLog)
      const busy = yield* Effect.forkChild(
        Effect.forever(running.append({ itemId, value: "{}", headers: {} })),
        { startImmediately: true }
      )
      const before = Date.now()
      const made = yield* SqliteBackup.make(folder, path, false)
      yield* Fiber.interrupt(busy)
      assert.isAtLeast(made.records, RECORDS)
      assert.isAtLeast(made.madeAt, before)
      assert.deepStrictEqual(readdirSync(join(path, "..")), ["backup.sqlite"])

      const other = join(yield* Folders.temporary, "data")
      assert.deepStrictEqual(yield* SqliteBackup.restore(other, path), made)
      assert.strictEqual(endOf(other), made.records)
      const next = yield* Effect.provide(append, Layer.fresh(SqliteInfra.layer({ folder: other })))
      assert.strictEqual(next.offset, made.records)
      assert.deepStrictEqual(yield* SqliteInfra.losses({ folder: other }), [])
    }))

  it.live("a file that is there is replaced only where that is forced", () =>
    Effect.gen(function*() {
      const { folder, path } = yield* engine
      writeFileSync(path, "the only copy")
      const refused = yield* Effect.flip(SqliteBackup.make(folder, path, false))
      assert.include(refused.message, `${path}: it is there already`)
      assert.strictEqual(readFileSync(path, "utf8"), "the only copy")
      yield* SqliteBackup.make(folder, path, true)
      assert.strictEqual((yield* SqliteBackup.restore(join(yield* Folders.temporary, "data"), path)).records, RECORDS)
    }))

  it.live("a folder that holds an engine, or in which one works, is not restored into", () =>
    Effect.gen(function*() {
      const { folder, path } = yield* engine
      yield* SqliteBackup.make(folder, path, false)
      assert.include((yield* Effect.flip(SqliteBackup.restore(folder, path))).message, "engine.sqlite: is there")
      assert.strictEqual(endOf(folder), RECORDS)

      const other = yield* Folders.temporary
      yield* Layer.build(EngineLock.layer(other))
      assert.deepStrictEqual(
        yield* Effect.flip(SqliteBackup.restore(other, path)),
        new EngineLock.EngineLocked({ folder: other })
      )
      assert.isFalse(existsSync(join(other, "engine.sqlite")))
    }))

  it.live("what is no whole backup is refused, and makes nothing", () =>
    Effect.gen(function*() {
      const { folder, path } = yield* engine
      yield* SqliteBackup.make(folder, path, false)
      const connection = Connection.open(path)
      connection.script("UPDATE log SET value = CAST('{\"n\":1}' AS BLOB) WHERE offset = 7")
      connection.close()
      const files: ReadonlyArray<readonly [string, string]> = [
        [path, `partition ${partition} of its log is damaged at 7`],
        [join(folder, "engine.sqlite"), "it is an engine's own file"],
        [join(folder, "nothing"), "SQLite: cannot open"],
        [new URL(import.meta.url).pathname, "SQLite: not a database"]
      ]
      for (const [file, why] of files) {
        const other = join(yield* Folders.temporary, "data")
        assert.include((yield* Effect.flip(SqliteBackup.restore(other, file))).message, why)
        assert.isFalse(existsSync(other))
      }
    }))

  it.live("a damaged engine, or none, has no backup", () =>
    Effect.gen(function*() {
      const { folder, path } = yield* engine
      const connection = Connection.open(join(folder, "engine.sqlite"))
      connection.script("UPDATE log SET value = CAST('{\"n\":1}' AS BLOB) WHERE offset = 7")
      connection.close()
      assert.include((yield* Effect.flip(SqliteBackup.make(folder, path, false))).message, "is damaged at 7")
      const nowhere = join(yield* Folders.temporary, "data")
      assert.instanceOf(yield* Effect.flip(SqliteBackup.make(nowhere, path, false)), CannotOpen)
      assert.isFalse(existsSync(nowhere))
      assert.isFalse(existsSync(path))
    }))
})
