import { describe, expect, it } from "@effect/vitest"
import * as Money from "@flash-sale/cli/terminal/Money"
import { Option } from "effect"

describe("Money", () => {
  it("money has the digits of ISO 4217, and is printed as it is read", () => {
    const cases = [
      ["19.99", "EUR", 1999],
      ["19", "EUR", 1900],
      ["0.05", "USD", 5],
      ["1999", "JPY", 1999],
      ["1.234", "KWD", 1234],
      ["19.99", "HUF", 1999],
      ["1.250", "IQD", 1250],
      ["19.99", "XCG", 1999],
      ["19.99", "ZWG", 1999],
      ["19.99", "VED", 1999]
    ] as const
    for (const [amount, currency, price] of cases) {
      const read = Option.flatMap(Money.digits(currency), (digits) => Money.read(amount, digits))
      expect([amount, currency, Option.getOrUndefined(read)]).toEqual([amount, currency, price])
      expect(Money.show(price, currency).startsWith(amount)).toBe(true)
    }
    for (const none of ["XAU", "CLF", "XXX", "XAD", "ABC", "eur", ""]) {
      expect(Option.isNone(Money.digits(none))).toBe(true)
    }
    expect(Option.getOrUndefined(Money.read(String(Money.MAX), 0))).toBe(Money.MAX)
    for (const bad of [String(Money.MAX + 1), "-1", "1.", ".5", "1e3", "1_000", " 1", "1.00"]) {
      expect([bad, Option.isNone(Money.read(bad, 0))]).toEqual([bad, true])
    }
  })

  it("no price is set in a currency that was withdrawn, and one that was set before is shown as it was", () => {
    for (const code of ["HRK", "BGN", "ANG", "CUC", "SLL", "ZWL"]) {
      expect([code, Option.isNone(Money.digits(code))]).toEqual([code, true])
      expect(Money.show(1999, code)).toBe(`19.99 ${code}`)
    }
    expect(Money.show(1999, "ABC")).toBe("1999 ABC")
  })
})
