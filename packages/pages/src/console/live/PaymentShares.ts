/** How many of the payments of the last minute failed. Pure. */
import type { PaymentShares } from "../words/Problems.ts"
import { GAP, type Samples } from "./Samples.ts"

/** How far back is looked, in seconds. */
const WINDOW = 60
/** Of fewer payments no share is said. */
const LEAST = 10

/** Undefined where too few payments have ended to say. */
export const paymentShares = ({ times, values }: Samples): PaymentShares | undefined => {
  const last = times.at(-1) ?? 0
  let [ended, declined, failed] = [0, 0, 0]
  for (let at = times.length - 1; at >= 0 && times[at]! > last - WINDOW; at--) {
    // A rate is of the time since the sample before.
    const seconds = Math.min(GAP, times[at]! - (times[at - 1] ?? times[at]! - 1))
    const of = (name: "paid" | "declined" | "unpaid") => (values[name][at] ?? 0) * seconds
    declined += of("declined")
    failed += of("unpaid")
    ended += of("paid") + of("declined") + of("unpaid")
  }
  return ended < LEAST ? undefined : { declined: declined / ended, failed: failed / ended }
}
