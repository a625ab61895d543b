/** Which tokens an order may come with, and which ones a record may hold. */
import { assert, describe, it } from "@effect/vitest"
import { isCardNumber } from "@flash-sale/domain/records/CardNumber"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as Order from "@flash-sale/domain/records/Order"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import {
  EncryptedToken,
  isEncryptedToken,
  isRecordedToken,
  PaymentToken,
  RecordedToken
} from "@flash-sale/domain/records/PaymentToken"
import { Result, Schema } from "effect"

/** Numbers of cards, of 13 to 19 digits; most of them are published for tests. */
const CARDS = [
  "4222222222222",
  "30569309025904",
  "378282246310005",
  "4111111111111111",
  "5555 5555 5555 4444",
  "6011-1111-1111-1117",
  "4111 1111–1111 1111",
  " 4111111111111111 ",
  "6304000000000000000"
]
/** Other digits, or a check digit that is wrong. */
const NO_CARDS = [
  "4111111111111112",
  "411111111111",
  "63040000000000000000",
  "tok_4111111111111111",
  "4111111111111111x",
  "",
  "- - - - - - - - - -",
  "pm_1234567890123456"
]

/** Encrypted by a key of the id k1: as short as may be, and as long. */
const SHORT = `enc1.k1.${"n".repeat(16)}.${"c".repeat(23)}`
const LONG = `enc1.${"k".repeat(32)}.${"n".repeat(16)}.${"c".repeat(822)}`

const order = { request_id: "r-1", user_id: "u-1", item_id: "101", amount: 1 }
const offered = Schema.decodeUnknownResult(Order.Order)
const recorded = (token: unknown) =>
  LogRecord.decode(ItemId.make("101"), {
    partition: PartitionId.make(0),
    offset: Offset.make(0),
    timestamp: 0,
    key: "101",
    value: new TextEncoder().encode(JSON.stringify({ ...order, payment_token: token })),
    headers: {}
  })._tag

describe("PaymentToken", () => {
  it("a number of 13 to 19 digits with a right check digit is a card's, whatever stands between them", () => {
    for (const text of CARDS) assert.isTrue(isCardNumber(text), text)
    for (const text of NO_CARDS) assert.isFalse(isCardNumber(text), text)
  })

  it("every digit of a card's number counts for its check digit", () => {
    for (let at = 0; at < 16; at++) {
      const digits = "4111111111111111".split("")
      digits[at] = String((Number(digits[at]) + 1) % 10)
      assert.isFalse(isCardNumber(digits.join("")), digits.join(""))
    }
  })

  it("an order with the number of a card is refused, and so is one that seems to be encrypted", () => {
    for (const token of [...CARDS, SHORT, LONG, "enc1.", "enc1.k1"]) {
      const result = offered({ ...order, payment_token: token })
      assert.isTrue(Result.isFailure(result), token)
      if (Result.isFailure(result) && token !== "enc1.") assert.notInclude(result.failure.message, token)
    }
    for (const token of ["tok_1", "4111111111111112", "enc1", "ENC1.k1", "pm_enc1.", "t".repeat(200)]) {
      assert.isTrue(Result.isSuccess(offered({ ...order, payment_token: token })), token)
    }
  })

  it("a record holds what it held before, and the encrypted form besides", () => {
    for (const token of ["tok_1", "4111111111111111", "enc1.", "t".repeat(200), SHORT, LONG]) {
      assert.strictEqual(recorded(token), "Place", token)
      assert.isTrue(isRecordedToken(token), token)
    }
    // Longer than a token ever was, and not encrypted: unreadable as before, so that a refold decides the same.
    for (const token of ["", "t".repeat(201), `${LONG}c`, `x${LONG}`, LONG.replace("enc1", "enc2"), "a\u0001", 7]) {
      assert.strictEqual(recorded(token), "Unreadable", String(token))
      assert.isFalse(isRecordedToken(token), String(token))
    }
  })

  it("what is encrypted is told from what is in clear by its form alone", () => {
    for (const token of [SHORT, LONG]) assert.isTrue(isEncryptedToken(RecordedToken.make(token)))
    assert.strictEqual(EncryptedToken.make(LONG).length, 877)
    for (const token of ["tok", "enc1.", "enc1.k1.n.c", "t".repeat(200)]) {
      assert.isFalse(isEncryptedToken(PaymentToken.make(token)), token)
    }
  })

  it("two orders that differ in their tokens alone are the same order, encrypted or not", () => {
    const one = Order.read({ ...order, payment_token: "tok_1" })
    const other = Order.read({ ...order, payment_token: LONG })
    assert.strictEqual(Order.fingerprint(one!), Order.fingerprint(other!))
  })
})
