/** Each command beside the stores and through the admin API of the same engine: the same words, and the same end. */
import { expect, layer } from "@effect/vitest"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import { Effect } from "effect"
import { eventually, fate, order } from "../dlq/DlqCommandLine.ts"
import { beside, layer as engineLayer, through, type Typed } from "./EitherWay.ts"

const TEST_TIMEOUT = 180_000
const WHY = "--reason flood"

/** Changes have places in the log of their own, and happen at moments of their own. */
const comparable = ({ code, complaint, out }: Typed) => ({
  code,
  complaint,
  out: out
    .replaceAll(/"position":\d+/g, "\"position\":n")
    .replaceAll(/("age_seconds":)\d+/g, "$1n")
    .replaceAll(/(\s)\d+s(\s)/g, "$1ns$2")
    .replaceAll(/20\d\d-\d\d-\d\dT[\d:.]+Z/g, "at")
})

/** What is typed beside the engine before a line, so that both ways begin alike; the line; what it ends with. */
type Row = readonly [before: string, line: string, code: number]

const ITEM_ROWS: ReadonlyArray<Row> = [
  ["", "item list", 0],
  ["", "stock get mug", 1],
  ["", "stock set mug 7", 0],
  ["", "stock set shoes 3 --json", 0],
  ["", "stock get mug", 0],
  ["", "stock get mug --json", 0],
  ["stock set mug 7", "stock add mug 3", 0],
  ["stock set mug 7", "stock add mug -100", 1],
  ["", "stock add nobody 3", 1],
  ["", "sale show mug", 0],
  ["", "sale show mug --json", 0],
  ["", "sale show nobody", 1],
  ["", "sale open mug --at 2030-01-01T00:00:00Z --until 2031-01-01T00:00:00Z", 0],
  ["", "sale open mug --at 2031-01-01T00:00:00Z --until 2030-01-01T00:00:00Z", 2],
  ["sale open mug", "sale close mug --at 2031-06-01T00:00:00Z --json", 0],
  ["", "sale close mug", 0],
  ["", "sale limit mug 2", 0],
  ["", "sale hold mug --for 10m --at-most 15m", 0],
  ["", "sale hold mug --for none --json", 0],
  ["", "sale hold mug --at-most none", 0],
  ["", "sale hold mug", 2],
  ["", "sale hold mug --for 15m --at-most 10m", 2],
  ["", "sale hold nobody --for 10m", 1],
  ["", "sale price mug 10000000000.00 IDR", 0],
  ["", "sale price mug 12.50 EUR", 0],
  ["", "sale price mug 12.5 EUR", 2],
  ["", "sale price nobody 12.50 EUR", 1],
  ["", "sale price begun 12.50 EUR --create", 0],
  ["", "sale pause mug --json", 0],
  ["", "sale list", 0],
  ["", "sale list --json", 0],
  ["", "sale resume mug", 0],
  ["", "sale pause --all", 0],
  ["", "sale resume --all --json", 0],
  ["", "sale limit mug none", 0],
  ["", "sale price mug none", 0],
  ["", "item list", 0],
  ["", "item list --json", 0],
  ["", "item list --limit 1", 0],
  ["", "item show mug", 0],
  ["", "item show mug --json", 0],
  ["", "item show nobody", 1],
  ["", "overview", 1]
]

/** `$` is an order that is given back by hand, `#` one that is given back by the provider. */
const ORDER_ROWS: ReadonlyArray<readonly [line: string, code: number]> = [
  ["order cancel $ --reason called", 1],
  ["order cancel nothing --reason called", 1],
  ["order cancel nothing --item book --reason called", 1],
  ["order refund $ --reason back", 2],
  ["order refund $ --restock", 2],
  ["order refund $ --restock --reference wire-1 --reason back", 2],
  ["order refund $ --restock --by-hand --reason back", 2],
  ["order refund nothing --restock --reason back", 1],
  ["order refund $ --no-restock --by-hand --reference wire-1 --reason back", 0],
  ["order refund $ --no-restock --reason back", 0],
  ["order refund $ --no-restock --reason back --json", 0],
  ["order refund $ --restock --reason back", 1],
  ["order cancel $ --reason called", 1],
  ["order refund # --restock --by-hand --reference wire-2 --reason back --json", 0],
  ["stock get book --json", 0]
]

