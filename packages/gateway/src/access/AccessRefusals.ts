/** The answers to those who may not do what they ask for, made of why not. Pure, and cheap: a flood of them is. */
import * as AccessErrors from "@flash-sale/domain/api/AccessErrors"
import type { Unavailable } from "@flash-sale/domain/api/Errors"
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import { withoutStack } from "@flash-sale/infra/resilience/WithoutStack"
import * as Refusals from "../request/Refusals.ts"
import type { Denial } from "./Denied.ts"

/** What a denied request is answered. */
export type DeniedAnswer =
  | AccessErrors.Unauthenticated
  | AccessErrors.MissingScope
  | AccessErrors.TokenMismatch
  | AccessErrors.TooManyFailures
  | Unavailable

const NO_CREDENTIALS = "No key and no token: send one in the header Authorization"

/** The answer with its code, whatever was asked for. */
export const of = (correlation_id: CorrelationId, denial: Denial): DeniedAnswer =>
  denial._tag === "CannotTell" || denial._tag === "Overloaded"
    ? Refusals.unavailable(correlation_id, denial._tag === "Overloaded" ? "overloaded" : "keys_unavailable")
    : withoutStack(() => toError(correlation_id, denial))

const toError = (
  correlation_id: CorrelationId,
  denial: Exclude<Denial, { readonly _tag: "CannotTell" | "Overloaded" }>
): DeniedAnswer => {
  switch (denial._tag) {
    case "Unauthenticated":
      return new AccessErrors.Unauthenticated({ error: NO_CREDENTIALS, code: "unauthenticated", correlation_id })
    case "Rejected":
      return new AccessErrors.Unauthenticated({ error: denial.why, code: denial.code, correlation_id })
    case "MissingScope":
      return new AccessErrors.MissingScope({ scope: denial.scope, correlation_id })
    case "WrongUser":
      return new AccessErrors.TokenMismatch({ code: "wrong_user", correlation_id })
    case "WrongItem":
      return new AccessErrors.TokenMismatch({ code: "wrong_item", correlation_id })
    case "TooManyFailures":
      return new AccessErrors.TooManyFailures({
        retry_after_seconds: Refusals.wholeSeconds(denial.wait),
        correlation_id
      })
  }
}

/** `WWW-Authenticate` (RFC 6750): how a request proves who sends it, and that this one's proof is none. */
export const challengeOf = ({ error }: AccessErrors.Unauthenticated): string =>
  error === NO_CREDENTIALS ? "Bearer realm=\"flash-sale\"" : "Bearer realm=\"flash-sale\", error=\"invalid_token\""
