/** What the rows of the statuses say to who asks. */
import type { Admission, AdmissionRequest, StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { StatusRow } from "./StatusRow.ts"

export const toLookup = (stored: StatusRow | undefined): StatusLookup => {
  if (stored?.record === undefined) return { _tag: "Unknown" }
  const { owner, record } = stored
  return owner === undefined ? { _tag: "Kept", record } : { _tag: "Leased", fingerprint: record.fingerprint }
}

/** The answer to a request whose id is taken: by the same order or by another, where nobody can read which. */
export const toKnown = (
  { owner, record }: StatusRow,
  { fingerprint }: AdmissionRequest
): Extract<Admission, { readonly _tag: "Known" | "Leased" }> => {
  if (record === undefined) return { _tag: "Leased", same: true }
  const same = record.fingerprint === fingerprint
  return owner === undefined ? { _tag: "Known", same, record } : { _tag: "Leased", same }
}

/** Whether it is a row that holds no status. */
export const isDamaged = (stored: StatusRow | undefined): boolean => stored !== undefined && stored.record === undefined
