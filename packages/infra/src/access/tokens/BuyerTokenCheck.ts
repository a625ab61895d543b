/** Checks one buyer's token: its signature by `jose`, and the claims that the contract asks for. Decision 0039. */
import type { Caller } from "@flash-sale/domain/access/Caller"
import { isItemId, isUserId } from "@flash-sale/domain/records/Ids"
import { decodeProtectedHeader, errors, type JWTPayload } from "jose"
import { type Rejected, rejected } from "../answers/Rejected.ts"
import type { VerificationKeys } from "./VerificationKeys.ts"

/** How far the clocks of the shop and of the engine may be apart, in seconds. */
const TOLERANCE_SECONDS = 5
/** How far ahead `exp` may be, in seconds: a token that leaks is of use for a day at the most. */
export const MAX_LIFETIME_SECONDS = 86_400

/**
 * What a token proves.
 *
 * - `Verified`: who sends it, and in which interval that holds (milliseconds since 1970, UTC; until before the second).
 * - `KeyUnknown`: it names a key that is not among these: its `kid`, "" where it has none.
 */
export type Verdict =
  | { readonly _tag: "Verified"; readonly caller: Caller; readonly from: number; readonly until: number }
  | Rejected
  | { readonly _tag: "KeyUnknown"; readonly kid: string }

/** Whose tokens are taken, and for whom they must be; anybody's and for anybody where it is undefined. */
export interface Wanted {
  readonly issuer: string | undefined
  readonly audience: string | undefined
}

const tooLong: Verdict = {
  _tag: "Rejected",
  code: "token_too_long",
  why: "the token expires more than a day from now"
}

/** Words for the caller, who may be anybody until the signature was good. */
const wordsFor = (error: errors.JOSEError): string => {
  if (error instanceof errors.JWTExpired) return "the token has expired"
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "nbf" && error.reason === "check_failed") return "the token is not valid yet"
    return error.reason === "missing"
      ? `the token has no claim ${error.claim}`
      : `the token's claim ${error.claim} is not what it must be`
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return "the token's signature is not good"
  if (error instanceof errors.JOSEAlgNotAllowed) return "the token is signed by an algorithm that is not taken"
  return "the token is malformed"
}

/** The whole second of a claim from which on `jose` decides otherwise, as milliseconds since 1970. */
const millisOf = (seconds: number): number => Math.ceil(seconds) * 1_000

/** `now` is in milliseconds since 1970 (UTC). */
const judge = ({ exp = 0, item_id, nbf = Number.NEGATIVE_INFINITY, sub }: JWTPayload, now: number): Verdict => {
  if (!isUserId(sub)) return rejected("the token's claim sub is no user_id")
  if (item_id !== undefined && !isItemId(item_id)) return rejected("the token's claim item_id is no item_id")
  const notTooLong = millisOf(exp - MAX_LIFETIME_SECONDS - TOLERANCE_SECONDS)
  if (now < notTooLong) return tooLong
  return {
    _tag: "Verified",
    caller: item_id === undefined ? { _tag: "Buyer", userId: sub } : { _tag: "Buyer", userId: sub, itemId: item_id },
    from: Math.max(notTooLong, millisOf(nbf - TOLERANCE_SECONDS)),
    until: millisOf(exp + TOLERANCE_SECONDS)
  }
}

/** `now` is in milliseconds since 1970 (UTC). */
export const check = async (
  { verify }: VerificationKeys,
  token: string,
  { audience, issuer }: Wanted,
  now: number
): Promise<Verdict> => {
  try {
    const { payload, protectedHeader } = await verify(token, {
      currentDate: new Date(now),
      clockTolerance: TOLERANCE_SECONDS,
      requiredClaims: ["sub", "exp"],
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience })
    })
    // jose knows an extension by itself, and we know none.
    return protectedHeader.crit === undefined ? judge(payload, now) : rejected("the token is malformed")
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) {
      return { _tag: "KeyUnknown", kid: decodeProtectedHeader(token).kid ?? "" }
    }
    if (error instanceof errors.JOSEError) return rejected(wordsFor(error))
    throw error
  }
}
