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
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
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

  it.live("an earlier backup is replaced where that is forced, and no other file ever", () =>
    Effect.gen(function*() {
      const { folder, path } = yield* engine
      writeFileSync(path, "the only copy")
      for (const isForced of [false, true]) {
        const refused = yield* Effect.flip(SqliteBackup.make(folder, path, isForced))
        assert.include(refused.message, `${path}: it is there already, and is no backup`)
      }
      assert.strictEqual(readFileSync(path, "utf8"), "the only copy")
      rmSync(path)
      yield* SqliteBackup.make(folder, path, false)
      assert.include((yield* Effect.flip(SqliteBackup.make(folder, path, false))).message, "only --force replaces it")
      const { madeAt } = yield* SqliteBackup.make(folder, path, true)
      const restored = yield* SqliteBackup.restore(join(yield* Folders.temporary, "data"), path)
      assert.deepStrictEqual([restored.records, restored.madeAt], [RECORDS, madeAt])
    }))

  it.live("no path of an engine's file, and none that is no file, is written to by force", () =>
    Effect.gen(function*() {
      const { folder, path } = yield* engine
      const other = (yield* engine).folder
      const place = yield* Folders.temporary
      const keys = join(folder, "payment-token.keys")
      writeFileSync(keys, "k1 00\n")
      symlinkSync(folder, join(place, "data"))
      symlinkSync(join(folder, "engine.sqlite"), join(place, "link"))
      symlinkSync(join(place, "nowhere"), join(place, "dangling"))
      linkSync(join(folder, "engine.sqlite"), join(place, "hard"))
      linkSync(join(folder, "orders.high"), join(place, "hard-high"))
      yield* SqliteBackup.make(folder, path, false)
      const refused: ReadonlyArray<readonly [path: string, why: string]> = [
        ...["engine.sqlite", "engine.sqlite-wal", "engine.lock", "orders.high", "payment-token.keys", "keys.json"]
          .flatMap(
            (name) =>
              [folder, other, join(place, "data"), place].map((one) =>
                [join(one, name), "a file of an engine"] as const
              )
          ),
        [join(place, "admin.key"), "a file of an engine"],
        [join(place, "link"), "a file of an engine"],
        [join(place, "hard"), "a file of an engine"],
        [join(place, "hard-high"), "a file of an engine"],
        [join(place, "dangling"), "is a link"],
        ["/dev/null", "is no file"],
        [place, "is a folder"],
        [join(place, "new/"), "is a folder"],
        ["", "is empty"],
        [join(place, "nowhere", "b.sqlite"), `the folder ${join(place, "nowhere")} is not there`],
        [join(path, "b.sqlite"), `${path} is no folder`],
        [join(path, "x", "b.sqlite"), `the folder ${join(path, "x")} is not there`]
      ]
      const held = readFileSync(join(folder, "engine.sqlite"))
      for (const [target, why] of refused) {
        const error = yield* Effect.flip(SqliteBackup.make(folder, target, true))
        assert.include(error.message, why, target)
        assert.isTrue("isUsage" in error && error.isUsage, target)
      }
      assert.deepStrictEqual(readFileSync(join(folder, "engine.sqlite")), held)
      assert.strictEqual(readFileSync(keys, "utf8"), "k1 00\n")
      assert.deepStrictEqual(readdirSync(place).toSorted(), ["dangling", "data", "hard", "hard-high", "link"])
    }))

  it.live("what a user keeps beside the backup stays", () =>
    Effect.gen(function*() {
      const { folder, path } = yield* engine
      const names = [".new", ".new-wal", ".new-journal"]
      for (const suffix of names) writeFileSync(path + suffix, "mine")
      yield* SqliteBackup.make(folder, path, false)
      yield* SqliteBackup.make(folder, path, true)
      for (const suffix of names) assert.strictEqual(readFileSync(path + suffix, "utf8"), "mine")
      assert.lengthOf(readdirSync(join(path, "..")), names.length + 1)
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
        [join(folder, "nothing"), "there is no such file"],
        [folder, "is no file"],
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
