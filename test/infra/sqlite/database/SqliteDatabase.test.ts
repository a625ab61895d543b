import { assert, describe, it } from "@effect/vitest"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import { EXTERNAL_POLL_MILLIS } from "@flash-sale/infra/sqlite/database/ExternalChanges"
import * as Migrations from "@flash-sale/infra/sqlite/database/Migrations"
import * as OpenFile from "@flash-sale/infra/sqlite/database/OpenFile"
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import { Context, Effect, Exit, Fiber, Layer, Option, Result, Scope } from "effect"
import { TestClock } from "effect/testing"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "../Folders.ts"

type Database = SqliteDatabase.SqliteDatabase["Service"]

/** Opens it in the scope. */
const open = (place: OpenFile.Location) =>
  Effect.map(Layer.build(SqliteDatabase.layer(place)), Context.get(SqliteDatabase.SqliteDatabase))

const setting = (name: string, value: number) => (connection: Connection.Connection) => {
  connection.run("INSERT INTO settings VALUES (?, ?)", name, value)
  return Result.void
}

const find = (database: Database, name: string) =>
  database.read((connection) => connection.get("SELECT value FROM settings WHERE name = ?", name)?.value)

describe("SqliteDatabase", () => {
  it.effect("a file of a later version is refused, and left as it is", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const path = join(folder, OpenFile.FILE_NAME)
      writeFileSync(path, "", { mode: 0o600 })
      const file = Connection.open(path)
      file.script(`PRAGMA user_version = ${Migrations.LATEST + 1}`)
      const error = yield* Effect.flip(open({ folder }))
      assert.instanceOf(error, OpenFile.CannotOpen)
      assert.include(error.message, folder)
      assert.include(error.message, `version ${Migrations.LATEST + 1}`)
      assert.deepStrictEqual(file.all("SELECT name FROM sqlite_schema"), [])
      file.close()
    }))

  it.effect("a file whose orders were written with another number of partitions is refused, and left as it is", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Effect.scoped(open({ folder }))
      const change = (value: number) => {
        const file = Connection.open(join(folder, OpenFile.FILE_NAME))
        file.run("UPDATE settings SET value = ? WHERE name = 'partitions'", value)
        file.close()
      }
      change(12)
      const error = yield* Effect.flip(open({ folder }))
      assert.instanceOf(error, OpenFile.CannotOpen)
      assert.strictEqual(
        error.message,
        `cannot open ${join(folder, OpenFile.FILE_NAME)}: its orders were written with 12 partitions, and this build ` +
          "has 4: items would be at home in other partitions. Use a build with 12; nothing was changed"
      )
      change(4)
      assert.strictEqual(yield* find(yield* open({ folder }), "partitions"), 4)
    }))

  it.effect("a file that is no database is refused", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      writeFileSync(join(folder, OpenFile.FILE_NAME), "rubbish ".repeat(1_000), { mode: 0o600 })
      const error = yield* Effect.flip(open({ folder }))
      assert.include(error.message, "not a database")
    }))

  it.effect("what was written is kept, and a missing folder is made", () =>
    Effect.gen(function*() {
      const folder = join(yield* Folders.temporary, "data", "deep")
      yield* Effect.scoped(Effect.flatMap(open({ folder }), (database) => database.write(setting("a", 7))))
      assert.strictEqual(yield* find(yield* open({ folder }), "a"), 7)
    }))

  it.effect("a typed failure of a job goes to its caller alone", () =>
    Effect.gen(function*() {
      const database = yield* open("memory")
      const failing = database.write((connection) => {
        connection.run("INSERT INTO settings VALUES ('lost', 1)")
        return Result.fail("no" as const)
      })
      const exits = yield* Effect.forEach(
        [database.write(setting("a", 1)), failing, database.writeSoon(setting("b", 2))],
        (write: Effect.Effect<void, unknown>) => Effect.exit(write),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(exits, [Exit.void, Exit.fail("no"), Exit.void])
      assert.strictEqual(yield* find(database, "lost"), undefined)
      assert.strictEqual(yield* find(database, "b"), 2)
    }))

  it.effect("writes that wait are made when the database is closed", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const scope = yield* Scope.make()
      const database = yield* Scope.provide(open({ folder }), scope)
      const waiting = yield* Effect.forkChild(database.write(setting("last", 1)), { startImmediately: true })
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* Fiber.await(waiting), Exit.void)
      assert.strictEqual(yield* find(yield* open({ folder }), "last"), 1)
    }))

  it.effect("a durable write waits for the disk, whatever the writes around it do", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const { write, writeSoon } = yield* open({ folder })
      const level = (connection: Connection.Connection) =>
        Result.succeed(connection.get("PRAGMA synchronous")?.["synchronous"])
      const levels = yield* Effect.all(
        [write, writeSoon, write, write, writeSoon, writeSoon, write].map((f) => f(level))
      )
      const [full, normal] = [2, 1]
      assert.deepStrictEqual(levels, [full, normal, full, full, normal, normal, full])
      // One that must be durable takes those along that share its commit.
      const together = yield* Effect.all([writeSoon(level), write(level)], { concurrency: "unbounded" })
      assert.deepStrictEqual(together, [full, full])
    }))

  it.effect("a write of another connection is noticed within a bound", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const database = yield* open({ folder })
      const other = yield* open({ folder })
      const waiting = yield* Effect.forkChild(
        database.signals.until("anything", Effect.map(find(database, "theirs"), Option.fromUndefinedOr)),
        { startImmediately: true }
      )
      yield* other.write(setting("theirs", 5))
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust(EXTERNAL_POLL_MILLIS)
      assert.strictEqual(yield* Fiber.join(waiting), 5)
    }))
})
