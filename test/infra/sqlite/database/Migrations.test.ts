/** Files of older builds, brought to this one. */
import { assert, describe, it } from "@effect/vitest"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import * as Migrations from "@flash-sale/infra/sqlite/database/Migrations"

/** The last version in which they stood by request id. */
const BEFORE_ARRIVAL = 14
const ORDERS = "SELECT * FROM orders ORDER BY item, request"
const STATUSES = "SELECT * FROM statuses ORDER BY request"

const plain = (rows: ReadonlyArray<Connection.Row>) => rows.map((row) => ({ ...row }))

describe("Migrations", () => {
  it("the ledger and the statuses keep every row and column when they are put in the order of their arrival", () => {
    const file = Connection.open(":memory:")
    assert.isUndefined(Migrations.migrate(file, BEFORE_ARRIVAL))
    for (const [n, id] of ["z", "a", "\u{1F45F}", "m"].entries()) {
      file.run(
        "INSERT INTO orders VALUES (?, ?, 'sold', ?, ?, ?, ?, 1, ?, 'EUR', NULL, 1, ?, ?)",
        n % 2,
        id,
        `u-${n}`,
        n + 1,
        n + 2,
        n * 10,
        2 ** 40 + n,
        n * 10 + 1,
        `pi_${n}`
      )
      file.run(
        "INSERT INTO statuses VALUES (?, ?, ?, '101', 'f', ?, 'COMPLETED', NULL, 1, ?, 'c', 't', 'e', 1, 'due', '[]')",
        id,
        n === 1 ? "owner" : null,
        2 ** 41 + n,
        n === 2 ? null : n,
        n
      )
    }
    const before = { orders: plain(file.all(ORDERS)), statuses: plain(file.all(STATUSES)) }
    assert.isUndefined(Migrations.migrate(file))
    assert.strictEqual(Migrations.versionOf(file), Migrations.LATEST)
    assert.deepStrictEqual({ orders: plain(file.all(ORDERS)), statuses: plain(file.all(STATUSES)) }, before)
    assert.throws(
      () => file.run("INSERT INTO orders SELECT * FROM orders LIMIT 1"),
      /UNIQUE constraint failed: orders.item, orders.request/
    )
    assert.throws(
      () => file.run("INSERT INTO statuses SELECT * FROM statuses LIMIT 1"),
      /UNIQUE constraint failed: statuses.request/
    )
  })

  it("a new file has the tables of one that was brought to this version", () => {
    const [fresh, old] = [Connection.open(":memory:"), Connection.open(":memory:")]
    Migrations.migrate(fresh)
    for (let version = 1; version <= Migrations.LATEST; version++) Migrations.migrate(old, version)
    const schema = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"
    assert.deepStrictEqual(plain(old.all(schema)), plain(fresh.all(schema)))
  })
})
