/** What `flash-sale stock get` prints of an item that has turned orders away. */
import { assert, describe, it } from "@effect/vitest"
import * as StockFormat from "@flash-sale/cli/stock/StockFormat"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as Item from "@flash-sale/domain/rules/Item"

const itemId = ItemId.make("mug")
const summary = { available: 3, held: 1, sold: 6, stocked: 10, settings: Item.empty.settings, position: 41 }
const refused = { sold_out: 8, limit: 0, paused: 1 }

describe("an item as stock get prints it", () => {
  it("says how many orders were turned away, for which reasons", () => {
    assert.strictEqual(
      StockFormat.whole(itemId, { ...summary, refused }),
      "item mug: available 3, held 1, sold 6, refused 9 (sold_out 8, paused 1)"
    )
    assert.deepInclude(StockFormat.ofWhole(itemId, { ...summary, refused }), {
      item_id: itemId,
      refused: { sold_out: 8, paused: 1 }
    })
  })

  it("says nothing of it where none were, or where an older engine does not know", () => {
    const plain = "item mug: available 3, held 1, sold 6"
    assert.strictEqual(StockFormat.whole(itemId, { ...summary, refused: {} }), plain)
    assert.strictEqual(StockFormat.whole(itemId, summary), plain)
    assert.deepStrictEqual(StockFormat.ofWhole(itemId, { ...summary, refused: {} }).refused, {})
    assert.notProperty(StockFormat.ofWhole(itemId, summary), "refused")
  })
})
