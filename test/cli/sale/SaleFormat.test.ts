import { describe, expect, it } from "@effect/vitest"
import * as SaleFormat from "@flash-sale/cli/sale/SaleFormat"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { defaultSettings } from "@flash-sale/domain/rules/SaleSettings"

describe("SaleFormat", () => {
  it("the shown state says whether orders are taken, as the engine decides", () => {
    const summary = {
      isKnown: true,
      available: 1,
      held: 0,
      sold: 0,
      stocked: 1,
      position: 1,
      isComplete: true,
      pendingEdit: undefined
    }
    const shown = (settings: Partial<typeof defaultSettings>) =>
      SaleFormat.sale(ItemId.make("101"), { ...summary, settings: { ...defaultSettings, ...settings } }, 100).split(
        "\n"
      )[1]
    expect(shown({ opensAt: 100, closesAt: 101 })).toBe("sale:    open")
    expect(shown({ opensAt: 101 })).toBe("sale:    not open yet")
    expect(shown({ closesAt: 100 })).toBe("sale:    closed")
  })
})
