/**
 * Payment tokens by AES-256-GCM, with item and request as additional data. Decision 0037.
 *
 * **Details**: the nonce is random. Under one key 2^32 tokens may be encrypted so (NIST SP 800-38D, 8.3); it is to be
 * replaced before.
 */
import { EncryptedToken, PaymentToken } from "@flash-sale/domain/records/token/PaymentToken"
import {
  type Cipher,
  type TokenOwner,
  type Undecryptable,
  unknownKey
} from "@flash-sale/domain/records/token/TokenCipher"
import { Option, Schema } from "effect"
import { createCipheriv, createDecipheriv, type KeyObject, randomFillSync } from "node:crypto"
import type { TokenKeys } from "./TokenKeys.ts"

const ALGORITHM = "aes-256-gcm"
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Nonces that are drawn at once: one by one each would cost as much as the encryption. */
const NONCES_DRAWN = 512

/** Text that no other order and no other key has: neither ids nor request ids have control characters. */
const boundTo = (keyId: string, { itemId, requestId }: TokenOwner): Buffer =>
  Buffer.from(`enc1\n${keyId}\n${itemId}\n${requestId}`, "utf8")

const keyIdOf = (token: EncryptedToken): string => token.split(".")[1] ?? ""

/** What a token is to who has no key at all. */
export const unknown = (token: EncryptedToken): Undecryptable => ({ why: "unknown", keyId: keyIdOf(token) })

const asToken = Schema.decodeUnknownOption(PaymentToken)

const makeNonces = () => {
  const drawn = Buffer.alloc(NONCE_BYTES * NONCES_DRAWN)
  let at = drawn.length
  return (): Buffer => {
    if (at === drawn.length) {
      randomFillSync(drawn)
      at = 0
    }
    return drawn.subarray(at, at += NONCE_BYTES)
  }
}

const decryptWith = (key: KeyObject, keyId: string, token: EncryptedToken, owner: TokenOwner): string | undefined => {
  const [, , nonce = "", sealed = ""] = token.split(".")
  const bytes = Buffer.from(sealed, "base64url")
  const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(nonce, "base64url"), { authTagLength: TAG_BYTES })
  decipher.setAAD(boundTo(keyId, owner))
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
  try {
    return decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES), undefined, "utf8") + decipher.final("utf8")
  } catch {
    // Node says no more than that the tag does not fit.
    return undefined
  }
}

/** A cipher that has a key to encrypt with. */
interface KeyedCipher extends Cipher {
  readonly encrypt: (token: PaymentToken, owner: TokenOwner) => EncryptedToken
}

export const make = ({ current, known }: TokenKeys): KeyedCipher => {
  const nextNonce = makeNonces()
  return {
    encrypt: (token, owner) => {
      const nonce = nextNonce()
      const cipher = createCipheriv(ALGORITHM, current.key, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(boundTo(current.id, owner))
      const sealed = Buffer.concat([cipher.update(token, "utf8"), cipher.final(), cipher.getAuthTag()])
      return EncryptedToken.make(`enc1.${current.id}.${nonce.toString("base64url")}.${sealed.toString("base64url")}`)
    },
    decrypt: (token, owner) => {
      const { keyId } = unknownKey(token)
      const key = known.get(keyId)
      if (key === undefined) return { why: "unknown", keyId }
      if (key === "erased") return { why: "erased", keyId }
      const text = decryptWith(key, keyId, token, owner)
      return Option.getOrElse(asToken(text), (): Undecryptable => ({ why: "damaged", keyId }))
    }
  }
}
