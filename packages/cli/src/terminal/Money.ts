/**
 * Prices as they are typed and printed: `19.99 EUR`. Inside they are whole numbers of the currency's smallest unit.
 *
 * **Gotchas**: the digits are those of ISO 4217, as payment providers use them. `Intl` has those of CLDR, which differ
 * for 17 currencies: by them 19.99 HUF would be 20 of the smallest unit, and not 1999.
 */
import { Price } from "@flash-sale/domain/records/Command"
import { Option, Schema } from "effect"

/** Digits after the point, where they are not two. ISO 4217, list one, without its codes for funds. */
const DIGITS: Readonly<Record<number, ReadonlyArray<string>>> = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" "),
  3: "BHD IQD JOD KWD LYD OMR TND".split(" ")
}
const USUAL_DIGITS = 2
/** Codes that are in use as money; bullion, test codes and the like have no smallest unit. */
const NOT_MONEY = /^X(?!AF|CD|OF|PF)/
const currencies = new Set(Intl.supportedValuesOf("currency").filter((code) => !NOT_MONEY.test(code)))

const isPrice = Schema.is(Price)
/** The highest price that the log takes, in any currency's smallest unit. */
export const MAX = 1_000_000_000

/** The digits after the point; none where there is no such currency. */
export const digits = (currency: string): Option.Option<number> => {
  if (!currencies.has(currency)) return Option.none()
  const exception = Object.entries(DIGITS).find(([, codes]) => codes.includes(currency))
  return Option.some(exception === undefined ? USUAL_DIGITS : Number(exception[0]))
}

/** The form of an amount with this many digits, for an error. */
export const expected = (digitsAfterPoint: number): string =>
  digitsAfterPoint === 0
    ? "a whole amount such as 1999"
    : `an amount such as 19 or 19.${
      "9".repeat(digitsAfterPoint)
    }, with a point and all ${digitsAfterPoint} digits after it`

/** In the smallest unit; none where it is not written with all digits or none, as `1.999` may mean two things. */
export const read = (amount: string, digitsAfterPoint: number): Option.Option<number> => {
  const [, whole, fraction] = /^(\d{1,12})(?:\.(\d+))?$/.exec(amount) ?? []
  if (whole === undefined || (fraction !== undefined && fraction.length !== digitsAfterPoint)) return Option.none()
  const price = Number(whole + (fraction ?? "0".repeat(digitsAfterPoint)))
  return isPrice(price) ? Option.some(price) : Option.none()
}

/** A price of the smallest unit as it is typed. */
export const show = (price: number, currency: string | undefined): string => {
  if (currency === undefined) return `${price} of the smallest unit of no currency`
  const after = Option.getOrElse(digits(currency), () => 0)
  const text = String(price).padStart(after + 1, "0")
  const point = text.length - after
  return `${text.slice(0, point)}${after === 0 ? "" : `.${text.slice(point)}`} ${currency}`
}
