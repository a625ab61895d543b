/** What a letter's value is printed as: never with a payment token in it. */
import { assert, describe, it } from "@effect/vitest"
import * as LetterValue from "@flash-sale/operations/letters/LetterValue"

const printed = (value: string | Uint8Array): string =>
  JSON.stringify(
    LetterValue.of(typeof value === "string" ? new TextEncoder().encode(value) : value),
    LetterValue.hideToken
  )

describe("LetterValue", () => {
  it("JSON is printed as it is, without the token at any depth", () => {
    assert.strictEqual(printed("{\"a\":1,\"b\":[\"x\"]}"), "{\"value\":{\"a\":1,\"b\":[\"x\"]}}")
    for (
      const text of [
        "{\"payment_token\":\"tok_1\"}",
        "{\"payment_token\":{\"id\":\"tok_1\"}}",
        "{\"payment_token\":\"enc1.tok_1\",\"amount\":1}",
        "{\"payment\\u005ftoken\":\"tok_1\"}",
        "[{\"order\":{\"payment_token\":\"tok_1\"}}]",
        "\"{\\\"payment_token\\\":\\\"tok_1\\\"}\""
      ]
    ) {
      assert.notInclude(printed(text), "tok_1", text)
      assert.include(printed(text), "(not shown)", text)
    }
  })

  it("what is no JSON is printed as text, without the token as far as it goes", () => {
    assert.strictEqual(printed("{\"not an order"), JSON.stringify({ value_text: "{\"not an order" }))
    for (
      const [text, shown] of [
        ["{\"payment_token\":\"tok_1\",\"amount\":", "{\"payment_token\":(not shown),\"amount\":"],
        ["{\"payment_token\": \"tok_1 \\\" tok_1", "{\"payment_token\": (not shown)"],
        ["{'payment_token':'tok_1'}", "{'payment_token':(not shown)}"],
        ["item=101&payment_token=tok_1&amount=1", "item=101&payment_token=(not shown)&amount=1"]
      ] as const
    ) assert.strictEqual(printed(text), JSON.stringify({ value_text: shown }))
  })

  it("what is no text is printed in base64, without the token in it", () => {
    const bytes = Buffer.concat([Buffer.from([0xff]), Buffer.from("{\"payment_token\":\"tok_1\"}")])
    const base64 = /"value_base64":"([^"]+)"/.exec(printed(bytes))?.[1] ?? ""
    const decoded = Buffer.from(base64, "base64").toString("latin1")
    assert.strictEqual(decoded, "\u00ff{\"payment_token\":(not shown)}")
    assert.strictEqual(printed(Uint8Array.of(0xff, 0)), "{\"value_base64\":\"/wA=\"}")
  })
})
