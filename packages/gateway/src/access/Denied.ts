/** Requests that are denied, which is to say refused for who sends them, and why. Pure. */
import type { AccessRefusal } from "@flash-sale/domain/access/MayDo"
import type { Identity } from "@flash-sale/domain/ports/Callers"
import type { AccessReason } from "@flash-sale/infra/observability/metrics/AccessMetrics"

/**
 * By what its header proves, by what its caller may do, because it has failed too often, or because too many are being
 * checked. `wait` in milliseconds.
 */
export type Denial =
  | Exclude<AccessRefusal, { readonly _tag: "NotFound" }>
  | Exclude<Identity, { readonly _tag: "Identified" }>
  | { readonly _tag: "TooManyFailures"; readonly wait: number }
  | { readonly _tag: "Overloaded" }

/** Before an order is read: then nobody knows yet whose it is. */
export type EntryDenial = Exclude<Denial, { readonly _tag: "WrongUser" | "WrongItem" }>

export class Denied<D extends Denial = Denial> {
  readonly denial: D
  constructor(denial: D) {
    this.denial = denial
  }
}

/** The label of its count. */
export const reasonOf = (denial: Denial): AccessReason => {
  switch (denial._tag) {
    case "Unauthenticated":
      return "unauthenticated"
    case "Rejected":
      return denial.code
    case "MissingScope":
      return "missing_scope"
    case "WrongUser":
      return "wrong_user"
    case "WrongItem":
      return "wrong_item"
    case "TooManyFailures":
      return "too_many_failures"
    case "CannotTell":
      return "keys_unavailable"
    case "Overloaded":
      return "overloaded"
  }
}
