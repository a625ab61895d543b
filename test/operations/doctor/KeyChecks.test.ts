/** What a file of api keys is worth, by what is in it and when that ends. */
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import * as KeyChecks from "@flash-sale/operations/doctor/keys/KeyChecks"
import { expect, it } from "vitest"

const NOW = Date.UTC(2026, 10, 30)
const DAY = 86_400_000

const key = (name: string, days: number) => ({
  name: KeyName.make(name),
  scopes: ["orders"] as const,
  expiresAt: NOW + days * DAY
})
const judged = (keys: KeyChecks.KeyFacts["keys"], more: Partial<KeyChecks.KeyFacts> = {}) =>
  Object.fromEntries(
    KeyChecks.judge({ path: "/srv/keys.json", keys, now: NOW, isRequired: true, ...more }).map((one) => [one.id, one])
  )

it("finds nothing to mend in keys that are for ever, or for long", () => {
  const found = judged({ found: [key("shop", 90), key("ops", Number.POSITIVE_INFINITY)] })
  expect(found["keys.file"]).toMatchObject({ verdict: "ok", detail: "2 keys in /srv/keys.json" })
  expect(found["keys.expiry"]?.verdict).toBe("ok")
})

it("names keys that have expired, and those that soon will", () => {
  const soon = judged({ found: [key("shop", 13), key("ops", 90)] })["keys.expiry"]
  expect(soon).toMatchObject({ verdict: "warning", detail: "soon: shop (until 2026-12-13)" })
  const expired = judged({ found: [key("old", -1), key("shop", 1)] })["keys.expiry"]
  expect(expired).toMatchObject({
    verdict: "warning",
    detail: "expired: old (until 2026-11-29); soon: shop (until 2026-12-01)",
    mend: expect.stringContaining("flash-sale key create")
  })
})

it("says where there is no file, and what is wrong with one that cannot be used", () => {
  expect(judged({ found: undefined })["keys.file"]?.verdict).toBe("warning")
  expect(judged({ found: undefined }, { isRequired: false })["keys.file"]?.verdict).toBe("ok")
  expect(judged({ found: undefined }, { path: undefined })["keys.file"]?.mend).toContain("API_KEYS_FILE")
  const bad = judged({ why: "the api keys cannot be used: /srv/keys.json: is no JSON" })
  expect(bad["keys.file"]).toMatchObject({ verdict: "wrong", detail: expect.stringContaining("is no JSON") })
  expect(bad["keys.expiry"]?.verdict).toBe("not_looked_at")
})
