/**
 * Encrypts payment tokens for the log, and decrypts them for their charge. A token is bound to its order, so that one
 * that is moved to another order is none, and no two encryptions are alike. Neither waits for anything. Decision 0037.
 */
import { Context } from "effect"
import type { ItemId, RequestId } from "../Ids.ts"
import type { EncryptedToken, PaymentToken } from "./PaymentToken.ts"

/** The order that a token belongs to. */
export interface TokenOwner {
  readonly itemId: ItemId
  readonly requestId: RequestId
}

/** Why a token cannot be decrypted; `keyId` as the token names it. */
export interface Undecryptable {
  /** `unknown`: there is no key of this id. `erased`: it was destroyed. `damaged`: the token is not this order's. */
  readonly why: "unknown" | "erased" | "damaged"
  readonly keyId: string
}

/** With the keys of a process. */
export interface Cipher {
  /** Undefined where the keys are missing: an order with a token is not recorded then, least of all in clear. */
  readonly encrypt: (token: PaymentToken, owner: TokenOwner) => EncryptedToken | undefined
  /** The token, or why there is none. */
  readonly decrypt: (token: EncryptedToken, owner: TokenOwner) => PaymentToken | Undecryptable
}

/** Undefined where a process has no keys: tokens are recorded in clear, and none that is encrypted can be read. */
export const TokenCipher = Context.Reference<Cipher | undefined>("@flash-sale/domain/records/token/TokenCipher", {
  defaultValue: () => undefined
})

/** The cipher of a process whose keys are missing: what is encrypted waits for them, and nothing is encrypted. */
export const withoutKeys: Cipher = { encrypt: () => undefined, decrypt: (token) => unknownKey(token) }

/** What a token is to who has no key of its id. */
export const unknownKey = (token: EncryptedToken): Undecryptable => ({
  why: "unknown",
  keyId: token.split(".")[1] ?? ""
})
