/** Payment tokens, encrypted and decrypted. */
import { assert, describe, it } from "@effect/vitest"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { EncryptedToken, isEncryptedToken, PaymentToken } from "@flash-sale/domain/records/PaymentToken"
import { type Undecryptable, unknownKey } from "@flash-sale/domain/records/TokenCipher"
import * as AesTokenCipher from "@flash-sale/infra/payment/AesTokenCipher"
import { keysOf } from "./Keys.ts"

const owner = { itemId: ItemId.make("101"), requestId: RequestId.make("r/é 1") }
const token = PaymentToken.make("tok_secret")
const cipher = AesTokenCipher.make(keysOf("k1"))

describe("AesTokenCipher", () => {
  it("a token is found again, however long it is, and whatever it is made of", () => {
    for (const text of ["t", "tok_1", "ß", "𝄞 \"quoted\" \\", "\u20ac".repeat(200), "t".repeat(200)]) {
      const one = PaymentToken.make(text)
      const encrypted = cipher.encrypt(one, owner)
      assert.isTrue(isEncryptedToken(encrypted))
      assert.isFalse(encrypted.includes(text) && text.length > 2)
      assert.strictEqual(cipher.decrypt(encrypted, owner), one)
    }
  })

  it("no two encrypted tokens are alike, nor their nonces, also of the same token", () => {
    const many = Array.from({ length: 2_000 }, () => cipher.encrypt(token, owner))
    assert.strictEqual(new Set(many).size, many.length)
    assert.strictEqual(new Set(many.map((text) => text.split(".")[2])).size, many.length)
  })

  const whyOf = (found: PaymentToken | Undecryptable) =>
    typeof found === "string" ? found : `${found.why} ${found.keyId}`

  it("a token that is moved to another order, or changed anywhere, is damaged", () => {
    const encrypted = cipher.encrypt(token, owner)
    const damaged = "damaged k1"
    for (
      const other of [
        { ...owner, itemId: ItemId.make("102") },
        { ...owner, requestId: RequestId.make("r/é 2") }
      ]
    ) assert.strictEqual(whyOf(cipher.decrypt(encrypted, other)), damaged)
    const [prefix, keyId, nonce = "", sealed = ""] = encrypted.split(".")
    for (const part of [2, 3]) {
      const text = part === 2 ? nonce : sealed
      for (let at = 0; at < text.length; at++) {
        const bytes = Buffer.from(text, "base64url")
        bytes[Math.min(at, bytes.length - 1)]! ^= 1
        const changed = bytes.toString("base64url")
        const parts = part === 2 ? [prefix, keyId, changed, sealed] : [prefix, keyId, nonce, changed]
        assert.strictEqual(whyOf(cipher.decrypt(EncryptedToken.make(parts.join(".")), owner)), damaged)
      }
    }
    // Under the id of another key that is known as well.
    const both = AesTokenCipher.make(keysOf("k1", "k2"))
    const renamed = EncryptedToken.make(both.encrypt(token, owner).replace(".k1.", ".k2."))
    assert.strictEqual(whyOf(both.decrypt(renamed, owner)), "damaged k2")
  })

  it("after a rotation the new key encrypts, the old one still decrypts, and a key that is missing is named", () => {
    const old = cipher.encrypt(token, owner)
    const rotated = AesTokenCipher.make(keysOf("k2", "k1"))
    const young = rotated.encrypt(token, owner)
    assert.match(young, /^enc1\.k2\./)
    assert.strictEqual(rotated.decrypt(old, owner), token)
    assert.strictEqual(rotated.decrypt(young, owner), token)
    assert.strictEqual(whyOf(cipher.decrypt(young, owner)), "unknown k2")
    assert.deepStrictEqual(unknownKey(young), { why: "unknown", keyId: "k2" })
    const erased = AesTokenCipher.make(keysOf("k2", "k1 erased"))
    assert.strictEqual(whyOf(erased.decrypt(old, owner)), "erased k1")
  })
})
