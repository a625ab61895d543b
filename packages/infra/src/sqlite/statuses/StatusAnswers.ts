/** What the rows of the statuses say to who asks. */
import type { Admission, AdmissionRequest, StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { StatusRow } from "./StatusRow.ts"

export const toLookup = (stored: StatusRow | undefined): StatusLookup => {
  if (stored === undefined) return { _tag: "Unknown" }
  const { owner, record } = stored
  return owner === undefined ? { _tag: "Kept", record } : { _tag: "Leased", fingerprint: record.fingerprint }
}

/** The answer to a request whose id is taken. */
export const toKnown = (
  { owner, record }: StatusRow,
  { fingerprint }: AdmissionRequest
): Extract<Admission, { readonly _tag: "Known" | "Leased" }> => {
  const same = record.fingerprint === fingerprint
  return owner === undefined ? { _tag: "Known", same, record } : { _tag: "Leased", same }
}
