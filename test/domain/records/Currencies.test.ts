import { assert, describe, it } from "@effect/vitest"
import * as Currencies from "@flash-sale/domain/records/Currencies"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"

/** Those that the runtime knows and list one does not, or the other way round, at the date of the list. */
const ONLY_IN_RUNTIME = ["ANG", "BGN", "CUC", "HRK", "SLL", "XDR", "XSU", "ZWL"]
const ONLY_IN_LIST = ["VED"]

describe("Currencies", () => {
  it("are those of list one: the runtime's own, less what was withdrawn or is no money, and what it lacks", () => {
    const known = Intl.supportedValuesOf("currency")
    const codes = [...known, ...ONLY_IN_LIST].filter((code) => !ONLY_IN_RUNTIME.includes(code))
    assert.deepStrictEqual(codes.filter((code) => Currencies.digitsOf(code) === undefined), [])
    assert.deepStrictEqual(known.filter((code) => Currencies.digitsOf(code) === undefined), ONLY_IN_RUNTIME)
    const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index))
    const all = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)))
    assert.deepStrictEqual(all.filter((code) => Currencies.digitsOf(code) !== undefined), codes.toSorted())
  })

  it("an item that was priced in a currency before it was withdrawn is folded as before", () => {
    const itemId = ItemId.make("101")
    const record = {
      partition: PartitionId.make(0),
      offset: Offset.make(0),
      timestamp: 0,
      key: itemId,
      value: new TextEncoder().encode(JSON.stringify({ price: 1999, currency: "HRK" })),
      headers: { type: "sale" }
    }
    assert.deepInclude(LogRecord.decode(itemId, record), { _tag: "Sale" })
    assert.deepNestedInclude(LogRecord.decode(itemId, record), { "patch.currency": "HRK" })
  })
})
