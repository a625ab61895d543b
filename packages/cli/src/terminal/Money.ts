/** Prices as they are typed and printed: `19.99 EUR`. Inside they are whole numbers of the currency's smallest unit. */
import { Price } from "@flash-sale/domain/records/Command"
import * as Currencies from "@flash-sale/domain/records/Currencies"
import { Option, Schema } from "effect"

const isPrice = Schema.is(Price)
/** The highest price that the log takes, in any currency's smallest unit. */
export const MAX = 1_000_000_000_000

/** The digits after the point; none where there is no such currency, or no more. */
export const digits = (currency: string): Option.Option<number> => Option.fromNullishOr(Currencies.digitsOf(currency))

/** The form of an amount with this many digits, for an error. */
export const expected = (digitsAfterPoint: number): string =>
  digitsAfterPoint === 0
    ? "a whole amount such as 1999"
    : `an amount such as 19 or 19.${
      "9".repeat(digitsAfterPoint)
    }, with a point and all ${digitsAfterPoint} digits after it`

/** In the smallest unit; none where it is not written with all digits or none, as `1.999` may mean two things. */
export const read = (amount: string, digitsAfterPoint: number): Option.Option<number> => {
  const [, whole, fraction] = /^(\d{1,13})(?:\.(\d+))?$/.exec(amount) ?? []
  if (whole === undefined || (fraction !== undefined && fraction.length !== digitsAfterPoint)) return Option.none()
  const price = Number(whole + (fraction ?? "0".repeat(digitsAfterPoint)))
  return isPrice(price) ? Option.some(price) : Option.none()
}

/** A price of the smallest unit as it is typed. */
export const show = (price: number, currency: string | undefined): string =>
  currency === undefined
    ? `${price} of the smallest unit of no currency`
    : `${Currencies.decimal(price, currency)} ${currency}`
