/** The thread that writes the archive's file: what it answers, how it ends, and what others do meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import * as FileCall from "@flash-sale/infra/archive/databases/FileCall"
import * as FileOpening from "@flash-sale/infra/archive/databases/FileOpening"
import * as FileThread from "@flash-sale/infra/archive/databases/FileThread"
import * as FileTransaction from "@flash-sale/infra/archive/databases/FileTransaction"
import type { Work } from "@flash-sale/infra/archive/sql/Session"
import { Deferred, Effect, Exit, Fiber, Scope, Semaphore } from "effect"
import { readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "../sqlite/Folders.ts"

/** A file with a table, a thread that writes it, and a connection of this thread that looks. */
const setUp = Effect.gen(function*() {
  const folder = yield* Folders.temporary
  const path = join(folder, "archive.sqlite")
  writeFileSync(path, "")
  const looker = FileOpening.open(path).connection
  looker.script("CREATE TABLE notes(n INTEGER PRIMARY KEY, text TEXT) STRICT")
  const caller = yield* FileThread.make(path)
  yield* Effect.addFinalizer(() => Effect.sync(looker.close))
  const line = yield* Semaphore.make(1)
  const transaction = <A>(work: Work<A>) => FileTransaction.writing(caller, line, work)
  const writing = (sql: string) => transaction((session) => session.all(sql))
  return {
    caller,
    folder,
    looker,
    path,
    transaction,
    writing,
    notes: () => looker.all("SELECT n FROM notes").map(({ n }) => n)
  }
})

const COUNT_FOR_LONG =
  "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000000) SELECT max(n) FROM c"
/** Some 150 MB of texts: more than the thread may have. */
const TOO_MUCH =
  "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1500) SELECT hex(randomblob(50000)) FROM c"

