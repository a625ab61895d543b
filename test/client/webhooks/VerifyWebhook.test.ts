/** Webhooks as the client verifies them: each wrong input, and the package `standardwebhooks` in both directions. */
import * as EventExamples from "@flash-sale/domain/api/asyncapi/EventExamples"
import type { AdjustedCloudEvent, OrderCloudEvent, SaleCloudEvent } from "@flash-sale/domain/events/CloudEvent"
import { createHmac, randomBytes } from "node:crypto"
import { Webhook } from "standardwebhooks"
import { describe, expect, expectTypeOf, it, vi } from "vitest"
import * as Client from "../../../packages/client/src/main.ts"

const BODIES = process.env["FULL"] === "1" ? 5_000 : 300
/** Seconds since 1970. */
const SENT = 1_796_148_000
const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`
const OTHER = `whsec_${Buffer.alloc(24, 9).toString("base64")}`
const BODY = JSON.stringify(EventExamples.BY_TYPE.get("order.completed"))
const ID = "3-1204-3"

const bytesOf = (body: string | Uint8Array): Uint8Array =>
  typeof body === "string" ? new TextEncoder().encode(body) : body

/** Signed by what Standard Webhooks says, with Node's own HMAC. */
const sign = (secret: string, id: string, timestamp: string, body: string | Uint8Array): string => {
  const hmac = createHmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64"))
  return `v1,${hmac.update(`${id}.${timestamp}.`).update(bytesOf(body)).digest("base64")}`
}

const headersOf = (more: Readonly<Record<string, string>> = {}, body: string | Uint8Array = BODY) => ({
  "webhook-id": ID,
  "webhook-timestamp": String(SENT),
  "webhook-signature": sign(SECRET, ID, more["webhook-timestamp"] ?? String(SENT), body),
  ...more
})

const verify = (
  headers: Client.WebhookHeaders,
  body: string | Uint8Array | ArrayBuffer = BODY,
  secrets: string | ReadonlyArray<string> = SECRET,
  seconds = SENT
) => Client.verifyWebhook(secrets, headers, body, { receivedAt: new Date(seconds * 1_000) })

const without = (name: string) => Object.fromEntries(Object.entries(headersOf()).filter(([key]) => key !== name))

describe("a request is refused", () => {
  const signature = headersOf()["webhook-signature"]
  const signed = (body: string | Uint8Array): readonly [Client.WebhookHeaders, string | Uint8Array] => [
    headersOf({}, body),
    body
  ]
  const timed = (text: string): readonly [Client.WebhookHeaders] => [headersOf({ "webhook-timestamp": text })]
  const withSignature = (text: string): readonly [Client.WebhookHeaders] => [headersOf({ "webhook-signature": text })]

  it.each<[string, string, readonly [Client.WebhookHeaders, (string | Uint8Array)?]]>([
    ["without its id", "missing_header", [without("webhook-id")]],
    ["without its time", "missing_header", [without("webhook-timestamp")]],
    ["without a signature", "missing_header", [without("webhook-signature")]],
    ["with an empty header", "missing_header", [headersOf({ "webhook-id": "" })]],
    ["without headers", "missing_header", [new Headers()]],
    ["with a time in words", "invalid_timestamp", timed("now")],
    ["with a broken time", "invalid_timestamp", timed(`${SENT}.5`)],
    ["with a time below zero", "invalid_timestamp", timed("-1")],
    ["with digits that go on", "invalid_timestamp", timed("9".repeat(12))],
    ["with a time of 301 s ago", "timestamp_too_old", timed(String(SENT - 301))],
    ["with a time in 301 s", "timestamp_too_new", timed(String(SENT + 301))],
    ["with a time in milliseconds", "timestamp_too_new", timed("99999999999")],
    ["under another id", "no_signature_matches", [headersOf({ "webhook-id": "3-1204-4" })]],
    ["that is another body", "no_signature_matches", [headersOf(), `${BODY} `]],
    ["that has no body", "no_signature_matches", [headersOf(), ""]],
    ["signed by another secret", "no_signature_matches", withSignature(sign(OTHER, ID, String(SENT), BODY))],
    ["with a signature of another version", "no_signature_matches", withSignature(signature.replace("v1", "v2"))],
    ["with no version", "no_signature_matches", withSignature(signature.slice(3))],
    ["with half a signature", "no_signature_matches", withSignature(signature.slice(0, 30))],
    ["with a signature that is no base64", "no_signature_matches", withSignature("v1,???")],
    ["with an empty signature", "no_signature_matches", withSignature("v1,")],
    ["with the same bits in another spelling", "no_signature_matches", withSignature(signature.replace(/=$/, ""))],
    [
      "with its signature behind ten others",
      "no_signature_matches",
      withSignature(`${"v1,x ".repeat(10)}${signature}`)
    ],
    ["that is no JSON", "not_an_event", signed("hello")],
    ["that is empty", "not_an_event", signed("")],
    ["that is a list", "not_an_event", signed(`[${BODY}]`)],
    ["that is no UTF-8", "not_an_event", signed(Uint8Array.of(0x7b, 0xff, 0x7d))],
    ["that is no CloudEvent", "not_an_event", signed("{}")],
    ["that is one of another version", "not_an_event", signed(BODY.replace("\"1.0\"", "\"0.3\""))],
    ["that has no id", "not_an_event", signed(BODY.replace(`"${ID}"`, "\"\""))],
    ["that has no data", "not_an_event", signed(BODY.replace("\"data\"", "\"date\""))]
  ])("%s: %s", async (_name, code, [headers, body]) => {
    await expect(verify(headers, body)).rejects.toMatchObject({ name: "WebhookError", code })
  })

  it("and its error is an error of the client that does not show the secret", async () => {
    const error: unknown = await verify(headersOf({ "webhook-signature": "v1,x" })).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(Client.WebhookError)
    expect(JSON.stringify(error) + String(error)).not.toContain(SECRET.slice(6))
  })
})

describe("a request is taken", () => {
  it("up to five minutes before and after it was sent", async () => {
    for (const away of [-300, 0, 300]) {
      expect(await verify(headersOf(), BODY, SECRET, SENT + away)).toMatchObject({ id: ID })
    }
  })

  it("by the clock of this machine, where nobody says when it came", async () => {
    const now = String(Math.floor(Date.now() / 1_000))
    const headers = headersOf({ "webhook-timestamp": now })
    expect(await Client.verifyWebhook(SECRET, headers, BODY)).toMatchObject({ id: ID })
    await expect(Client.verifyWebhook(SECRET, headersOf({ "webhook-timestamp": "1796148" }), BODY))
      .rejects.toMatchObject({ code: "timestamp_too_old" })
  })

  it("with the headers of fetch, of Node, and of anything that writes their names in its own way", async () => {
    const headers = headersOf()
    const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
    const capitals = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]))
    for (const one of [headers, new Headers(headers), lists, capitals, { ...headers, host: undefined }]) {
      expect(await verify(one)).toMatchObject({ id: ID })
    }
  })

  it("with its body as text or bytes", async () => {
    const bytes = bytesOf(BODY)
    const part = Buffer.concat([Buffer.from("before"), bytes]).subarray(6)
    for (const body of [BODY, bytes, Buffer.from(BODY), part, Uint8Array.from(bytes).buffer]) {
      expect(await verify(headersOf(), body)).toEqual(JSON.parse(BODY))
    }
  })

  it("by either of two secrets, and by any of several signatures", async () => {
    const old = sign(OTHER, ID, String(SENT), BODY)
    const both = headersOf({ "webhook-signature": `v1a,x ${old} ${headersOf()["webhook-signature"]}` })
    for (const secrets of [SECRET, OTHER, [SECRET], [OTHER, SECRET], [SECRET, OTHER]]) {
      expect(await verify(both, BODY, secrets)).toMatchObject({ id: ID })
    }
    expect(await verify(headersOf({ "webhook-signature": old }), BODY, [SECRET, OTHER])).toMatchObject({ id: ID })
  })

  it("of a type that this release does not know", async () => {
    const body = BODY.replace("order.completed", "order.lost")
    expect(await verify(headersOf({}, body), body)).toMatchObject({ type: "order.lost" })
  })
})

describe("an argument is wrong", () => {
  const raw = Buffer.alloc(32, 7).toString("base64")

  it.each<[unknown, string]>([
    ["", "secrets must be whsec_"],
    [raw, "secrets must be whsec_"],
    [`whsec_${raw}=`, "secrets must be whsec_"],
    [` whsec_${raw}`, "secrets must be whsec_"],
    [`whsec_${Buffer.alloc(23).toString("base64")}`, "24 to 64 bytes"],
    [`whsec_${Buffer.alloc(65).toString("base64")}`, "24 to 64 bytes"],
    [undefined, "secrets must be whsec_"],
    [[], "secrets must be one secret or a list of 1 to 2"],
    [[SECRET, OTHER, SECRET], "secrets must be one secret or a list of 1 to 2"],
    [[SECRET, "whsec_x"], "secrets[1] must be whsec_"]
  ])("the secret %j", async (secrets, message) => {
    const given = secrets as string
    const error: unknown = await Client.verifyWebhook(given, headersOf(), BODY).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(message)
    expect(String(error)).not.toContain(raw)
  })

  it("a body that was parsed, headers that are none, and a moment that is none", async () => {
    const parsed = JSON.parse(BODY) as string
    await expect(verify(headersOf(), parsed)).rejects.toThrow("body must be the raw body")
    await expect(verify(headersOf(), BODY, SECRET, Number.NaN)).rejects.toThrow("receivedAt must be a moment")
    await expect(verify("webhook-id: 1" as never)).rejects.toBeInstanceOf(TypeError)
  })

  it("and a platform without WebCrypto says so", async () => {
    vi.stubGlobal("crypto", undefined)
    try {
      await expect(verify(headersOf())).rejects.toThrow("there is no WebCrypto here")
    } finally {
      vi.unstubAllGlobals()
    }
  })
})

/** Any text that JSON can hold, with characters of one to four bytes. */
const anyText = (): string => {
  const points = Array.from(randomBytes(24), (byte) => [byte, 0xe0 + byte, 0x4e00 + byte, 0x1f300 + byte][byte % 4]!)
  return String.fromCodePoint(...points)
}

const anyBody = (): string => {
  const event = { specversion: "1.0", id: anyText(), source: "/", time: "now", type: anyText(), data: {} }
  return JSON.stringify({ ...event, data: { [anyText()]: anyText() } }, null, randomBytes(1)[0]! % 3)
}

describe("standardwebhooks", () => {
  it("makes signatures that the client takes, and takes those that the client does, of any body", async () => {
    for (let at = 0; at < BODIES; at++) {
      const body = anyBody()
      const secret = `whsec_${randomBytes(24 + at % 41).toString("base64")}`
      const [id, now] = [`${at}-${randomBytes(2).toString("hex")}`, new Date()]
      const timestamp = String(Math.floor(now.getTime() / 1_000))
      const theirs = new Webhook(secret)
      const headers = { "webhook-id": id, "webhook-timestamp": timestamp }
      const signed = { ...headers, "webhook-signature": theirs.sign(id, now, body) }
      const forged = { ...signed, "webhook-signature": theirs.sign(id, now, `${body} `) }
      expect(signed["webhook-signature"]).toBe(sign(secret, id, timestamp, body))
      expect(await Client.verifyWebhook(secret, signed, body), body).toEqual(theirs.verify(body, signed))
      expect(() => theirs.verify(body, forged)).toThrow("No matching signature")
      await expect(Client.verifyWebhook(secret, forged, body)).rejects.toMatchObject({ code: "no_signature_matches" })
    }
  })
})

it("each event of the engine that is sent has the type that the client says", () => {
  expectTypeOf<typeof OrderCloudEvent.Encoded>().toExtend<Client.OrderWebhook>()
  expectTypeOf<typeof AdjustedCloudEvent.Encoded>().toExtend<Client.ItemAdjustedWebhook>()
  expectTypeOf<typeof SaleCloudEvent.Encoded>().toExtend<Client.SaleChangedWebhook>()
  type Data<A extends { readonly data: object }> = keyof A["data"]
  expectTypeOf<keyof typeof OrderCloudEvent.Encoded>().toEqualTypeOf<keyof Client.OrderWebhook>()
  expectTypeOf<Data<typeof OrderCloudEvent.Encoded>>().toEqualTypeOf<keyof Client.OrderEventData>()
  expectTypeOf<Data<typeof AdjustedCloudEvent.Encoded>>().toEqualTypeOf<keyof Client.AdjustedEventData>()
  expectTypeOf<Data<typeof SaleCloudEvent.Encoded>>().toEqualTypeOf<keyof Client.SaleEventData>()
  type Sale = (typeof SaleCloudEvent.Encoded)["data"]["sale"]
  expectTypeOf<keyof Sale>().toEqualTypeOf<keyof Client.SaleEventData["sale"]>()
  expectTypeOf<Client.OrderEventType>().toEqualTypeOf<(typeof OrderCloudEvent.Encoded)["type"]>()
})
