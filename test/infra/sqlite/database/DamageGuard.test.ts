/** A file that is found damaged while the engine runs. */
import { assert, describe, it } from "@effect/vitest"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import * as DamageGuard from "@flash-sale/infra/sqlite/database/DamageGuard"
import * as GroupCommit from "@flash-sale/infra/sqlite/database/GroupCommit"
import { Cause, Effect, Exit, Option } from "effect"

const SELECT = "SELECT count(*) AS n FROM notes"
const CORRUPT = 11
const NOT_A_DATABASE = 26
const READ_ERROR = 266
const FULL = 13

/** A connection of which the next statement fails with this code. */
const failing = () => {
  let next: number | undefined
  const inner = Connection.open(":memory:")
  inner.script("CREATE TABLE notes(n INTEGER PRIMARY KEY) STRICT")
  const check = () => {
    const code = next
    next = undefined
    if (code !== undefined) throw Object.assign(new Error("the file"), { errcode: code })
  }
  const connection: Connection.Connection = {
    ...inner,
    get: (sql, ...parameters) => {
      check()
      return inner.get(sql, ...parameters)
    },
    run: (sql, ...parameters) => {
      if (sql.startsWith("INSERT")) check()
      return inner.run(sql, ...parameters)
    }
  }
  return { connection: DamageGuard.guard(connection), failWith: (code: number) => void (next = code) }
}

const add = (n: number): GroupCommit.Step => ({
  durable: true,
  run: (connection) => connection.run("INSERT INTO notes VALUES (?)", n) === 1
})

const detail = (exit: Exit.Exit<unknown, GroupCommit.WriteError> | undefined): string | undefined =>
  exit !== undefined && Exit.isFailure(exit)
    ? Option.getOrUndefined(Option.map(Cause.findErrorOption(exit.cause), (error) => error.detail))
    : undefined

/** Why the connection refuses to read; undefined where it does not. */
const refusal = (connection: Connection.Connection): string | undefined =>
  detail(Effect.runSyncExit(GroupCommit.attempt(() => connection.get(SELECT))))

describe("DamageGuard", () => {
  for (const code of [CORRUPT, NOT_A_DATABASE]) {
    it.effect(`after the result code ${code} nothing is read or written any more`, () =>
      Effect.gen(function*() {
        const { connection, failWith } = failing()
        assert.isUndefined(refusal(connection))
        failWith(code)
        assert.match(detail(yield* Effect.exit(GroupCommit.attempt(() => connection.get(SELECT)))) ?? "", /^SQLite: /)
        const why = refusal(connection)
        assert.match(why ?? "", /^SQLite: (corrupt|not a database) /)
        assert.strictEqual(detail(yield* Effect.exit(GroupCommit.attempt(() => connection.get(SELECT)))), why)
        assert.deepStrictEqual(GroupCommit.commit(connection, [add(1), add(2)]).map(detail), [why, why])
        assert.strictEqual(refusal(connection), why)
      }))
  }

  it("damage that one write finds lets the rest of its transaction end, and refuses everything after that", () => {
    const { connection, failWith } = failing()
    failWith(CORRUPT)
    const answers = GroupCommit.commit(connection, [add(1), add(2)])
    assert.deepStrictEqual(answers.map(Exit.isSuccess), [false, true])
    assert.deepStrictEqual(GroupCommit.commit(connection, [add(3)]).map(detail), [refusal(connection)])
  })

  for (const code of [READ_ERROR, FULL]) {
    it(`the result code ${code} is no damage: the next statement is carried out`, () => {
      const { connection, failWith } = failing()
      failWith(code)
      assert.isTrue(Exit.isFailure(GroupCommit.commit(connection, [add(1)])[0]!))
      assert.isUndefined(refusal(connection))
      assert.isTrue(GroupCommit.commit(connection, [add(2)]).every(Exit.isSuccess))
    })
  }
})