/** Changes name a reason; a line that changes nothing has none to name. */
const isChange = (line: string) => /^(?:stock (?:set|add)|sale (?:open|close|pause|resume|limit|hold|price))/.test(line)
const withReason = (line: string) => isChange(line) ? `${line} ${WHY}` : line

layer(engineLayer(0), { excludeTestServices: true, timeout: 60_000 })("commands about items, either way", (it) => {
  it.effect("print the same, complain of the same, and end the same", () =>
    Effect.gen(function*() {
      for (const [before, line, code] of ITEM_ROWS) {
        if (before !== "") yield* beside(before)
        const local = yield* beside(withReason(line))
        if (before !== "") yield* beside(before)
        const remote = yield* through(withReason(line))
        expect([line, comparable(remote)]).toEqual([line, comparable(local)])
        expect([line, local.code]).toEqual([line, code])
        // Where the line makes no sense no engine is looked for.
        if (code !== 2) expect(remote.engine[0]).toMatch(/^engine: the admin API at http:\/\/127\.0\.0\.1:\d+$/)
      }
    }), TEST_TIMEOUT)

  it.effect("an order is cancelled, and given back, either way", () =>
    Effect.gen(function*() {
      yield* beside("stock set book 9")
      const log = yield* OrderLog
      for (const name of ["b-1", "b-2", "b-3", "b-4"]) yield* log.append(order(name, "book"))
      for (const name of ["b-1", "b-2", "b-3", "b-4"]) expect(yield* fate(name, 1)).toBe("COMPLETED")
      for (const [line, code] of ORDER_ROWS) {
        const local = comparable(yield* beside(line.replace("$", "b-1").replace("#", "b-3")))
        const remote = comparable(yield* through(line.replace("$", "b-2").replace("#", "b-4")))
        const named = (text: string) => text.replaceAll(/b-\d/g, "b").replaceAll(/"offset":\d+/g, "\"offset\":n")
        expect([line, named(remote.out), named(remote.complaint), remote.code])
          .toEqual([line, named(local.out), named(local.complaint), local.code])
        expect([line, local.code]).toEqual([line, code])
      }
    }), TEST_TIMEOUT)

  it.effect("the history of an order is read beside its stores", () =>
    Effect.gen(function*() {
      const { complaint, out, code } = yield* beside("order history b-1")
      expect([complaint, code]).toEqual(["", 0])
      expect(out.split("\n")[0]).toMatch(/^OFFSET +TIME +RECORD +ATTEMPT +BY +ORDER +NOTE$/)
      expect(out).toMatch(/ +place +1 +- +RESERVED/)
      expect(out).toMatch(/ +settle +1 +- +COMPLETED +the provider says paid/)
      expect(out).toMatch(/ +refund +1 +\S+ +REFUNDED +reference "wire-1"; why: back/)
      expect(out).toMatch(/\nread offsets 0 to \d+ of partition \d+, all that there are$/)
      const { records, looked } = JSON.parse((yield* beside("order history b-1 --item book --json")).out)
      expect(records.at(-1)).toMatchObject({
        type: "refund",
        order_status: "REFUNDED",
        changed: true,
        reference: "wire-1"
      })
      expect(looked).toMatchObject({ from: 0, from_start: true, until: looked.end })
      expect(yield* beside("order history nothing")).toMatchObject({ code: 1 })
      expect(yield* beside("order history nothing --item book")).toMatchObject({
        code: 1,
        complaint: expect.stringMatching(/no record of order "nothing" was found: read offsets 0 to \d+/)
      })
      expect(yield* through("order history b-2")).toMatchObject({
        code: 1,
        complaint: expect.stringMatching(/ask beside the engine's stores$/)
      })
    }), TEST_TIMEOUT)

  it.effect("of an order the admin API says clearly that it needs an archive", () =>
    Effect.gen(function*() {
      const { code, complaint, out } = yield* through("order show r-1")
      expect([code, out]).toEqual([1, ""])
      expect(complaint).toMatch(/this engine has none: ask beside its stores, or GET \/orders at its gateway$/)
    }), TEST_TIMEOUT)
})

const ORDERS = 8

/** The ids of the letters, one of each pair for each way; a letter of the other way counts as the same. */
const LETTER_ROWS: ReadonlyArray<readonly [line: string, code: number]> = [
  ["dlq list", 0],
  ["dlq list --json", 0],
  ["dlq list --limit 2 --item 101", 0],
  ["dlq list --item nobody", 0],
  ["dlq list --reason invalid-order-format", 0],
  ["dlq list --older-than 1h", 0],
  ["dlq show $0", 0],
  ["dlq show 0-999999", 1],
  ["dlq replay --all --dry-run", 0],
  ["dlq replay --all --dry-run --json", 0],
  ["dlq replay $0 0-999999 --dry-run", 0],
  ["dlq replay $0 0-999999 --why back", 1],
  ["dlq discard $1 0-999999 --why typo", 1],
  ["dlq discard $1 --why typo", 0],
  ["dlq discard $1 --why typo", 0],
  ["dlq show $1", 0],
  ["dlq replay $1 --why back", 1],
  ["dlq discard $2 $2 --why typo --json", 0],
  ["dlq replay $3 --why back", 0],
  ["dlq replay $3 --why back", 0],
  ["dlq replay $3 --why back --json", 0],
  ["dlq discard $3 --why typo", 1]
]

layer(engineLayer(1), { excludeTestServices: true, timeout: 60_000 })(
  "commands about dead letters, either way",
  (it) => {
    it.effect("print the same, complain of the same, and end the same", () =>
      Effect.gen(function*() {
        yield* beside("stock set 101 20")
        const log = yield* OrderLog
        yield* log.append({ itemId: order("r-0", "101").itemId, value: "{\"no order", headers: {} })
        for (let n = 0; n < ORDERS; n++) yield* log.append(order(`r-${n}`, "101"))
        for (let n = 0; n < ORDERS; n++) expect(yield* fate(`r-${n}`, 1)).toBe("FAILED_PAYMENT")
        const letters = yield* DeadLetters
        const open = yield* eventually(letters.list(20), ({ length }) => length === ORDERS + 1)
        const ids = open.filter(({ error }) => error === "Payment Timeout").map(LetterIdText.show)
        const inPlace = (line: string, way: 0 | 1) =>
          line.replaceAll(/\$(\d)/g, (_, pair: string) => ids[2 * Number(pair) + way]!)
        const named = (text: string, way: 0 | 1) =>
          ids.reduce((so, id, at) => at % 2 === way ? so.replaceAll(id, `$${Math.floor(at / 2)}`) : so, text)
            .replaceAll(/"?r-(\d)"?/g, "r")
        for (const [line, code] of LETTER_ROWS) {
          const isOwn = line.includes("$") && !line.includes("--dry-run") && !line.startsWith("dlq show $0")
          const by = line.includes("--why") ? " --by ops" : ""
          const way = isOwn ? 1 : 0
          const local = comparable(yield* beside(inPlace(line, 0) + by))
          const remote = comparable(yield* through(inPlace(line, way)))
          if (!isOwn) expect([line, remote]).toEqual([line, local])
          else {
            expect([line, named(remote.out, 1), named(remote.complaint, 1).replaceAll(/at 20\S+/g, "at"), remote.code])
              .toEqual([line, named(local.out, 0), named(local.complaint, 0).replaceAll(/at 20\S+/g, "at"), local.code])
          }
          expect([line, local.code]).toEqual([line, code])
        }
      }), TEST_TIMEOUT)
  }
)
