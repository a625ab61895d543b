/** Which request ids a new order may have: those that are seen and can be asked for. The log stays readable. */
import { assert, describe, it } from "@effect/vitest"
import * as Ids from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as Order from "@flash-sale/domain/records/Order"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Schema } from "effect"

const isNew = Schema.is(Ids.NewRequestId)

/** By the properties of Unicode, of which the rule has the ranges. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u
/** A tag: a character that is written in two halves. */
const BEYOND = "a\u{e0041}"
const SURROGATES = [0xd800, 0xdfff] as const
const LAST_CODE_POINT = 0x10ffff

const Pattern = Schema.Struct({ schema: Schema.Struct({ pattern: Schema.String }) })

describe("The id of a new order", () => {
  it("has no character that is not seen, whatever Unicode calls it", () => {
    const taken: Array<string> = []
    let seen = "a"
    for (let point = 0; point <= LAST_CODE_POINT; point++) {
      if (point >= SURROGATES[0] && point <= SURROGATES[1]) continue
      const character = String.fromCodePoint(point)
      if (UNSEEN.test(character)) {
        if (isNew(`a${character}b`)) taken.push(point.toString(16))
      } else if (seen.length + character.length <= Ids.MAX_REQUEST_ID_LENGTH) seen += character
      else {
        assert.isTrue(isNew(seen), seen)
        seen = `a${character}`
      }
    }
    assert.isTrue(isNew(seen), seen)
    assert.deepStrictEqual(taken, [])
  })

  it("is decided by the pattern of the document as by the rule, but for what is beyond 16 bits", () => {
    const document = Schema.decodeUnknownSync(Pattern)(Schema.toJsonSchemaDocument(Ids.NewRequestId))
    const pattern = new RegExp(document.schema.pattern, "u")
    const ids = [
      "r-1",
      ".",
      "..",
      "...",
      ".a",
      "a.",
      " ",
      "  a ",
      "\u3000",
      "é 𝄞",
      "a\u202eb",
      "\u200b",
      "a/b;c"
    ]
    for (const id of ids) assert.strictEqual(pattern.test(id), isNew(id), JSON.stringify(id))
    assert.deepStrictEqual([pattern.test(BEYOND), isNew(BEYOND)], [true, false])
    // Readers without the flag `u` take it, too.
    assert.isFalse(new RegExp(document.schema.pattern).test(".."))
    assert.deepStrictEqual(ids.filter(isNew), ["r-1", "...", ".a", "a.", "  a ", "é 𝄞", "a/b;c"])
  })

  it("is narrower than what is in the log, which is folded as before", () => {
    for (const requestId of ["..", "a\u202eb", "\u200bx"]) {
      assert.isFalse(isNew(requestId))
      assert.isTrue(Ids.isRequestId(requestId))
      const order = { request_id: requestId, user_id: "u-1", item_id: "101", amount: 1 }
      assert.strictEqual(Order.read(order)?.requestId, requestId)
      const itemId = Ids.ItemId.make("101")
      const stored = {
        partition: PartitionId.make(3),
        offset: Offset.make(42),
        timestamp: 0,
        key: itemId,
        value: new TextEncoder().encode(JSON.stringify(order)),
        headers: {}
      }
      assert.strictEqual(LogRecord.decode(itemId, stored)._tag, "Place")
    }
  })
})
