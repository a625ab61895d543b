/** Transactions on the archive's file whose disk fails in the worst moment. */
import { assert, it } from "@effect/vitest"
import * as FileCaller from "@flash-sale/infra/archive/databases/FileCaller"
import * as FileTransaction from "@flash-sale/infra/archive/databases/FileTransaction"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import { Effect, Semaphore } from "effect"

const IO_ERROR = 10

/** A connection that cannot end a transaction as often as it is told. */
const failing = () => {
  const inner = Connection.open(":memory:")
  inner.script("CREATE TABLE notes(n INTEGER PRIMARY KEY) STRICT")
  let failures = 0
  const connection: Connection.Connection = {
    ...inner,
    run: (sql, ...parameters) => {
      if ((sql === "COMMIT" || sql === "ROLLBACK") && failures-- > 0) {
        throw Object.assign(new Error("the disk"), { errcode: IO_ERROR })
      }
      return inner.run(sql, ...parameters)
    }
  }
  return { connection, failTimes: (times: number) => void (failures = times) }
}

for (const begun of ["writing", "reading"] as const) {
  it.effect(`${begun} goes on after a transaction that could not be ended, and nothing of that is kept`, () =>
    Effect.gen(function*() {
      const { connection, failTimes } = failing()
      const line = yield* Semaphore.make(1)
      const note = (n: number) =>
        FileTransaction[begun](
          FileCaller.here({ connection, requireThere: () => undefined }),
          line,
          (session) => session.all(`INSERT INTO notes VALUES (${n}) RETURNING n`)
        )
      failTimes(2)
      assert.strictEqual((yield* Effect.flip(note(1)))._tag, "ArchiveUnavailable")
      assert.isTrue(connection.isInTransaction())
      failTimes(0)
      yield* note(2)
      assert.isFalse(connection.isInTransaction())
      assert.deepStrictEqual(connection.all("SELECT n FROM notes").map(({ n }) => n), [2])
    }))
}
