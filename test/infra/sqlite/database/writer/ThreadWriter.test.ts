/**
 * The thread that writes the file: what is acknowledged is on the disk, writes keep their order and are made once, one
 * that fails undoes itself alone, and a thread that is gone is said.
 */
import { assert, describe, it } from "@effect/vitest"
import { FatalFailure } from "@flash-sale/infra/resilience/FatalFailure"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import * as FileTrouble from "@flash-sale/infra/sqlite/database/FileTrouble"
import * as OpenFile from "@flash-sale/infra/sqlite/database/OpenFile"
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import * as ThreadWriter from "@flash-sale/infra/sqlite/database/writer/ThreadWriter"
import { Context, Effect, Exit, Fiber, Layer, Option, Scope } from "effect"
import { TestClock } from "effect/testing"
import { spawnSync } from "node:child_process"
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Folders from "../../Folders.ts"
import * as ThreadWrites from "./ThreadWrites.ts"

type Database = SqliteDatabase.SqliteDatabase["Service"]

const TEST_TIMEOUT = 30_000
const program = new URL("./ThreadProgram.ts", import.meta.url)

interface Opened {
  readonly folder: string
  readonly database: Database
  /** Why the process is to end; what is noted first comes first. */
  readonly fatal: ReadonlyArray<string>
}

const openIn = Effect.fnUntraced(function*(folder: string, thread = program) {
  const fatal: Array<string> = []
  const layer = SqliteDatabase.layer({ folder, thread, lockLost: () => undefined }).pipe(
    Layer.provide(Layer.succeed(FatalFailure, { fail: (why) => void fatal.push(why), failed: Effect.never }))
  )
  const database = Context.get(yield* Layer.build(layer), SqliteDatabase.SqliteDatabase)
  return { folder, database, fatal } satisfies Opened
})

const opened = Effect.flatMap(Folders.temporary, openIn)

const names = ({ database }: Opened) =>
  Effect.map(
    database.read((connection) =>
      connection.all("SELECT name FROM settings WHERE name <> 'partitions' ORDER BY value")
    ),
    (rows) => rows.map(({ name }) => name)
  )

/** Asks for all of them at once. */
const together = <A, E>(writes: ReadonlyArray<Effect.Effect<A, E>>) =>
  Effect.forEach(writes, (write) => Effect.exit(write), { concurrency: "unbounded" })

const until = (condition: () => boolean) => Effect.repeat(Effect.sync(condition), { until: (is: boolean) => is })

/** Holds the thread; what is asked for meanwhile waits in line. Returns what lets it go on. */
const held = Effect.fnUntraced(function*({ database, folder }: Opened) {
  const path = join(folder, "held")
  const holding = yield* Effect.forkChild(database.write(ThreadWrites.hold, path), { startImmediately: true })
  yield* until(() => existsSync(path))
  return Effect.andThen(Effect.sync(() => rmSync(path)), Fiber.join(holding))
})

const tagOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.isFailure(exit)
    ? Option.getOrUndefined(Exit.findErrorOption(exit as Exit.Exit<unknown, { _tag: string }>))?._tag
    : "done"

/** Overwrites the pages that hold the rows `row-…`. */
const damage = (path: string): void => {
  const file = openSync(path, "r+")
  const pages = readFileSync(path)
  for (let at = 4_096; at < pages.length; at += 4_096) {
    if (pages.subarray(at, at + 4_096).includes("row-")) writeSync(file, Buffer.alloc(4_096, 0xff), 0, 4_096, at)
  }
  closeSync(file)
}

const withBallast = Effect.fnUntraced(function*() {
  const folder = yield* Folders.temporary
  yield* Effect.scoped(openIn(folder))
  const path = join(folder, OpenFile.FILE_NAME)
  const connection = Connection.open(path)
  connection.script("BEGIN; CREATE TABLE ballast (name TEXT)")
  for (let row = 0; row < 2_000; row++) connection.run("INSERT INTO ballast VALUES (?)", `row-${row}`)
  connection.script("COMMIT")
  connection.close()
  damage(path)
  return yield* openIn(folder)
})

