import { assert, describe, it } from "@effect/vitest"
import * as Cursor from "@flash-sale/operations/paging/Cursor"
import { Option } from "effect"

describe("Cursor", () => {
  it("is read by its own list alone, and stands in a URL as it is", () => {
    const cursor = Cursor.make("items", "3", "0:a~ü")
    assert.match(cursor, /^[\w-]+$/)
    assert.deepStrictEqual(Cursor.read("items", cursor), Option.some(["3", "0:a~ü"]))
    assert.isTrue(Option.isNone(Cursor.read("letters", cursor)))
  })

  it("is none where somebody else made it", () => {
    const texts = ["", "a b", "x", "%%%", "e30", Buffer.from("[1]").toString("base64url"), "A".repeat(3_000)]
    for (const text of texts) assert.isTrue(Option.isNone(Cursor.read("items", text)), text.slice(0, 20))
  })

  it("a page has 1 to 200 entries", () => {
    assert.deepStrictEqual([0, 1, 200, 201, 1e9, -5, 2.9].map((limit) => Cursor.sizeOf({ limit })), [
      1,
      1,
      200,
      200,
      200,
      1,
      2
    ])
  })
})
