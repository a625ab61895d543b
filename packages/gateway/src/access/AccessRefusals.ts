/** The answers to those who may not do what they ask for, made of why not. Pure, and cheap: a flood of them is. */
import * as AccessErrors from "@flash-sale/domain/api/AccessErrors"
import type { Unavailable } from "@flash-sale/domain/api/Errors"
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import { withoutStack } from "@flash-sale/infra/resilience/WithoutStack"
import * as Refusals from "../request/Refusals.ts"
import type { Denied, EntryDenial } from "./Denied.ts"

/** What is answered to a request that is denied before its order is read. */
export type EntryRefusal =
  | AccessErrors.Unauthenticated
  | AccessErrors.MissingScope
  | AccessErrors.TooManyFailures
  | Unavailable

const NO_CREDENTIALS = "No key and no token: send one in the header Authorization"

export const ofEntry = (correlation_id: CorrelationId, denial: EntryDenial): EntryRefusal =>
  withoutStack(() => toError(correlation_id, denial))

const toError = (correlation_id: CorrelationId, denial: EntryDenial): EntryRefusal => {
  switch (denial._tag) {
    case "Unauthenticated":
      return new AccessErrors.Unauthenticated({ error: NO_CREDENTIALS, code: "unauthenticated", correlation_id })
    case "Rejected":
      return new AccessErrors.Unauthenticated({ error: denial.why, code: denial.code, correlation_id })
    case "MissingScope":
      return new AccessErrors.MissingScope({ scope: denial.scope, correlation_id })
    case "CannotTell":
      return Refusals.unavailable(correlation_id, "keys_unavailable")
    case "Overloaded":
      return Refusals.unavailable(correlation_id, "overloaded")
    case "TooManyFailures":
      return new AccessErrors.TooManyFailures({
        retry_after_seconds: Refusals.wholeSeconds(denial.wait),
        correlation_id
      })
  }
}

const mismatch = (correlation_id: CorrelationId, code: AccessErrors.TokenMismatch["code"]) =>
  withoutStack(() => new AccessErrors.TokenMismatch({ code, correlation_id }))

/** What is answered to an order that its caller may not place. */
export const ofOrder = (
  correlation_id: CorrelationId,
  { denial }: Denied
): EntryRefusal | AccessErrors.TokenMismatch => {
  switch (denial._tag) {
    case "WrongUser":
      return mismatch(correlation_id, "wrong_user")
    case "WrongItem":
      return mismatch(correlation_id, "wrong_item")
    default:
      return ofEntry(correlation_id, denial)
  }
}

/** `WWW-Authenticate` (RFC 6750): how a request proves who sends it, and that this one's proof is none. */
export const challengeOf = ({ error }: AccessErrors.Unauthenticated): string =>
  error === NO_CREDENTIALS ? "Bearer realm=\"flash-sale\"" : "Bearer realm=\"flash-sale\", error=\"invalid_token\""