describe("the thread of the archive's file", () => {
  it.live("writes rows in their order, also where they are more than one call takes, and gives what they return", () =>
    Effect.gen(function*() {
      const { caller, notes, transaction } = yield* setUp
      const rows = Array.from({ length: 2 * caller.maxLists + 1 }, (_, n) => ({ n, text: `note ${n}` }))
      const returned = yield* transaction((session) =>
        session.each({
          columns: { n: "integer", text: "text" },
          into: "notes",
          rest: "RETURNING text"
        }, rows)
      )
      assert.deepStrictEqual(returned.map((row) => row["text"]), rows.map(({ text }) => text))
      assert.deepStrictEqual(notes(), rows.map(({ n }) => n))
    }).pipe(Effect.scoped))

  it.live("leaves this thread to others while a statement takes long", () =>
    Effect.gen(function*() {
      const { writing } = yield* setUp
      yield* writing("INSERT INTO notes VALUES (1, '')")
      let turns = 0
      const counting = setInterval(() => turns++, 1)
      const [row] = yield* writing(COUNT_FOR_LONG)
      clearInterval(counting)
      assert.strictEqual(row?.["max(n)"], 3_000_000)
      assert.isAbove(turns, 20)
    }).pipe(Effect.scoped))

  it.live("keeps nothing of a transaction that is interrupted in the middle", () =>
    Effect.gen(function*() {
      const { notes, transaction, writing } = yield* setUp
      const written = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(transaction((session) =>
        session.all("INSERT INTO notes VALUES (1, '')").pipe(
          Effect.andThen(Deferred.succeed(written, undefined)),
          Effect.andThen(session.all(COUNT_FOR_LONG))
        )
      ))
      yield* Deferred.await(written)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(notes(), [])
      yield* writing("INSERT INTO notes VALUES (2, '')")
      assert.deepStrictEqual(notes(), [2])
    }).pipe(Effect.scoped))

  it.live("keeps nothing of a transaction of which a statement fails", () =>
    Effect.gen(function*() {
      const { notes, transaction } = yield* setUp
      const exit = yield* Effect.exit(transaction((session) =>
        Effect.andThen(
          session.all("INSERT INTO notes VALUES (1, '')"),
          session.all("INSERT INTO notes VALUES (1, '')")
        )
      ))
      assert.include(String(Exit.isFailure(exit) && exit.cause), "UNIQUE")
      assert.deepStrictEqual(notes(), [])
    }).pipe(Effect.scoped))

  it.live("says of a disk that is full what it is, and goes on when there is room", () =>
    Effect.gen(function*() {
      const { notes, transaction, writing } = yield* setUp
      const fill = transaction((session) =>
        session.all("PRAGMA max_page_count = 3").pipe(
          Effect.andThen(session.all("INSERT INTO notes VALUES (1, '')")),
          Effect.andThen(session.all("INSERT INTO notes VALUES (2, hex(randomblob(100000)))"))
        )
      )
      assert.match((yield* Effect.flip(fill)).detail, /SQLite: disk full/)
      assert.deepStrictEqual(notes(), [])
      yield* writing("PRAGMA max_page_count = 1000000")
      yield* writing("INSERT INTO notes VALUES (3, '')")
      assert.deepStrictEqual(notes(), [3])
    }).pipe(Effect.scoped))

  it.live("that has run out of memory takes its transaction with it, and another one begins with the next", () =>
    Effect.gen(function*() {
      const { caller, notes, transaction, writing } = yield* setUp
      const error = yield* Effect.flip(
        transaction((session) => Effect.andThen(session.all("INSERT INTO notes VALUES (1, '')"), session.all(TOO_MUCH)))
      )
      assert.match(error.detail, /^the thread that writes the archive's file has ended: .*memory/)
      const outside = yield* Effect.exit(caller.make({ type: "run", sql: "SELECT 1", parameters: [[]] }))
      assert.isTrue(Exit.isFailure(outside), "there is no transaction that it could be in")
      yield* writing("INSERT INTO notes VALUES (2, '')")
      assert.deepStrictEqual(notes(), [2])
    }).pipe(Effect.scoped))

  it.live("waits for another connection that writes, and says so where that takes too long", () =>
    Effect.gen(function*() {
      const { looker, notes, writing } = yield* setUp
      // The thread is there.
      yield* writing("SELECT 1")
      looker.run("BEGIN IMMEDIATE")
      const fiber = yield* Effect.forkChild(writing("INSERT INTO notes VALUES (1, '')"), { startImmediately: true })
      yield* Effect.sleep(100)
      looker.run("COMMIT")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(notes(), [1])
      looker.run("BEGIN IMMEDIATE")
      const busy = yield* Effect.flip(writing("INSERT INTO notes VALUES (2, '')"))
      looker.run("ROLLBACK")
      assert.match(busy.detail, /SQLite: busy/)
    }).pipe(Effect.scoped))

  it.live("does not make a file that was deleted before it began", () =>
    Effect.gen(function*() {
      const { folder, path, writing } = yield* setUp
      rmSync(path)
      const error = yield* Effect.flip(writing("INSERT INTO notes VALUES (1, '')"))
      assert.match(error.detail, /SQLite: cannot open/)
      assert.notInclude(readdirSync(folder), "archive.sqlite")
    }).pipe(Effect.scoped))

  it.live("begins no more when its scope has closed", () =>
    Effect.gen(function*() {
      const { path } = yield* setUp
      const scope = yield* Scope.make()
      const caller = yield* Scope.provide(FileThread.make(path), scope)
      yield* Scope.close(scope, Exit.void)
      const begun = yield* Effect.flip(caller.make({ type: "begin", sql: "BEGIN IMMEDIATE" }))
      assert.include(String(begun.error), "has ended")
    }).pipe(Effect.scoped))

  it.live("has closed the file when its scope closes, and nothing is left beside it", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const path = join(folder, "archive.sqlite")
      writeFileSync(path, "")
      FileOpening.open(path).connection.close()
      const line = yield* Semaphore.make(1)
      yield* Effect.scoped(Effect.flatMap(
        FileThread.make(path),
        (caller) => FileTransaction.writing(caller, line, (session) => session.all("CREATE TABLE notes(n INTEGER)"))
      ))
      assert.deepStrictEqual(readdirSync(folder), ["archive.sqlite"])
      assert.isNotEmpty(FileCall.answer(FileOpening.open(path), {
        type: "run",
        sql: "SELECT 1 FROM sqlite_schema WHERE name = 'notes'",
        parameters: [[]]
      }))
    }).pipe(Effect.scoped))
})
