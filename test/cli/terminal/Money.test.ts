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
      ["1.250", "IQD", 1250]
    ] as const
    for (const [amount, currency, price] of cases) {
      const read = Option.flatMap(Money.digits(currency), (digits) => Money.read(amount, digits))
      expect([amount, currency, Option.getOrUndefined(read)]).toEqual([amount, currency, price])
      expect(Money.show(price, currency).startsWith(amount)).toBe(true)
    }
    for (const none of ["XAU", "CLF", "XXX", "ABC", "eur", ""]) expect(Option.isNone(Money.digits(none))).toBe(true)
    expect(Option.getOrUndefined(Money.read(String(Money.MAX), 0))).toBe(Money.MAX)
    for (const bad of [String(Money.MAX + 1), "-1", "1.", ".5", "1e3", "1_000", " 1", "1.00"]) {
      expect([bad, Option.isNone(Money.read(bad, 0))]).toEqual([bad, true])
    }
  })
})
