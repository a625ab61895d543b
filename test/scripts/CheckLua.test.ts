import { assert, describe, it } from "@effect/vitest"
import { checkBindings, checkListed } from "../../scripts/lua/Bindings.ts"
import { checkConstants, CONSTANTS } from "../../scripts/lua/Constants.ts"
import { checkScript } from "../../scripts/lua/Headers.ts"
import { checkLengths, MAX_PIECE_LINES } from "../../scripts/lua/Lengths.ts"
import { checkIncludes, checkPiece } from "../../scripts/lua/Pieces.ts"
import { sources } from "../../scripts/Source.ts"
import { format } from "../../scripts/Violation.ts"

const HEADER = `-- Moves a mark.
--
-- KEYS[1]  the mark
--
-- ARGV[1]  epoch
-- ARGV[2]  offset
--
-- Returns  'moved'
`
const BODY = "return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])\n"

const messages = (text: string) => checkScript({ path: "lua/mark.lua", text }).map(({ message }) => message)

describe("check-lua", () => {
  it("accepts a script that says what it does", () => {
    assert.deepStrictEqual(messages(HEADER + BODY), [])
  })

  it("misses each part of the header", () => {
    assert.deepStrictEqual(messages(HEADER.replace("-- Moves a mark.\n", "") + BODY), [
      "the header begins with what the script does"
    ])
    assert.deepStrictEqual(messages(HEADER.replace("Returns", "Answers") + BODY), ["the header has no Returns"])
    assert.deepStrictEqual(
      messages("-- Says yes.\n--\n-- KEYS     none\n--\n-- ARGV     none\n--\n-- Returns  yes\nreturn 'yes'"),
      []
    )
    assert.strictEqual(messages("return 'yes'").length, 4)
  })

  it("compares what is listed with what is used", () => {
    assert.deepStrictEqual(messages(`${HEADER}${BODY}local x = KEYS[2]`), ["KEYS[2] is used but not listed"])
    assert.deepStrictEqual(messages(`${HEADER}${BODY}-- KEYS[2] is not code`), [])
    assert.deepStrictEqual(messages(HEADER.replace("-- ARGV[2]  offset\n", "") + BODY), [
      "ARGV[2] is used but not listed"
    ])
    assert.deepStrictEqual(messages(HEADER + BODY.replace(", ARGV[2]", "")), ["ARGV[2] is listed but not used"])
    assert.deepStrictEqual(messages(HEADER.replace("ARGV[2]", "ARGV[3]") + BODY.replace("ARGV[2]", "ARGV[3]")), [
      "ARGV[3] is listed out of order"
    ])
  })

  it("wants an open end where the script counts, and only there", () => {
    const open = HEADER.replace("-- ARGV[2]  offset", "-- ARGV[2]  offset; from ARGV[3] on the orders")
    assert.deepStrictEqual(messages(`${open}${BODY}for at = 3, #ARGV do f(ARGV[at]) end`), [])
    assert.strictEqual(messages(`${HEADER}${BODY}for at = 3, #ARGV do f(ARGV[at]) end`).length, 1)
    assert.strictEqual(messages(`${open}${BODY}`).length, 1)
  })

  it("bounds the length below the header", () => {
    const script = (lines: number) => ({ path: "lua/mark.lua", text: HEADER + "f()\n".repeat(lines) })
    assert.deepStrictEqual(checkLengths([script(60)]), [])
    assert.deepStrictEqual(checkLengths([script(61)]).map(format), [
      "lua/mark.lua:1 size: 61 lines below the header, at most 60. Move one concept into a piece of lua/lib."
    ])
    assert.deepStrictEqual(checkLengths([script(80)], {}, MAX_PIECE_LINES), [])
    assert.strictEqual(checkLengths([script(81)], {}, MAX_PIECE_LINES).length, 1)
    const exceptions = { "lua/mark.lua": "a reason" }
    assert.deepStrictEqual(checkLengths([script(61)], exceptions), [])
    assert.deepStrictEqual(checkLengths([script(60)], exceptions).map(({ rule }) => rule), ["exceptions"])
  })

  it("wants pieces that take what they need and are included", () => {
    const piece = { path: "lua/lib/_mark.lua", text: "-- Whether it is marked.\nlocal function isMarked(mark) end" }
    assert.deepStrictEqual(checkPiece(piece), [])
    assert.strictEqual(checkPiece({ ...piece, text: `${piece.text}\nf(KEYS[1]) -- ARGV` })[0]?.line, 3)
    assert.strictEqual(checkPiece({ ...piece, text: "local a" }).length, 1)
    assert.strictEqual(checkPiece({ ...piece, path: "lua/lib/mark.lua" }).length, 1)
    const script = { path: "lua/mark.lua", text: `${HEADER}\n-- @include _mark\n` }
    assert.deepStrictEqual(checkIncludes([script], [piece]), [])
    assert.strictEqual(checkIncludes([script], []).length, 1)
    assert.strictEqual(checkIncludes([], [piece]).length, 1)
  })

  it("wants each script bound once and listed", () => {
    const script = { path: "lua/mark.lua", text: HEADER + BODY }
    const bindings = (text: string) => ({ path: "Scripts.ts", text })
    assert.deepStrictEqual(checkBindings([script], bindings(`mark: yield* bind("mark", MarkReply)`)), [])
    assert.strictEqual(checkBindings([script], bindings("")).length, 1)
    assert.strictEqual(checkBindings([script], bindings(`bind("mark", A)\nbind("mark", B)`)).length, 1)
    assert.strictEqual(checkBindings([], bindings(`bind("mark", A)`))[0]?.message, "there is no lua/mark.lua")
    const readme = (text: string) => ({ path: "lua/README.md", text })
    assert.deepStrictEqual(checkListed([script], readme("| `mark.lua` | moves |")), [])
    assert.strictEqual(checkListed([script], readme("it marks the mark")).length, 1)
  })

  /** The scripts as they are, with one text of one of them replaced. */
  const withText = (path: string, text: string, by: string) =>
    sources("lua/*.lua", "lua/lib/*.lua").map((source) => {
      if (source.path !== path) return source
      assert.include(source.text, text)
      return { path, text: source.text.replace(text, by) }
    })

  it("finds the constants as the domain has them", () => {
    assert.deepStrictEqual(checkConstants(sources("lua/*.lua", "lua/lib/*.lua")), [])
    assert.strictEqual(checkConstants([]).length, CONSTANTS.length)
  })

  it.each([
    ["lua/lib/_ledger.lua", "'sold_out', 'limit'", "'limit', 'sold_out'", "REASONS"],
    ["lua/lib/_ledger.lua", "'paused' }", "'paused', 'new' }", "REASONS"],
    ["lua/lib/_ledger.lua", "REJECTED_REMEMBERED = 65536", "REJECTED_REMEMBERED = 65535", "REJECTED_REMEMBERED"],
    ["lua/lib/_ledger.lua", "COMMANDS_REMEMBERED = 1024", "COMMANDS_REMEMBERED = 1023", "COMMANDS_REMEMBERED"],
    ["lua/lib/_event.lua", "EVENTS_KEPT = 1000", "EVENTS_KEPT = 999", "EVENTS_KEPT"],
    ["lua/lib/_event.lua", "timeout = 'FAILED_PAYMENT'", "timeout = 'CANCELLED'", "STATUS_OF"],
    ["lua/lib/_event.lua", "voiding = 'RESERVED', ", "", "STATUS_OF"],
    ["lua/lib/_forwards.lua", "RESERVED = 1", "RESERVED = 2", "STEP"],
    ["lua/lib/_edits.lua", "MAX_ADJUSTMENT = 1000000000", "MAX_ADJUSTMENT = 1000000", "MAX_ADJUSTMENT"],
    ["lua/lib/_keptedits.lua", "MAX_ADJUSTMENT = 1000000000", "MAX_ADJUSTMENT = 1000000", "MAX_ADJUSTMENT"],
    ["lua/lib/_fold.lua", "RULES_VERSION = 2", "RULES_VERSION = 3", "RULES_VERSION"],
    ["lua/lib/_kept.lua", "CHECKOUT = 2", "CHECKOUT = 1", "CHECKOUT"],
    ["lua/lib/_checkout.lua", "MAX_HOLD_SECONDS = 3600", "MAX_HOLD_SECONDS = 7200", "MAX_HOLD_SECONDS"],
    ["lua/lib/_refundsdue.lua", "MAX_REFUNDS_DUE = 100", "MAX_REFUNDS_DUE = 10", "MAX_REFUNDS_DUE"]
  ])("misses in %s a change of %s to %s", (path, text, by, name) => {
    const found = checkConstants(withText(path, text, by))
    assert.deepStrictEqual(found.map((one) => [one.path, one.rule]), [[path, "constants"]])
    assert.isTrue(found[0]?.message.startsWith(`${name} is `))
  })
})
