/** What is told of replays and discards of which not everything works, on an embedded file. */
import { assert, describe, it } from "@effect/vitest"
import * as LetterOutcomes from "@flash-sale/admin/letters/LetterOutcomes"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import * as DiscardRun from "@flash-sale/operations/letters/DiscardRun"
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import * as LetterSelection from "@flash-sale/operations/letters/LetterSelection"
import * as ReplayRun from "@flash-sale/operations/letters/ReplayRun"
import { Effect } from "effect"
import { engine, eventually, fate, order, typed } from "../../cli/dlq/DlqCommandLine.ts"
import * as Folders from "../../infra/sqlite/Folders.ts"

const TEST_TIMEOUT = 30_000
const ORDERS = 4
const ITEM = ItemId.make("101")
const ANN = { by: "ann", reason: "a test" }
const away = new StoreUnavailable({ detail: "away" })

/** Orders whose payment timed out, and their letters. */
const timedOut = Effect.gen(function*() {
  const log = yield* OrderLog
  const letters = yield* DeadLetters
  const adjustment = { command: CommandId.make("put"), target: ORDERS }
  yield* log.append(LogRecord.encode(ITEM, Command.Adjust({ adjustment })))
  for (let n = 0; n < ORDERS; n++) yield* log.append(order(`r-${n}`, ITEM))
  for (let n = 0; n < ORDERS; n++) assert.strictEqual(yield* fate(`r-${n}`, 1), "FAILED_PAYMENT")
  return yield* eventually(letters.list(10), ({ length }) => length === ORDERS)
})

const replay = (selection: LetterSelection.LetterSelection) =>
  Effect.flatMap(
    LetterSelection.inspect(selection),
    (inspected) => ReplayRun.perform(selection, inspected, ANN, "8 seconds")
  )

const told = (results: ReadonlyArray<ReplayRun.LetterResult | DiscardRun.DiscardResult>) =>
  results.map(LetterOutcomes.of).map(({ code, outcome }) => code === undefined ? outcome : `${outcome} ${code}`)

describe("ReplayRun", () => {
  it.live(
    "an attempt that is in the log is no error, whatever cannot be written after it",
    () =>
      Effect.gen(function*() {
        const folder = yield* Folders.temporary
        const all = yield* Effect.provide(timedOut, engine(folder, 1))
        const [first, second, third, fourth] = Array.from({ length: ORDERS }, (_, n) => ({
          _tag: "Ids" as const,
          ids: all.filter(({ requestId }) => requestId === `r-${n}`)
        }))
        yield* Effect.gen(function*() {
          const statuses = yield* OrderStatuses
          const letters = yield* DeadLetters
          const log = yield* OrderLog
          const store = yield* ItemStore

          const noStatus = { ...statuses, write: () => Effect.fail(away) }
          const unwritten = yield* Effect.provideService(replay(first!), OrderStatuses, noStatus)
          assert.deepStrictEqual(told(unwritten), ["recorded store_unavailable"])
          const noMark = { ...letters, handle: () => Effect.fail(away) }
          assert.deepStrictEqual(told(yield* Effect.provideService(replay(second!), DeadLetters, noMark)), [
            "recorded store_unavailable"
          ])
          const silent = { ...letters, handle: () => Effect.never }
          assert.deepStrictEqual(told(yield* Effect.provideService(replay(third!), DeadLetters, silent)), [
            "recorded store_unavailable"
          ])
          const noLog = { ...log, append: () => Effect.never }
          assert.deepStrictEqual(told(yield* Effect.provideService(replay(fourth!), OrderLog, noLog)), [
            "failed outcome_unknown"
          ])
          for (const n of [0, 1, 2]) assert.strictEqual(yield* fate(`r-${n}`, 2), "COMPLETED")
          // Replaying what stayed open sells nothing twice.
          yield* replay({ _tag: "Filter", filter: {} })
          assert.strictEqual(yield* fate("r-3", 2), "COMPLETED")
          const { available, sold } = yield* store.read(home(ITEM, yield* log.partitions), ITEM)
          assert.deepStrictEqual({ available, sold }, { available: 0, sold: ORDERS })
        }).pipe(Effect.provide(engine(folder, 0)))
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )

  it.live(
    "what was not begun when the time was over is left, and may be discarded again",
    () =>
      Effect.gen(function*() {
        yield* Effect.gen(function*() {
          yield* timedOut
          const letters = yield* DeadLetters
          const everything = { _tag: "Filter", filter: {} } as const
          const inspected = yield* DiscardRun.inspect(everything)
          const many = Array.from({ length: 10 }, () => inspected).flat()
          const silent = { ...letters, handle: () => Effect.never }
          const late = yield* DiscardRun.perform(everything, many, ANN, "200 millis").pipe(
            Effect.provideService(DeadLetters, silent)
          )
          const said = told(late)
          assert.strictEqual(said.filter((one) => one === "failed outcome_unknown").length, 32)
          assert.strictEqual(said.filter((one) => one === "left not_tried").length, 8)
          assert.deepStrictEqual(
            told(yield* DiscardRun.perform(everything, inspected, ANN)),
            inspected.map(() => "discarded")
          )
          assert.deepStrictEqual(yield* letters.list(10), [])
        }).pipe(Effect.provide(engine(yield* Folders.temporary, 1)))
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )

  it.live("commands print the fields that the admin API answers", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const all = yield* Effect.provide(timedOut, engine(folder, 1))
      const [first, second] = all.map(LetterIdText.show)
      yield* Effect.gen(function*() {
        const printed = (line: string) =>
          Effect.map(typed(folder, `${line} --json`), ({ out }): Record<string, unknown> => JSON.parse(out))
        const about = { item_id: ITEM, request_id: all[0]!.requestId, attempt: 2 }
        assert.deepInclude(yield* printed(`dlq replay ${first} --dry-run`), {
          id: first!,
          outcome: "would_reserve",
          ...about
        })
        const replayed = yield* printed(`dlq replay ${first}`)
        assert.deepStrictEqual(replayed, { id: first!, outcome: "replayed", ...about })
        const again = yield* printed(`dlq replay ${first}`)
        assert.deepInclude(again, { id: first!, outcome: "done_before" })
        assert.containsAllKeys(again["handling"], ["action", "by", "reason", "at"])
        assert.deepInclude(yield* printed("dlq replay 0-77 --dry-run"), { outcome: "refused", code: "unknown_letter" })
        assert.deepStrictEqual(yield* printed(`dlq discard ${second} --why test`), {
          id: second!,
          outcome: "discarded"
        })
        assert.deepInclude(yield* printed(`dlq discard ${second} --why test`), {
          id: second!,
          outcome: "done_before"
        })
        const refused = yield* typed(folder, `dlq discard ${LetterIdText.show(all[2]!)} ${first} --why test`)
        assert.isFalse(refused.isSuccess)
        assert.strictEqual(refused.out, "")
      }).pipe(Effect.provide(engine(folder, 0)))
    }).pipe(Effect.scoped), TEST_TIMEOUT)
})
