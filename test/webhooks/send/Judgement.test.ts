import { assert, describe, it } from "@effect/vitest"
import * as Addresses from "@flash-sale/webhooks/send/Addresses"
import * as Judgement from "@flash-sale/webhooks/send/Judgement"
import * as Signature from "@flash-sale/webhooks/send/Signature"
import { Redacted } from "effect"
import { randomBytes } from "node:crypto"
import { Webhook } from "standardwebhooks"

describe("What an answer means", () => {
  const NOW = Date.parse("2026-11-30T12:00:00Z")
  const cases: ReadonlyArray<readonly [status: number, retryAfter: string | undefined, tag: string, wait: number]> = [
    [200, undefined, "Delivered", 0],
    [201, undefined, "Delivered", 0],
    [204, undefined, "Delivered", 0],
    [299, undefined, "Delivered", 0],
    [301, undefined, "Failed", 0],
    [307, undefined, "Failed", 0],
    [400, undefined, "Failed", 0],
    [404, "60", "Failed", 0],
    [410, "60", "Gone", 0],
    [429, "60", "Failed", 60_000],
    [429, "Mon, 30 Nov 2026 12:02:00 GMT", "Failed", 120_000],
    [429, "Mon, 30 Nov 2026 11:02:00 GMT", "Failed", 0],
    [429, "soon", "Failed", 0],
    [429, "-5", "Failed", 0],
    [500, "60", "Failed", 0],
    [503, "60", "Failed", 60_000],
    [503, undefined, "Failed", 0]
  ]
  it.each(cases)("%s with Retry-After %s: %s, %s", (status, retryAfter, tag, wait) => {
    const attempt = Judgement.judge(status, retryAfter, NOW)
    assert.strictEqual(attempt._tag, tag)
    assert.strictEqual(attempt._tag === "Failed" ? attempt.retryAfter : 0, wait)
  })
})

describe("Addresses", () => {
  const refused = [
    "127.0.0.1",
    "127.9.9.9",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "0.0.0.0",
    "0.1.2.3",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "192.0.0.8",
    "168.63.129.16",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::7f00:1",
    "2001:db8::1",
    "2002:7f00:1::",
    "::7f00:1",
    "::a00:1",
    "::ffff:0:7f00:1",
    "64:ff9b:1::7f00:1",
    "fec0::1",
    "100::1",
    "2001::1",
    "4000::1",
    "5f00::1",
    "fe80::1%eth0",
    "shop.example",
    ""
  ]
  it.each(refused)("%s is refused", (address) => {
    assert.isString(Addresses.refusal(address))
  })

  it.each([
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.32.0.1",
    "2606:4700::1111",
    "64:ff9b::8.8.8.8",
    "2a00:1450::1"
  ])(
    "%s is of the internet",
    (address) => {
      assert.isUndefined(Addresses.refusal(address))
    }
  )
})

describe("Signatures", () => {
  it.each([24, 32, 64])("verify with the library, with a secret of %s bytes, old or new", (length) => {
    const secrets = [randomBytes(length), randomBytes(length)]
    const body = JSON.stringify({ note: "überraschung 🎁" })
    const timestamp = Math.floor(Date.now() / 1_000)
    const headers = {
      "webhook-id": "3-10-3",
      "webhook-timestamp": String(timestamp),
      "webhook-signature": Signature.sign(secrets.map((secret) => Redacted.make(secret)), {
        id: "3-10-3",
        timestamp,
        body
      })
    }
    for (const secret of secrets) {
      const library = new Webhook(secret.toString("base64"))
      assert.deepStrictEqual(library.verify(body, headers), JSON.parse(body))
      assert.include(headers["webhook-signature"].split(" "), library.sign("3-10-3", new Date(timestamp * 1_000), body))
    }
    assert.throws(() => new Webhook(randomBytes(length).toString("base64")).verify(body, headers))
    assert.throws(() => new Webhook(secrets[0]!.toString("base64")).verify(`${body} `, headers))
  })
})
