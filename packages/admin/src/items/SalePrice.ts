/** The price and the currency of a change: one without the other would be charged as something else. Pure. */
import type * as ItemChanges from "@flash-sale/domain/api/admin/ItemChanges"
import * as Currencies from "@flash-sale/domain/records/Currencies"

type Payload = typeof ItemChanges.SaleChange.Type

/** A field that is wrong, and why. */
export interface Wrong {
  readonly field: string
  readonly message: string
}

/** A price and its currency go together: taking one away takes the other one, too. */
export const withBoth = (payload: Payload): Payload => {
  const { currency, price } = payload
  const isTaken = (price === null && currency === undefined) || (currency === null && price === undefined)
  return isTaken ? { ...payload, price: null, currency: null } : payload
}

/** What is wrong with them; undefined where nothing is. */
export const wrong = ({ currency, price }: Payload): Wrong | undefined => {
  if ((price === undefined) !== (currency === undefined) || (price === null) !== (currency === null)) {
    return {
      field: price === undefined || price === null ? "price" : "currency",
      message: "price and currency come together"
    }
  }
  return typeof currency === "string" && Currencies.digitsOf(currency) === undefined
    ? { field: "currency", message: `is not a currency of ISO 4217 as of ${Currencies.PUBLISHED}` }
    : undefined
}
