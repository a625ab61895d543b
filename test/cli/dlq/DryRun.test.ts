/** `flash-sale dlq replay --dry-run`: it says what then happens, and changes nothing. */
import { describe, expect, it } from "@effect/vitest"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import * as LetterPage from "@flash-sale/operations/letters/LetterPage"
import * as LetterSelection from "@flash-sale/operations/letters/LetterSelection"
import * as ReplayRun from "@flash-sale/operations/letters/ReplayRun"
import type { Page } from "@flash-sale/operations/paging/Cursor"
import { Effect } from "effect"
import * as Folders from "../../infra/sqlite/Folders.ts"
import { engine, eventually, fate, order, typed } from "./DlqCommandLine.ts"

const TEST_TIMEOUT = 60_000
const ORDERS = 4

const adjust = (itemId: string, target: number) =>
  LogRecord.encode(
    ItemId.make(itemId),
    Command.Adjust({ adjustment: { command: CommandId.make(`to-${target}`), target } })
  )

const replay = (selection: LetterSelection.LetterSelection) =>
  Effect.flatMap(
    LetterSelection.inspect(selection),
    (inspected) => ReplayRun.perform(selection, inspected, { by: "ann", reason: "a test" })
  )

describe("flash-sale dlq replay --dry-run", () => {
  it.live("what it says of each letter is what a replay then comes to", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const ids = yield* Effect.gen(function*() {
        const log = yield* OrderLog
        yield* log.append(adjust("101", ORDERS))
        yield* log.append({ itemId: ItemId.make("101"), value: "{\"no order", headers: {} })
        for (let n = 0; n < ORDERS; n++) yield* log.append(order(`r-${n}`, "101"))
        for (let n = 0; n < ORDERS; n++) expect(yield* fate(`r-${n}`, 1)).toBe("FAILED_PAYMENT")
        // Two units are left for four letters.
        yield* log.append(adjust("101", 2))
        const letters = yield* DeadLetters
        const all = yield* eventually(letters.list(10), ({ length }) => length === ORDERS + 1)
        return all.map(LetterIdText.show)
      }).pipe(Effect.provide(engine(folder, 1)))

      yield* Effect.gen(function*() {
        const dry = yield* eventually(
          typed(folder, "dlq replay --all --dry-run --json"),
          ({ out }) => out.includes("sold_out")
        )
        const outcomes = dry.out.split("\n").map((line): Record<string, unknown> => JSON.parse(line))
        expect(outcomes.map(({ id, outcome }) => [id, outcome])).toEqual([
          [ids[0], "still_invalid"],
          [ids[1], "would_reserve"],
          [ids[2], "would_reserve"],
          [ids[3], "sold_out"],
          [ids[4], "sold_out"]
        ])
        const table = (yield* typed(folder, "dlq replay --all --dry-run")).out
        expect(table.split("\n").slice(-4)).toEqual([
          "2 would hold units",
          "2 would be sold out",
          "1 would be refused: no order",
          "nothing was changed"
        ])
        expect((yield* typed(folder, `dlq replay ${ids[1]} ${ids[1]} 3-99 --dry-run --json`)).out.split("\n"))
          .toHaveLength(2)
        const letters = yield* DeadLetters
        expect(yield* letters.list(10)).toHaveLength(ORDERS + 1)

        expect((yield* typed(folder, "dlq replay --all --older-than 1d --dry-run")).out).toBe("no dead letters")
        const replayed = yield* replay({ _tag: "Filter", filter: {} })
        expect(replayed.map(({ _tag }) => _tag)).toEqual(["Replayed", "Replayed", "Replayed", "Replayed", "Refused"])
        const fates: Array<string | undefined> = []
        for (const { request_id } of outcomes.slice(1)) fates.push(yield* fate(String(request_id), 2))
        expect(fates).toEqual(["COMPLETED", "COMPLETED", "FAILED_SOLD_OUT", "FAILED_SOLD_OUT"])
        // Named letters are replayed all, or none.
        const named = yield* replay({ _tag: "Ids", ids: [(yield* letters.list(1))[0]!] })
        expect(named.map(({ _tag }) => _tag)).toEqual(["Refused"])
      }).pipe(Effect.provide(engine(folder, 0)))
    }).pipe(Effect.scoped), TEST_TIMEOUT)

  it.live("open letters come page by page, oldest first, also while some are handled", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Effect.gen(function*() {
        const log = yield* OrderLog
        const letters = yield* DeadLetters
        for (let n = 0; n < 7; n++) yield* log.append({ itemId: ItemId.make(`i-${n}`), value: "no order", headers: {} })
        const all = yield* eventually(letters.list(10), ({ length }) => length === 7)
        const pages: Array<ReadonlyArray<string>> = []
        let cursor: string | undefined
        do {
          const page: Page<(typeof all)[number]> = yield* LetterPage.list({}, { cursor, limit: 3 })
          pages.push(page.entries.map(LetterIdText.show))
          const [{ offset, partition }] = page.entries as [(typeof all)[number]]
          yield* letters.handle({ offset, partition, action: "discarded", by: "ann", why: "a test", timestamp: "" })
          cursor = page.next
        } while (cursor !== undefined)
        expect(pages.map(({ length }) => length)).toEqual([3, 3, 1])
        expect(pages.flat()).toEqual(all.map(LetterIdText.show))
        const forged = yield* Effect.flip(LetterPage.list({}, { cursor: "nonsense", limit: 3 }))
        expect(forged._tag).toBe("InvalidCursor")
      }).pipe(Effect.provide(engine(folder, 0)))
    }).pipe(Effect.scoped), TEST_TIMEOUT)
})
