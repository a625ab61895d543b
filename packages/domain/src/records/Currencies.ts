/**
 * The currencies in which a price may be set: the current ones of ISO 4217, list one (table A.1), with the digits after
 * the point that the standard gives them.
 *
 * **Details**: a list of our own with its date, as that of the runtime is CLDR's: it has withdrawn currencies, and
 * other digits for 17. Left out are funds, bullion, units of account, test codes and the like: nobody pays with them.
 *
 * To refresh: take list one from the maintenance agency (https://www.six-group.com, "Currency Codes"), change the lists
 * and the date, and move what is gone to `WITHDRAWN`. Nothing else changes: the log takes any three letters, so items
 * that were priced in a currency before it was withdrawn are folded, shown and charged as they are.
 */

/** When list one was published. */
export const PUBLISHED = "2026-01-01"

/** Digits after the point, and who has them. */
const CURRENT: ReadonlyArray<readonly [number, string]> = [
  [0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"],
  [
    2,
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP " +
    "CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES " +
    "KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK " +
    "NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB " +
    "TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
  ],
  [3, "BHD IQD JOD KWD LYD OMR TND"]
]

/** Those that this engine took before they were withdrawn. */
const WITHDRAWN: ReadonlyArray<readonly [number, string]> = [[2, "ANG BGN CUC HRK SLL ZWL"]]

const digitsIn = (lists: ReadonlyArray<readonly [number, string]>): ReadonlyMap<string, number> =>
  new Map(lists.flatMap(([digits, codes]) => codes.split(" ").map((code) => [code, digits] as const)))

const current = digitsIn(CURRENT)
const ever = digitsIn([...CURRENT, ...WITHDRAWN])

/** The digits after the point of a currency in which a price may be set; undefined where it is none. */
export const digitsOf = (code: string): number | undefined => current.get(code)

/** The same also of a withdrawn one, for showing a price that was set before. */
export const digitsEver = (code: string): number | undefined => ever.get(code)

/** An amount of the smallest unit in the currency's digits, such as `1250.00`: as it is where that has none. */
export const decimal = (amount: number | bigint, code: string | undefined): string => {
  const after = code === undefined ? 0 : digitsEver(code) ?? 0
  const text = String(amount).padStart(after + 1, "0")
  const point = text.length - after
  return after === 0 ? text : `${text.slice(0, point)}.${text.slice(point)}`
}
