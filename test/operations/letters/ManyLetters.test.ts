/** A hundred thousand dead letters in the embedded file: looking at them costs orders nothing. */
import { assert, describe, it } from "@effect/vitest"
import { DeadLetters, reasonCounts } from "@flash-sale/domain/ports/DeadLetters"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Letters from "@flash-sale/operations/letters/Letters"
import * as ReplayPreview from "@flash-sale/operations/letters/ReplayPreview"
import { Effect, Layer } from "effect"
import { typed } from "../../cli/dlq/DlqCommandLine.ts"
import * as Folders from "../../infra/sqlite/Folders.ts"
import * as FilledLetters from "./FilledLetters.ts"

const TEST_TIMEOUT = 60_000
const PAGE = 50
const ROUNDS = 3
/** What a look may take that each process takes every second, or a page of the console, in milliseconds. */
const LOOK_MILLIS = 10
/** How long the thread may do nothing else, in milliseconds. */
const TURN_MILLIS = 50

/** What this thread has worked, in milliseconds: other processes have no part in it. */
const worked = (): number => {
  const { system, user } = process.threadCpuUsage()
  return (system + user) / 1_000
}

/** The least of some rounds: the first ones compile. */
const least = <E, R>(measure: Effect.Effect<number, E, R>) =>
  Effect.map(Effect.replicateEffect(measure, ROUNDS), (found) => Math.min(...found))

const workOf = <E, R>(look: Effect.Effect<unknown, E, R>) =>
  Effect.suspend(() => {
    const from = worked()
    return Effect.map(look, () => worked() - from)
  })

/** The longest turn of the thread meanwhile. */
const longestTurnOf = <E, R>(work: Effect.Effect<unknown, E, R>) =>
  Effect.suspend(() => {
    let [longest, from, isOver] = [0, worked(), false]
    const turn = () => {
      const now = worked()
      longest = Math.max(longest, now - from)
      from = now
      if (!isOver) setImmediate(turn)
    }
    turn()
    return Effect.map(work, () => {
      turn()
      isOver = true
      return longest
    })
  })

describe("A hundred thousand dead letters", () => {
  it.live("are counted and listed by reason and by item without a look at each", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Effect.gen(function*() {
        FilledLetters.fill(folder)
        const letters = yield* DeadLetters
        const { byReason, size } = yield* letters.stats
        assert.deepStrictEqual([size, byReason], [
          FilledLetters.MANY,
          reasonCounts({ "Payment Timeout": FilledLetters.MANY - 1, "Payment Without Order": 1 })
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
        for (const [name, look] of Object.entries(looks)) assert.isBelow(yield* least(workOf(look)), LOOK_MILLIS, name)
      }).pipe(Effect.provide(SqliteInfra.layer({ folder })))
    }), TEST_TIMEOUT)

  it.live("are listed by a command, which says that it has not read all of them", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Effect.scoped(Layer.build(SqliteInfra.layer({ folder })))
      FilledLetters.fill(folder)
      const { out } = yield* typed(folder, "dlq list")
      assert.match(out, /\nand at least 9900 more: --limit$/)
    }), TEST_TIMEOUT)

  it.live("are looked at in slices, between which orders are answered", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Effect.gen(function*() {
        FilledLetters.fill(folder)
        const preview = ReplayPreview.preview({ _tag: "Filter", filter: {} })
        const { entries, sums } = yield* preview
        assert.deepStrictEqual([entries.length, sums.sold_out], [Letters.MAX_LETTERS, Letters.MAX_LETTERS])
        assert.isBelow(yield* least(longestTurnOf(preview)), TURN_MILLIS)
      }).pipe(Effect.provide(SqliteInfra.layer({ folder })))
    }), TEST_TIMEOUT)
})
