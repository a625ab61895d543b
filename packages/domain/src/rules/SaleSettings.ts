/** How an item is sold. */

/** What operators set with `flash-sale sale`. Instants in milliseconds since 1970 (UTC), holds in seconds. */
export interface SaleSettings {
  readonly opensAt: number | undefined
  readonly closesAt: number | undefined
  readonly perUserLimit: number | undefined
  readonly paused: boolean
  readonly price: number | undefined
  readonly currency: string | undefined
  /** How long a hold lasts that does not say it, and the longest that one may last. */
  readonly holdSeconds: number | undefined
  readonly maxHoldSeconds: number | undefined
}

export const defaultSettings: SaleSettings = {
  opensAt: undefined,
  closesAt: undefined,
  perUserLimit: undefined,
  paused: false,
  price: undefined,
  currency: undefined,
  holdSeconds: undefined,
  maxHoldSeconds: undefined
}
