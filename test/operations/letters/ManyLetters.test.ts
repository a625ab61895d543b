/** A hundred thousand dead letters in the embedded file: looking at them costs orders nothing. */
import { assert, describe, it } from "@effect/vitest"
import { DeadLetters, reasonCounts } from "@flash-sale/domain/ports/DeadLetters"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import { FILE_NAME } from "@flash-sale/infra/sqlite/database/FileCheck"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Letters from "@flash-sale/operations/letters/Letters"
import * as ReplayPreview from "@flash-sale/operations/letters/ReplayPreview"
import { Effect } from "effect"
import { join } from "node:path"
import { monitorEventLoopDelay } from "node:perf_hooks"
import * as Folders from "../../infra/sqlite/Folders.ts"

const TEST_TIMEOUT = 60_000
const MANY = 100_000
const PAGE = 50
/** Of the machine's other work the engine can say nothing, so the best of some rounds counts. */
const ROUNDS = 5
/** What a look may take that each process takes every second, or a page of the console, in milliseconds. */
const LOOK_MILLIS = 10
/** How long the thread may do nothing else, in milliseconds. */
const TURN_MILLIS = 50

/** Each of a buyer of its own, a second apart; the youngest alone is of another item, and has another reason. */
const FILL = `
INSERT INTO letters(partition, offset, handled, timestamp, key, value, error, request, correlation_id, attempt)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${MANY})
SELECT n % 4, n, 0, strftime('%Y-%m-%dT%H:%M:%fZ', 1764000000 + n, 'unixepoch'), iif(n = ${MANY}, 'rare', '101'),
  CAST(format('{"request_id":"r-%d","user_id":"u-%d","item_id":"101","amount":1}', n, n) AS BLOB),
  iif(n = ${MANY}, 'Payment Without Order', 'Payment Timeout'), format('r-%d', n), format('c-%d', n), 1
FROM numbers`

const fill = (folder: string) =>
  Effect.sync(() => {
    const connection = Connection.open(join(folder, FILE_NAME))
    connection.script(FILL)
    connection.close()
  })

/** The least that it takes, in milliseconds. */
const least = <E, R>(look: Effect.Effect<unknown, E, R>) =>
  Effect.map(
    Effect.replicateEffect(
      Effect.suspend(() => {
        const from = performance.now()
        return Effect.map(look, () => performance.now() - from)
      }),
      ROUNDS
    ),
    (times) => Math.min(...times)
  )

/** The longest turn of the thread meanwhile, in milliseconds: of the best round. */
const longestTurn = <E, R>(work: Effect.Effect<unknown, E, R>) =>
  Effect.map(
    Effect.replicateEffect(
      Effect.suspend(() => {
        const delays = monitorEventLoopDelay({ resolution: 1 })
        delays.enable()
        // What is measured begins with a turn of its own, and so does what comes after it.
        return Effect.sleep("20 millis").pipe(
          Effect.andThen(work),
          Effect.andThen(Effect.sleep("20 millis")),
          Effect.map(() => {
            delays.disable()
            return delays.max / 1e6
          })
        )
      }),
      ROUNDS
    ),
    (turns) => Math.min(...turns)
  )

describe("A hundred thousand dead letters", () => {
  it.live("are counted and listed by reason and by item without a look at each", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Effect.gen(function*() {
        yield* fill(folder)
        const letters = yield* DeadLetters
        const { byReason, size } = yield* letters.stats
        assert.deepStrictEqual([size, byReason], [
          MANY,
          reasonCounts({ "Payment Timeout": MANY - 1, "Payment Without Order": 1 })
        ])
        const due = { reason: "Payment Without Order" } as const
        const rare = { item: ItemId.make("rare") }
        assert.strictEqual((yield* letters.list(PAGE, due)).length, 1)
        assert.strictEqual((yield* letters.list(PAGE, rare)).length, 1)
        const looks = {
          counts: letters.stats,
          page: letters.list(PAGE),
          reason: letters.list(PAGE, due),
          item: letters.list(PAGE, rare),
          both: letters.list(PAGE, { ...due, item: ItemId.make("101") })
        }
        for (const [name, look] of Object.entries(looks)) assert.isBelow(yield* least(look), LOOK_MILLIS, name)
      }).pipe(Effect.provide(SqliteInfra.layer({ folder })))
    }), TEST_TIMEOUT)

  it.live("are looked at in slices, between which orders are answered", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Effect.gen(function*() {
        yield* fill(folder)
        const preview = ReplayPreview.preview({ _tag: "Filter", filter: {} })
        const { entries, sums } = yield* preview
        assert.deepStrictEqual([entries.length, sums.sold_out], [Letters.MAX_LETTERS, Letters.MAX_LETTERS])
        assert.isBelow(yield* longestTurn(preview), TURN_MILLIS)
      }).pipe(Effect.provide(SqliteInfra.layer({ folder })))
    }), TEST_TIMEOUT)
})
