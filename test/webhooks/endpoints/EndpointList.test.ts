import { assert, describe, it } from "@effect/vitest"
import * as EndpointList from "@flash-sale/webhooks/endpoints/EndpointList"
import { randomBytes } from "node:crypto"

const secret = (bytes = 32) => `whsec_${randomBytes(bytes).toString("base64")}`
const good = { name: "shop", url: "https://shop.example/hooks?from=sale", secret: secret(), events: ["order.*"] }
const wrong = (change: Readonly<Record<string, unknown>>) =>
  EndpointList.parse(JSON.stringify([{ ...good, ...change }]))

describe("The file of the endpoints", () => {
  it("has endpoints with one secret or two", () => {
    const found = EndpointList.parse(JSON.stringify([
      good,
      { ...good, name: "erp-2", secret: [secret(24), secret(64)], events: ["*"], disabled: true }
    ]))
    if (typeof found === "string") return assert.fail(found)
    assert.deepStrictEqual(found.map(({ isDisabled, name, secrets }) => [name, secrets.length, isDisabled]), [
      ["shop", 1, false],
      ["erp-2", 2, true]
    ])
    assert.isFalse(JSON.stringify(found).includes("whsec_"))
  })

  const cases: ReadonlyArray<readonly [what: string, found: unknown, expected: string]> = [
    ["no list", EndpointList.parse("{}"), "holds no JSON list of endpoints"],
    ["no JSON", EndpointList.parse("[{"), "holds no JSON list of endpoints"],
    ["an entry that is none", EndpointList.parse("[1]"), "endpoint 1 is no endpoint"],
    ["a name", wrong({ name: "Shop" }), "endpoint 1, name: must be 1 to 40 of a-z, 0-9 and -"],
    ["a long name", wrong({ name: "a".repeat(41) }), "endpoint 1, name: must be 1 to 40 of a-z, 0-9 and -"],
    ["no url", wrong({ url: undefined }), "endpoint 1, url: is missing"],
    [
      "another scheme",
      wrong({ url: "ftp://shop.example" }),
      "endpoint 1, url: must be an http or https URL without a user, a password and a fragment"
    ],
    [
      "a password",
      wrong({ url: "https://me:pass@shop.example" }),
      "endpoint 1, url: must be an http or https URL without a user, a password and a fragment"
    ],
    [
      "a short secret",
      wrong({ secret: secret(23) }),
      "endpoint 1, secret: must be whsec_ and 24 to 64 bytes in base64"
    ],
    ["a long secret", wrong({ secret: secret(65) }), "endpoint 1, secret: must be whsec_ and 24 to 64 bytes in base64"],
    [
      "a secret with no prefix",
      wrong({ secret: secret().slice(6) }),
      "endpoint 1, secret: must be whsec_ and 24 to 64 bytes in base64"
    ],
    [
      "a secret that is no base64",
      wrong({ secret: `whsec_${"!".repeat(60)}` }),
      "endpoint 1, secret: must be whsec_ and 24 to 64 bytes in base64"
    ],
    [
      "three secrets",
      wrong({ secret: [secret(), secret(), secret()] }),
      "endpoint 1, secret: must be one secret or two"
    ],
    ["no events", wrong({ events: [] }), "endpoint 1, events: must be 1 to 20 types of events"],
    [
      "events that nobody tells",
      wrong({ events: ["order.complete"] }),
      "endpoint 1, events: matches no type of events that is sent"
    ],
    ["counts", wrong({ events: ["item.refused"] }), "endpoint 1, events: matches no type of events that is sent"],
    [
      "many stars that match nothing",
      wrong({ events: [`${"*".repeat(63)}x`] }),
      "endpoint 1, events: matches no type of events that is sent"
    ],
    [
      "a port that is none",
      wrong({ url: "https://shop.example:65536/" }),
      "endpoint 1, url: must be an http or https URL without a user, a password and a fragment"
    ],
    [
      "a user alone",
      wrong({ url: "https://me@shop.example/" }),
      "endpoint 1, url: must be an http or https URL without a user, a password and a fragment"
    ],
    [
      "a long url",
      wrong({ url: `https://shop.example/${"a".repeat(2_000)}` }),
      "endpoint 1, url: must be an http or https URL without a user, a password and a fragment"
    ],
    [
      "a secret in the place of the url",
      wrong({ url: secret() }),
      "endpoint 1, url: must be an http or https URL without a user, a password and a fragment"
    ],
    ["a name with a line end", wrong({ name: "shop\n" }), "endpoint 1, name: must be 1 to 40 of a-z, 0-9 and -"],
    ["null for a secret", wrong({ secret: null }), "endpoint 1, secret: must be one secret or two"],
    ["a text for disabled", wrong({ disabled: "true" }), "endpoint 1, disabled: is not what it must be"],
    ["null", EndpointList.parse("null"), "holds no JSON list of endpoints"],
    ["lists in lists", EndpointList.parse(`${"[".repeat(30_000)}${"]".repeat(30_000)}`), "endpoint 1 is no endpoint"],
    [
      "a prototype",
      EndpointList.parse(`[{"__proto__":{},"name":"shop"}]`),
      "endpoint 1, __proto__: is no field of an endpoint"
    ],
    ["a mark of byte order", EndpointList.parse(`\uFEFF[]`), "holds no JSON list of endpoints"],
    ["a misspelled field", wrong({ dissabled: true }), "endpoint 1, dissabled: is no field of an endpoint"],
    ["a name twice", EndpointList.parse(JSON.stringify([good, good])), "two endpoints have the name shop"],
    [
      "too many",
      EndpointList.parse(JSON.stringify(Array.from({ length: 51 }, (_, at) => ({ ...good, name: `e-${at}` })))),
      "holds more than 50 endpoints"
    ]
  ]
  it.each(cases)("is refused with %s", (_, found, expected) => {
    assert.strictEqual(found, expected)
  })
})
