/** A write-ahead log of SQLite, damaged in every place, against what SQLite itself still reads of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import * as WalScan from "@flash-sale/infra/sqlite/wal/WalScan"
import { Effect } from "effect"
import { copyFileSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "../Folders.ts"

const COMMITS = 4
const PAGE = 4_096
const FRAME = PAGE + 24
const HEADER = 32
/** Each place of the headers, and of the pages one in so many. */
const STEP = 509

/** A file, its log of some commits, of which each writes a note, and the log after each commit. */
const written = Effect.fnUntraced(function*(commits = COMMITS) {
  const folder = yield* Folders.temporary
  const path = join(folder, "notes.sqlite")
  const connection = Connection.open(path, 0)
  Connection.configure(connection)
  connection.script("CREATE TABLE notes(n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
  connection.checkpoint()
  const ends: Array<number> = []
  for (let n = 0; n < commits; n++) {
    // More than a page, so that a commit has several frames.
    connection.run("INSERT INTO notes VALUES (?, ?)", n, "x".repeat(PAGE))
    ends.push(readFileSync(`${path}-wal`).length)
  }
  const wal = new Uint8Array(readFileSync(`${path}-wal`))
  const copy = join(folder, "copy.sqlite")
  copyFileSync(path, copy)
  connection.close()
  /** How many notes SQLite finds beside this log. */
  const found = (bytes: Uint8Array): number => {
    const tried = join(folder, "tried.sqlite")
    copyFileSync(copy, tried)
    writeFileSync(`${tried}-wal`, bytes)
    const reader = Connection.open(tried, 0, true)
    try {
      return Connection.integer(reader.get("SELECT count(*) AS n FROM notes") ?? {}, "n")
    } finally {
      reader.close()
    }
  }
  return { ends, found, wal }
})

const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = bytes.slice()
  copy[at] = copy[at]! ^ 0x10
  return copy
}

/** Every byte of the log's and the frames' headers, and some of each page. */
const places = (bytes: Uint8Array): ReadonlyArray<number> =>
  Array.from(bytes, (_, at) => at).filter((at) => at < HEADER || (at - HEADER) % FRAME < 24 || at % STEP === 0)

describe("WalScan", () => {
  it.live("finds a whole log whole, and reads of it what SQLite reads", () =>
    Effect.gen(function*() {
      const { found, wal } = yield* written()
      const frames = (wal.length - HEADER) / FRAME
      assert.deepStrictEqual(WalScan.scan(wal), {
        committed: frames,
        broken: undefined,
        commitsBehind: 0,
        hasTail: false
      })
      assert.strictEqual(found(wal), COMMITS)
      for (const nothing of [new Uint8Array(), wal.slice(0, HEADER), wal.slice(0, HEADER + 30)]) {
        assert.deepStrictEqual(WalScan.scan(nothing), WalScan.EMPTY)
      }
    }))

  it.live(
    "a byte that is flipped anywhere is reported where SQLite loses a commit with others behind it",
    () =>
      Effect.gen(function*() {
        const { ends, found, wal } = yield* written()
        const last = ends.at(-1)! - FRAME
        for (const at of places(wal)) {
          const damaged = flipped(wal, at)
          const { broken, commitsBehind, committed } = WalScan.scan(damaged)
          const kept = found(damaged)
          // Whatever SQLite reads is what is said to be committed.
          assert.strictEqual(committed * FRAME + HEADER, kept === 0 ? HEADER : ends[kept - 1], `byte ${at}`)
          assert.isBelow(kept, COMMITS, `byte ${at}`)
          assert.isDefined(broken, `byte ${at}`)
          // The frame that ends the last commit is the only one with nothing behind it: the mark covers it.
          if (at < last) assert.isAbove(commitsBehind, 0, `byte ${at}`)
          const frame = Math.floor((at - HEADER) / FRAME) + 1
          assert.strictEqual(broken?.frame, at < HEADER ? 0 : frame, `byte ${at}`)
        }
      }),
    60_000
  )

  it.live("a sector that is zeroed, over two frames or within one, hides nothing that is behind it", () =>
    Effect.gen(function*() {
      const { ends, wal } = yield* written(8)
      for (let at = 0; at + 4_096 < ends.at(-3)!; at += 1_024) {
        const damaged = wal.slice()
        damaged.fill(0, at, at + 4_096)
        assert.isAbove(WalScan.scan(damaged).commitsBehind, 0, `byte ${at}`)
      }
    }))

  it.live("a log that was cut anywhere is a torn one: nothing is behind the cut", () =>
    Effect.gen(function*() {
      const { ends, found, wal } = yield* written()
      for (const length of [...places(wal), ...ends.map((end) => end - 1), ...ends]) {
        const cut = wal.slice(0, length)
        const { commitsBehind, committed } = WalScan.scan(cut)
        assert.strictEqual(commitsBehind, 0, `${length} bytes`)
        const kept = ends.filter((end) => end <= length).length
        assert.strictEqual(committed * FRAME + HEADER, kept === 0 ? HEADER : ends[kept - 1], `${length} bytes`)
        if (length % 7 === 0) assert.strictEqual(found(cut), kept)
      }
    }), 60_000)

  it.live("what an earlier generation of the log has left behind the end is none of it", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const path = join(folder, "notes.sqlite")
      const connection = Connection.open(path, 0)
      Connection.configure(connection)
      connection.script("CREATE TABLE notes(n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
      for (let n = 0; n < 20; n++) connection.run("INSERT INTO notes VALUES (?, ?)", n, "x".repeat(PAGE))
      // All is taken to the file, and the log stays as long as it was: the next commit begins it anew.
      connection.script("PRAGMA wal_checkpoint(PASSIVE)")
      connection.run("INSERT INTO notes VALUES (100, 'new')")
      const wal = new Uint8Array(readFileSync(`${path}-wal`))
      connection.close()
      assert.isAbove(wal.length, 20 * FRAME)
      const { broken, commitsBehind, committed, hasTail } = WalScan.scan(wal)
      assert.deepStrictEqual([broken, commitsBehind, hasTail], [undefined, 0, false])
      assert.isAtLeast(committed, 1)
    }))

  it.live("a transaction that was undone leaves frames that are no damage", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const path = join(folder, "notes.sqlite")
      const connection = Connection.open(path, 0)
      Connection.configure(connection)
      connection.script("PRAGMA cache_size = 2; CREATE TABLE notes(n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
      connection.run("BEGIN")
      for (let n = 0; n < 40; n++) connection.run("INSERT INTO notes VALUES (?, ?)", n, "x".repeat(PAGE))
      connection.run("ROLLBACK")
      connection.run("INSERT INTO notes VALUES (100, 'kept')")
      const wal = new Uint8Array(readFileSync(`${path}-wal`))
      connection.close()
      const { commitsBehind, hasTail } = WalScan.scan(wal)
      assert.deepStrictEqual([commitsBehind, hasTail], [0, true])
    }))
})
