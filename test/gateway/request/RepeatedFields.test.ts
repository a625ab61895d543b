/** A field that a body has twice, of which readers may take either. */
import { Order } from "@flash-sale/domain/records/Order"
import * as OrderBody from "@flash-sale/gateway/buy/OrderBody"
import * as RepeatedFields from "@flash-sale/gateway/request/RepeatedFields"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Order))
const found = (text: string) => RepeatedFields.find(text, OrderBody.fieldsOf(decode(text)))
const order = (more: string) => `{"request_id":"r","user_id":"u","item_id":"101","amount":1${more}}`

describe("RepeatedFields", () => {
  it("a field that is there twice is found, however it is written", () => {
    expect(found(order(",\"amount\":5"))).toBe("amount")
    expect(found(order(",\"amount\" : 5"))).toBe("amount")
    expect(found(order(",\"am\\u006funt\":5"))).toBe("amount")
    expect(found(order(",\"amount\":1"))).toBe("amount")
    expect(found(order(",\"user_id\":\"v\""))).toBe("user_id")
    expect(found(order(",\"payment_token\":\"a\",\"payment_token\":\"b\""))).toBe("payment_token")
    expect(found(order(",\"x\":{\"amount\":2},\"item_id\":\"101\""))).toBe("item_id")
    expect(found(order(",\"metadata\":{},\"metadata\":{}"))).toBe("metadata")
  })

  it("so is a name of the metadata, and no name of another field", () => {
    expect(found(order(",\"metadata\":{\"a\":\"1\",\"b\":\"2\",\"a\":\"1\"}"))).toBe("metadata.a")
    expect(found(order(",\"metadata\":{\"a\":\"1\",\"\\u0061\":\"2\"}"))).toBe("metadata.a")
    expect(found(order(",\"metadata\":{\"amount\":\"1\"},\"amount\":1"))).toBe("amount")
    for (
      const more of [
        ",\"metadata\":{\"a\":\"1\",\"b\":\"2\"}",
        ",\"metadata\":{\"a\":\"b:\\\"a\\\":{\",\"amount\":\"}\"}",
        ",\"metadata\":{\"a\":\"1\"},\"x\":{\"a\":1,\"a\":2}"
      ]
    ) {
      expect([more, found(order(more))]).toEqual([more, undefined])
    }
  })

  it("all else is none: fields that are not ours, values that look like fields, and fields of fields", () => {
    const others = [
      "",
      ",\"payment_token\":\"a\"",
      ",\"payment_token\":\"\\\"amount\\\":5\"",
      ",\"payment_token\":\"amount\"",
      ",\"payment_token\":\"a:b:c\"",
      ",\"x\":{\"amount\":2,\"user_id\":\"u\"}",
      ",\"x\":[{\"amount\":2},{\"amount\":3}]",
      ",\"x\":1,\"x\":2",
      ",\"x\":\"{\",\"y\":\"\\\\\",\"z\":\"}\""
    ]
    for (const more of others) expect([more, found(order(more))]).toEqual([more, undefined])
    expect(found(`{"request_id":"a:b","user_id":"amount","item_id":"amount","amount":1}`)).toBe(undefined)
  })
})
