import { assert, describe, it } from "@effect/vitest"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import * as GroupCommit from "@flash-sale/infra/sqlite/database/GroupCommit"
import { Cause, Effect, Exit, Option } from "effect"
import { join } from "node:path"
import * as Folders from "../Folders.ts"

const NO_WAIT = 0

const withTable = (path: string): Connection.Connection => {
  const connection = Connection.open(path, NO_WAIT)
  Connection.configure(connection)
  connection.script("CREATE TABLE notes(n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
  return connection
}

const add = (n: number, text: string | null = "note"): GroupCommit.Step => ({
  durable: true,
  run: (connection) => connection.run("INSERT INTO notes VALUES (?, ?)", n, text) === 1
})

const notes = (connection: Connection.Connection): ReadonlyArray<number> =>
  connection.all("SELECT n FROM notes ORDER BY n").map((row) => Connection.integer(row, "n"))

/** Counts how often it commits. */
const counting = (connection: Connection.Connection) => {
  let commits = 0
  const counted: Connection.Connection = {
    ...connection,
    run: (sql, ...parameters) => {
      if (sql === "COMMIT") commits++
      return connection.run(sql, ...parameters)
    }
  }
  return { counted, commits: () => commits }
}

const errorTag = (exit: Exit.Exit<void, GroupCommit.WriteError> | undefined): string | undefined =>
  exit !== undefined && Exit.isFailure(exit)
    ? Option.getOrUndefined(Option.map(Cause.findErrorOption(exit.cause), ({ _tag }) => _tag))
    : undefined

describe("GroupCommit", () => {
  it("many writes are made with one commit", () => {
    const { commits, counted } = counting(withTable(":memory:"))
    const answers = GroupCommit.commit(counted, [add(1), add(2), add(3)])
    assert.isTrue(answers.every(Exit.isSuccess))
    assert.deepStrictEqual(notes(counted), [1, 2, 3])
    assert.strictEqual(commits(), 1)
  })

  it("a step that asks for it is undone, and no other", () => {
    const connection = withTable(":memory:")
    const regretted: GroupCommit.Step = { ...add(2), run: (opened) => !add(2).run(opened) }
    assert.isTrue(GroupCommit.commit(connection, [add(1), regretted, add(3)]).every(Exit.isSuccess))
    assert.deepStrictEqual(notes(connection), [1, 3])
  })

  it("a step that throws is undone, as a defect of its own caller", () => {
    const connection = withTable(":memory:")
    const broken: GroupCommit.Step = { durable: false, run: (opened) => add(2).run(opened) && add(4, null).run(opened) }
    const answers = GroupCommit.commit(connection, [add(1), broken, add(3)])
    assert.deepStrictEqual(answers.map(Exit.isSuccess), [true, false, true])
    assert.isTrue(Exit.hasDies(answers[1]!))
    assert.deepStrictEqual(notes(connection), [1, 3])
  })

  it("a full disk is an error for the whole batch, and writes go on when there is room", () => {
    const connection = withTable(":memory:")
    connection.script("PRAGMA max_page_count = 10")
    const huge = add(2, "x".repeat(100_000))
    const answers = GroupCommit.commit(connection, [add(1), huge, add(3)])
    assert.deepStrictEqual(answers.map(errorTag), Array(3).fill("SqliteUnavailable"))
    assert.deepStrictEqual(notes(connection), [])
    assert.isTrue(GroupCommit.commit(connection, [add(1)]).every(Exit.isSuccess))
    assert.deepStrictEqual(notes(connection), [1])
  })

  it.effect("another connection's write is an error for the whole batch", () =>
    Effect.gen(function*() {
      const path = join(yield* Folders.temporary, "notes.sqlite")
      const connection = withTable(path)
      const other = Connection.open(path, NO_WAIT)
      yield* Effect.addFinalizer(() => Effect.sync(() => [connection, other].forEach(({ close }) => close())))
      other.script("BEGIN IMMEDIATE")
      assert.deepStrictEqual(GroupCommit.commit(connection, [add(1), add(2)]).map(errorTag), [
        "SqliteUnavailable",
        "SqliteUnavailable"
      ])
      other.script("COMMIT")
      assert.isTrue(GroupCommit.commit(connection, [add(1)]).every(Exit.isSuccess))
    }))

  const refusals = [
    ["a step that cannot be undone", ["ROLLBACK TO step", "ROLLBACK TO step"], "SqliteUnavailable"],
    ["nor the transaction", ["ROLLBACK TO step", "ROLLBACK TO step", "ROLLBACK"], "SqliteUnavailable"],
    ["a commit that fails, and cannot be undone", ["COMMIT", "ROLLBACK"], "SqliteUnknown"]
  ] as const
  for (const [what, statements, tag] of refusals) {
    it(`an I/O error leaves no transaction in the way of the next commit: ${what}`, () => {
      const connection = withTable(":memory:")
      const due: Array<string> = [...statements]
      const failing: Connection.Connection = {
        ...connection,
        run: (sql, ...parameters) => {
          if (due[0] !== sql) return connection.run(sql, ...parameters)
          due.shift()
          throw Object.assign(new Error("disk I/O error"), { errcode: 10 })
        }
      }
      const regretted: GroupCommit.Step = { ...add(1), run: (opened) => !add(1).run(opened) }
      const first = tag === "SqliteUnknown" ? add(1) : regretted
      assert.deepStrictEqual(GroupCommit.commit(failing, [first, add(2)]).map(errorTag), [tag, tag])
      assert.deepStrictEqual(due, [])
      assert.deepStrictEqual(GroupCommit.commit(failing, [add(3)]).map(errorTag), [undefined])
      assert.deepStrictEqual(notes(connection), [3])
    })
  }

  it("a commit that fails has an unknown outcome", () => {
    const connection = withTable(":memory:")
    const failing: Connection.Connection = {
      ...connection,
      run: (sql, ...parameters) => {
        if (sql === "COMMIT") throw Object.assign(new Error("disk I/O error"), { errcode: 10 })
        return connection.run(sql, ...parameters)
      }
    }
    assert.deepStrictEqual(GroupCommit.commit(failing, [add(1)]).map(errorTag), ["SqliteUnknown"])
    assert.isFalse(connection.isInTransaction())
  })
})
