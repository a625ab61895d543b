/** The sums of items move with their orders: whatever was written, they are what the rows of the orders add up to. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import type { OrderSum } from "@flash-sale/domain/archive/Questions"
import { Archive, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { Currency, Price } from "@flash-sale/domain/records/Command"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import { Effect, Random } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import { batch, due, partition, step, timeAt, type Told, type Which } from "../../contract/archive/Telling.ts"
import { needed, postgresAddr } from "../../servers/servers.ts"
import * as Folders from "../sqlite/Folders.ts"
import * as OwnDatabase from "./OwnDatabase.ts"

type Row = Readonly<Record<string, unknown>>
type Query = (sql: string) => Effect.Effect<ReadonlyArray<Row>>

/** Offsets of the log that records come from. */
const OFFSETS = 40
const PLACED: ReadonlyArray<Parameters<typeof step>[0]> = ["order.reserved", "order.completed", "order.failed"]
const LATER: ReadonlyArray<Parameters<typeof step>[0]> = [
  "order.confirmed",
  "order.completed",
  "order.expired",
  "order.refunded"
]

const below = (end: number) => Random.nextIntBetween(0, end - 1)
const oneOf = <A>(all: ReadonlyArray<A>) => Effect.map(below(all.length), (n) => all[n]!)

const anyEvent = (items: ReadonlyArray<ItemId>) =>
  Effect.gen(function*() {
    const placedAt = yield* below(OFFSETS)
    const later = yield* Random.nextBoolean
    const at = later ? placedAt + 1 + (yield* below(OFFSETS)) : placedAt
    const which: Which = {
      item: yield* oneOf(items),
      request: RequestId.make(`r-${yield* below(8)}`),
      at,
      placed: placedAt,
      attempt: 1 + (yield* below(2))
    }
    const currency = yield* oneOf(["EUR", "USD", undefined])
    const bought = {
      amount: 1 + (yield* below(1_000)),
      price: Price.make(1_000_000_000_000 - (yield* below(1_000_000))),
      currency: currency === undefined ? undefined : Currency.make(currency)
    }
    if ((yield* below(10)) === 0) return due(which, `pay-${at}`, bought as object)
    const type = yield* oneOf(later ? LATER : PLACED)
    const restocked = type === "order.refunded" ? { restocked: yield* Random.nextBoolean } : {}
    return step(type, which, { ...bought, ...restocked } as object)
  })

/** Something that writes in the archive. */
const anyWrite = (items: ReadonlyArray<ItemId>) =>
  Effect.gen(function*() {
    const { add, deleteUnexplained, record, retire } = yield* ArchiveWriter
    const kind = yield* below(6)
    if (kind === 0) return yield* retire(timeAt(yield* below(OFFSETS)), 1 + (yield* below(5)))
    if (kind === 1) {
      const from = Offset.make(yield* below(OFFSETS))
      const kept = yield* below(5)
      const range = { from, until: Offset.make(from + OFFSETS / 2) }
      return yield* deleteUnexplained(partition, range, ({ sequence }) => sequence % 5 !== kept, 10)
    }
    const events: Array<Told> = []
    const size = yield* below(20)
    while (events.length < size) events.push(yield* anyEvent(items))
    return yield* kind === 2 ? add(partition, events, Offset.make(OFFSETS / 4)) : record(batch(events))
  })

/** What the rows of orders add up to. */
const added = (rows: ReadonlyArray<Row>): ReadonlyArray<OrderSum> => {
  const groups = Map.groupBy(rows, ({ currency, status }) => `${String(status)}\n${String(currency ?? "")}`)
  const sum = (some: ReadonlyArray<Row>, of: (row: Row) => bigint) => some.reduce((all, row) => all + of(row), 0n)
  const amountOf = ({ amount }: Row) => BigInt(amount as number)
  return [...groups].toSorted(([one], [other]) => one < other ? -1 : 1).map(([, some]) => ({
    status: some[0]!["status"] as OrderSum["status"],
    currency: (some[0]!["currency"] ?? undefined) as string | undefined,
    orders: some.length,
    units: Number(sum(some, amountOf)),
    money: sum(some, (row) => amountOf(row) * BigInt(row["price"] as number)),
    restockedUnits: Number(sum(some, (row) => Number(row["restocked"]) === 1 ? amountOf(row) : 0n))
  }))
}

const compare = (items: ReadonlyArray<ItemId>, query: Query) =>
  Effect.gen(function*() {
    const { sums } = yield* Archive
    const names = items.map((item) => `'${item}'`).join(", ")
    const rows = yield* query(`SELECT * FROM archive_orders WHERE step > 0 AND item_id IN (${names})`)
    let groups = 0
    for (const item of items) {
      const expected = added(rows.filter(({ item_id }) => item_id === item))
      groups += expected.length
      assert.deepStrictEqual((yield* sums(item)).orders, expected)
    }
    const [kept] = yield* query(`SELECT count(*) AS n FROM archive_sums WHERE item_id IN (${names})`)
    assert.strictEqual(Number(kept?.["n"]), groups, "sums of orders that are gone")
    return rows.length
  })

const history = (query: Query) =>
  Effect.gen(function*() {
    const items = Array.from({ length: 3 }, () => ItemId.make(randomUUID()))
    let most = 0
    for (let write = 0; write < 40; write++) {
      yield* anyWrite(items)
      if (write % 4 === 3) most = Math.max(most, yield* compare(items, query))
    }
    assert.isAbove(most, 5)
  })

const histories = (count: number, query: Query) =>
  Effect.forEach(
    Array.from({ length: count }, (_, seed) => seed),
    (seed) => history(query).pipe(Random.withSeed(seed)),
    { discard: true }
  )

describe("the sums of items are what their orders add up to, after any writes, folds and deletions", () => {
  it.live("in a file", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Effect.gen(function*() {
        const file = Connection.open(join(folder, "archive.sqlite"))
        yield* histories(8, (sql) => Effect.sync(() => file.all(sql)))
        file.close()
      }).pipe(Effect.provide(ArchiveLayers.layerFile(folder)))
    }).pipe(Effect.scoped))

  it.live("in PostgreSQL", () =>
    Effect.gen(function*() {
      const url = yield* OwnDatabase.make(needed(postgresAddr()))
      const client = yield* PgClient.make({ url, maxConnections: 1 })
      yield* histories(3, (sql) => Effect.orDie(client.unsafe<Row>(sql))).pipe(
        Effect.provide(ArchiveLayers.layerPostgres(url))
      )
    }).pipe(Effect.scoped, Effect.provide(Reactivity.layer)))
})
