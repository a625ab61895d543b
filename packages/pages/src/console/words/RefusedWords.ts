/** Why orders are turned away, in words. Pure. */

const WORDS: Readonly<Record<string, string>> = {
  sold_out: "Sold out",
  limit: "Limit per buyer",
  not_open: "Not open yet",
  closed: "Closed",
  paused: "Paused",
  rate_limited: "Too many of one buyer",
  duplicate_request: "Sent twice",
  request_id_reused: "Request id of another order",
  validation_failed: "Not valid",
  invalid_body: "Not valid",
  unknown_item: "Unknown item",
  unauthenticated: "No key or token",
  overloaded: "Too busy",
  breaker_open: "The log has failed",
  log_unavailable: "The log is away",
  store_unavailable: "The store is away",
  outcome_unknown: "Nobody knows",
  unknown: "Not known"
}

/** Of a code; a later engine may have others. */
export const refusedWords = (code: string): string =>
  Object.hasOwn(WORDS, code) ? WORDS[code]! : code.replaceAll("_", " ")

/** The codes, those with the most first. */
export const byCount = (
  counts: Readonly<Record<string, number>>
): ReadonlyArray<readonly [code: string, count: number]> =>
  Object.entries(counts).filter(([, count]) => count > 0).toSorted(([, one], [, other]) => other - one)