describe("ThreadWriter", { timeout: TEST_TIMEOUT }, () => {
  it.live("writes are made once each, in the order in which they were asked for, and answered after their commit", () =>
    Effect.gen(function*() {
      const place = yield* opened
      const wanted = Array.from({ length: 2_000 }, (_, n) => `n-${n}`)
      const seen = yield* Effect.forEach(
        wanted,
        (name, n) =>
          (n % 2 === 0 ? place.database.write : place.database.writeSoon)(ThreadWrites.add, name).pipe(
            // Who is answered finds the row, by another connection.
            Effect.andThen(place.database.read((connection) =>
              connection.get("SELECT value FROM settings WHERE name = ?", name)?.["value"]
            ))
          ),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(seen, wanted.map((_, n) => n + 1))
      assert.deepStrictEqual(yield* names(place), wanted)
    }))

  it.live("a write that fails, and one with a bug, undo themselves alone and are told apart", () =>
    Effect.gen(function*() {
      const place = yield* opened
      const { offer, write } = place.database
      const broken = Effect.callback<number, unknown>((resume) => {
        const input = (): string => {
          throw new Error("no input")
        }
        offer(ThreadWrites.add, input, resume as never)
      })
      const [first, regretted, stumbled, unasked, last] = yield* together<unknown, unknown>([
        write(ThreadWrites.add, "a"),
        write(ThreadWrites.regret, "b"),
        write(ThreadWrites.stumble, "c"),
        broken,
        write(ThreadWrites.add, "d")
      ])
      assert.deepStrictEqual([first, last], [Exit.succeed(1), Exit.succeed(2)])
      assert.deepStrictEqual(regretted, Exit.fail({ why: "not b" }))
      assert.include(String(stumbled), "a bug in c")
      assert.include(String(unasked), "no input")
      assert.deepStrictEqual(yield* names(place), ["a", "d"])
    }))

  it.live("a signal comes with the commit, for the topics that were touched and for no others", () =>
    Effect.gen(function*() {
      const place = yield* opened
      const { read, signals, write } = place.database
      let looks = 0
      const waiting = yield* Effect.forkChild(
        signals.until(
          "b",
          Effect.map(
            read((connection) => connection.get("SELECT 1 FROM settings WHERE name = 'b'")),
            (row) => {
              looks++
              return Option.fromUndefinedOr(row)
            }
          )
        ),
        { startImmediately: true }
      )
      yield* write(ThreadWrites.add, "a")
      yield* write(ThreadWrites.add, "b")
      yield* Fiber.join(waiting)
      // The first poll of the thread may wake it once, as any reader.
      assert.isAtMost(looks, 3)
    }))

  it.live("a change by another process wakes all that wait", () =>
    Effect.gen(function*() {
      const place = yield* opened
      const waiting = yield* Effect.forkChild(
        place.database.signals.until(
          "anything",
          Effect.map(names(place), (all) => all.length === 0 ? Option.none() : Option.some(all))
        ),
        { startImmediately: true }
      )
      const other = Connection.open(join(place.folder, OpenFile.FILE_NAME), 5_000)
      other.run("INSERT INTO settings VALUES ('theirs', 1)")
      other.close()
      assert.deepStrictEqual(yield* Fiber.join(waiting), ["theirs"])
    }))

  it.live("input beyond the bound on what is on its way goes by further commits", () =>
    Effect.gen(function*() {
      const place = yield* opened
      const resume = yield* held(place)
      const name = (n: number) => `${n}`.repeat(ThreadWriter.MAX_ON_ITS_WAY * 0.6)
      // All are in one batch of the line: each is one row, and says how many were there before.
      const adding = yield* Effect.forkChild(
        together([1, 2, 3, 4].map((n) => place.database.write(ThreadWrites.add, name(n)))),
        { startImmediately: true }
      )
      yield* resume
      assert.deepStrictEqual(yield* Fiber.join(adding), [1, 2, 3, 4].map((n) => Exit.succeed(n)))
    }))

  it.live("writes that wait are made when the database is closed, and the thread is gone then", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const scope = yield* Scope.make()
      const place = yield* Scope.provide(openIn(folder), scope)
      const resume = yield* held(place)
      const wanted = Array.from({ length: 1_500 }, (_, n) => `n-${n}`)
      const adding = yield* Effect.forkChild(
        together(wanted.map((name) => place.database.write(ThreadWrites.add, name))),
        { startImmediately: true }
      )
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* resume
      yield* Fiber.join(closing)
      assert.isTrue((yield* Fiber.join(adding)).every(Exit.isSuccess))
      assert.deepStrictEqual(place.fatal, [])
      // Nobody holds it: the write-ahead log is taken in and gone.
      assert.isFalse(existsSync(join(folder, `${OpenFile.FILE_NAME}-wal`)))
      assert.deepStrictEqual(yield* names(yield* openIn(folder)), wanted)
    }))

  it.live("a thread that ends leaves what it was asked unknown, refuses the rest, and ends the process", () =>
    Effect.gen(function*() {
      const place = yield* opened
      const { read, write } = place.database
      yield* write(ThreadWrites.add, "before")
      const resume = yield* held(place)
      const asked = yield* Effect.forkChild(
        together<unknown, unknown>([
          write(ThreadWrites.add, "beside"),
          write(ThreadWrites.exit, "exiting"),
          write(ThreadWrites.add, "behind")
        ]),
        { startImmediately: true }
      )
      yield* resume
      assert.deepStrictEqual((yield* Fiber.join(asked)).map(tagOf), ["SqliteUnknown", "SqliteUnknown", "SqliteUnknown"])
      const later = yield* Effect.flip(write(ThreadWrites.add, "later"))
      assert.strictEqual(later._tag, "SqliteUnavailable")
      assert.include(later.detail, "has ended: exit code 7")
      assert.deepStrictEqual(place.fatal, [later.detail])
      assert.include(yield* place.database.trouble, "has ended")
      assert.deepStrictEqual(yield* names(place), ["before"])
      assert.strictEqual((yield* read((connection) => connection.all("SELECT 1 FROM settings"))).length, 2)
    }))

  it.effect("a disk that does not answer is trouble, also after a write that failed, until it answers", () =>
    Effect.gen(function*() {
      const place = yield* opened
      const { trouble, write } = place.database
      const resume = yield* held(place)
      assert.isUndefined(yield* trouble)
      yield* TestClock.adjust(FileTrouble.SILENT_MILLIS)
      assert.include(yield* trouble, "has not answered a write for 5 seconds")
      yield* resume
      assert.isUndefined(yield* trouble)

      yield* Effect.flip(place.database.read((connection) => connection.run("DELETE FROM settings")))
      const resumeAgain = yield* held(place)
      const asked = yield* Effect.forkChild(trouble, { startImmediately: true })
      yield* TestClock.adjust(FileTrouble.SILENT_MILLIS)
      assert.include(yield* Fiber.join(asked), "has not answered a write")
      yield* resumeAgain
      assert.isUndefined(yield* trouble)
    }))

  it.live("a file that the thread finds damaged is refused to who reads, and the other way round", () =>
    Effect.gen(function*() {
      const place = yield* withBallast()
      const { read, write } = place.database
      const found = yield* Effect.flip(write(ThreadWrites.findDamage, null))
      assert.include(found.detail, "malformed")
      const refused = yield* Effect.flip(read((connection) => connection.get("SELECT 1 FROM settings")))
      assert.strictEqual(refused.detail, found.detail)

      const other = yield* withBallast()
      yield* other.database.write(ThreadWrites.add, "before")
      const met = yield* Effect.flip(other.database.read((connection) => connection.all("SELECT * FROM ballast")))
      const unwritten = yield* Effect.flip(other.database.write(ThreadWrites.add, "after"))
      assert.deepStrictEqual([unwritten._tag, unwritten.detail], ["SqliteUnavailable", met.detail])
    }))

  it.live("a read cannot write: it would not be in the order of the writes", () =>
    Effect.gen(function*() {
      const { database } = yield* opened
      const error = yield* Effect.flip(database.read((connection) => connection.run("DELETE FROM settings")))
      assert.include(error.detail, "read-only")
    }))

  it.live("a thread that cannot begin ends the process, in words", () =>
    Effect.gen(function*() {
      const place = yield* openIn(yield* Folders.temporary, new URL("./NoProgram.ts", import.meta.url))
      yield* until(() => place.fatal.length > 0)
      assert.include(place.fatal[0], "the thread that writes the file has ended: Cannot find module")
      assert.strictEqual(tagOf(yield* Effect.exit(place.database.write(ThreadWrites.add, "a"))), "SqliteUnavailable")
    }))

  it.live("a process that is killed between a commit and its answer has the write, once", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const program = fileURLToPath(new URL("./KilledEngine.ts", import.meta.url))
      const { signal, stdout } = spawnSync(process.execPath, [program, folder], { encoding: "utf8" })
      assert.deepStrictEqual({ signal, stdout }, { signal: "SIGKILL", stdout: "answered\n" })
      assert.sameMembers(yield* names(yield* openIn(folder)), ["answered", "committed"])
    }))
})
