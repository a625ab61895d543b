/** A moment that is over, as it is typed: ISO 8601 with its zone, or so long ago: `2026-11-27T10:00:00Z`, `2h`. */
import * as Moment from "@flash-sale/domain/records/Moment"
import { millisOf } from "@flash-sale/infra/settings/Kind"
import { Option } from "effect"

/** Its forms, for a description and for an error. */
export const FORMS = "as 2026-11-27T10:00:00Z (with its zone), or so long ago, as 30m, 2h or 7d"
export const EXPECTED = "a time such as 2026-11-27T10:00:00Z (with its zone), or so long ago, such as 30m, 2h or 7d"

/** The longest ago, in milliseconds: a hundred years. */
const MAX_AGO = 36_525 * 24 * 60 * 60 * 1_000

export type PastTime =
  | { readonly _tag: "At"; readonly millis: number }
  | { readonly _tag: "Ago"; readonly millis: number }

export const read = (text: string): Option.Option<PastTime> => {
  const ago = millisOf(text)
  return ago !== undefined && ago <= MAX_AGO
    ? Option.some({ _tag: "Ago", millis: ago })
    : Option.map(Moment.millisOf(text), (millis) => ({ _tag: "At", millis }))
}

/** The instant that is meant, in milliseconds since 1970 (UTC). */
export const resolve = ({ _tag, millis }: PastTime, now: number): number =>
  _tag === "At" ? millis : Math.max(0, now - millis)
