/** Reads the answers of `lua/admit.lua`. */
import type { Admission, AdmissionRequest } from "@flash-sale/domain/ports/OrderStatuses"
import { Effect } from "effect"
import { report } from "./client/StatusBatches.ts"
import * as Keys from "./Keys.ts"
import * as StatusWire from "./wire/StatusWire.ts"

export type AdmitReply =
  | readonly ["known", string]
  | readonly ["claimed", number]
  | readonly ["limited", number]
  | undefined

/** One admission for each reply. Nearly all are claimed or limited; the values of known requests are parsed. */
export const read = Effect.fnUntraced(function*(
  requests: ReadonlyArray<AdmissionRequest>,
  replies: ReadonlyArray<AdmitReply>
): Effect.fn.Return<ReadonlyArray<Admission>> {
  const admissions: Array<Admission> = []
  for (const [n, request] of requests.entries()) {
    const reply = replies[n]
    if (reply === undefined) return yield* Effect.die(new Error("admit.lua answered for fewer requests"))
    if (reply[0] === "claimed") admissions.push({ _tag: "Claimed", remaining: reply[1] })
    else if (reply[0] === "limited") admissions.push({ _tag: "Limited", remaining: 0, retryAfterMillis: reply[1] })
    else admissions.push(yield* known(request, reply))
  }
  return admissions
})

const known = Effect.fnUntraced(function*(
  { fingerprint, requestId }: AdmissionRequest,
  [, value]: readonly ["known", string]
): Effect.fn.Return<Admission> {
  const found = StatusWire.read(value)
  switch (found._tag) {
    case "Leased":
      return { _tag: "Leased", same: found.fingerprint === fingerprint }
    case "Kept":
      return { _tag: "Known", same: found.record.fingerprint === fingerprint, record: found.record }
    case "Damaged":
      // A value that cannot be read may be the same order or another: its outcome is unknown, as with a lease.
      yield* report([Keys.orderStatus(requestId)])
      return { _tag: "Leased", same: true }
  }
})
