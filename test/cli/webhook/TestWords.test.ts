/** What is said of test events: each failure with what to look at. */
import { expect, it } from "@effect/vitest"
import * as TestWords from "@flash-sale/cli/webhook/TestWords"
import { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"

const test = {
  id: "test-1",
  webhook: EndpointName.make("shop"),
  asked_at: "2026-12-01T18:00:00.000Z",
  outcome: "failed"
} as const

it.each<[number | undefined, string | undefined, RegExp]>([
  [301, undefined, /redirects are not followed/],
  [308, undefined, /redirects are not followed/],
  [400, undefined, /have this webhook's secret, verify the raw body, and know the time/],
  [401, undefined, /have this webhook's secret/],
  [404, undefined, /is the path of the url right/],
  [405, undefined, /take POST/],
  [410, undefined, /flash-sale webhook enable/],
  [413, undefined, /body of this size/],
  [418, undefined, /is the receiver running/],
  [429, undefined, /limits how much it takes/],
  [500, undefined, /the receiver's own log/],
  [503, undefined, /running behind its proxy/],
  [undefined, "no answer within 10 s", /let the receiver answer 2xx at once/],
  [
    undefined,
    "10.0.0.7 is no address of the internet (private)",
    /name another one, seen from here.*WEBHOOKS_ALLOW_PRIVATE=true/
  ],
  [undefined, "the exchange failed (DEPTH_ZERO_SELF_SIGNED_CERT)", /certificate is none that this machine trusts/],
  [undefined, "the exchange failed (UNABLE_TO_VERIFY_LEAF_SIGNATURE)", /certificate is none/],
  [undefined, "its name is not known", /have an address, seen from here/],
  [undefined, "its name cannot be looked up now", /have an address, seen from here/],
  [undefined, "the connection was refused", /does a firewall let this in/],
  [undefined, "it cannot be reached", /does a firewall let this in/],
  [undefined, "it did not take the connection in time", /does a firewall let this in/],
  [undefined, "the connection was reset", /can the process of webhooks reach it/],
  [undefined, undefined, /can the process of webhooks reach it/]
])("status %s, %s", (status, error, look) => {
  const known = { ...(status === undefined ? {} : { status }), ...(error === undefined ? {} : { error }) }
  const lines = TestWords.failed({ ...test, ...known, took_ms: 31 })
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain(
    `${status === undefined ? error ?? "no answer came" : `status ${status}`} (after 31 ms, webhook-id test-1)`
  )
  expect(lines[1]).toMatch(look)
})

it("says a status alone, and shows no characters that move a cursor", () => {
  expect(TestWords.failed({ ...test, status: 503, error: "answered 503" })[0]).toBe(
    "webhook shop: the test event was not taken: status 503 (webhook-id test-1)"
  )
  expect(TestWords.failed({ ...test, error: "\u001b[2J" })[0]).not.toContain("\u001b")
})
