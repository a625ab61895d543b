/** A file that can be read and takes no writes is not up, says why, and is up again when it takes them. */
import { assert, describe, it } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import * as OpenFile from "@flash-sale/infra/sqlite/database/OpenFile"
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import * as SqliteItemStore from "@flash-sale/infra/sqlite/SqliteItemStore"
import * as SqliteOrderLog from "@flash-sale/infra/sqlite/SqliteOrderLog"
import { Effect, Layer, Result } from "effect"
import { closeSync, openSync, readFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import { freshItem } from "../../contract/Commands.ts"
import * as Folders from "./Folders.ts"

const ports = (folder: string) =>
  Layer.mergeAll(SqliteItemStore.layer, SqliteOrderLog.layer).pipe(
    Layer.provideMerge(SqliteDatabase.layer({ folder }))
  )

/** Overwrites the pages that hold the rows `row-…`, whichever they are. */
const damage = (path: string): void => {
  const file = openSync(path, "r+")
  const size = 4_096
  const pages = readFileSync(path)
  for (let at = size; at < pages.length; at += size) {
    if (pages.subarray(at, at + size).includes("row-")) writeSync(file, Buffer.alloc(size, 0xff), 0, size, at)
  }
  closeSync(file)
}

/** What the store and the log say, which are one file. */
const health = Effect.gen(function*() {
  const store = yield* ItemStore
  const log = yield* OrderLog
  return { store: yield* store.isUp, log: yield* log.isUp, why: yield* store.trouble }
})

const well = { store: true, log: true, why: undefined }

/** A write through the line that all writes take. */
const writing = (use: (connection: Connection.Connection) => void) =>
  Effect.flatMap(SqliteDatabase.SqliteDatabase, (database) =>
    database.write((connection) => {
      use(connection)
      return Result.void
    }))

const inFolder = <A, E>(
  use: Effect.Effect<A, E, ItemStore | OrderLog | SqliteDatabase.SqliteDatabase>
) => Effect.scoped(Effect.flatMap(Folders.temporary, (folder) => Effect.provide(use, ports(folder))))

describe("FileTrouble", () => {
  it.live("a file that may not be written is not up, says why, and is up again when it may be", () =>
    inFolder(Effect.gen(function*() {
      const database = yield* SqliteDatabase.SqliteDatabase
      const queryOnly = (is: 0 | 1) => database.read((connection) => connection.script(`PRAGMA query_only = ${is}`))
      yield* queryOnly(1)
      const log = yield* OrderLog
      const { itemId } = freshItem()
      yield* Effect.flip(writing((connection) => {
        connection.run("INSERT INTO settings VALUES (?, ?)", itemId, 1)
      }))
      const { why, ...up } = yield* health
      assert.deepStrictEqual(up, { store: false, log: false })
      assert.include(why ?? "", "read-only")
      yield* queryOnly(0)
      assert.deepStrictEqual(yield* health, well)
      assert.isTrue(yield* log.isUp)
    })))

  it.live("a damaged file stays down although other pages of it take writes", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const rows = writing((connection) => {
        connection.script("CREATE TABLE ballast (name TEXT, value INTEGER)")
        for (let row = 0; row < 2_000; row++) connection.run("INSERT INTO ballast VALUES (?, ?)", `row-${row}`, row)
      })
      yield* Effect.provide(rows, ports(folder))
      damage(join(folder, OpenFile.FILE_NAME))
      yield* Effect.gen(function*() {
        const database = yield* SqliteDatabase.SqliteDatabase
        assert.deepStrictEqual(yield* health, well)
        const read = database.read((connection) => connection.all("SELECT * FROM ballast"))
        assert.include((yield* Effect.flip(read)).detail, "malformed")
        for (let asked = 0; asked < 2; asked++) {
          const { why, ...up } = yield* health
          assert.deepStrictEqual(up, { store: false, log: false })
          assert.include(why ?? "", "corrupt")
          assert.include(why ?? "", "bring back a backup")
        }
      }).pipe(Effect.provide(ports(folder)))
    })))
})
