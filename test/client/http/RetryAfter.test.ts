/** Reading when to come back, by header and by body. */
import { expect, it } from "vitest"
import { retryAfterMillis } from "../../../packages/client/src/http/RetryAfter.ts"

const of = (headers: Readonly<Record<string, string>>, body?: Readonly<Record<string, unknown>>) =>
  retryAfterMillis(new Headers(headers), body)

it("the header comes before the body, and nonsense is none", () => {
  expect(of({ "retry-after": "7" }, { retry_after_seconds: 3 })).toBe(7_000)
  expect(of({}, { retry_after_seconds: 3 })).toBe(3_000)
  for (const value of ["", "soon", "-1", "1.5e3"]) expect(of({ "retry-after": value })).toBeUndefined()
  for (const value of ["3", -1, Infinity, null]) expect(of({}, { retry_after_seconds: value })).toBeUndefined()
})

it("a date is compared with that of the answer, whatever the clock here says", () => {
  const date = "Tue, 01 Dec 2026 18:00:00 GMT"
  expect(of({ "retry-after": "Tue, 01 Dec 2026 18:00:30 GMT", date })).toBe(30_000)
  expect(of({ "retry-after": "Tue, 01 Dec 2026 17:00:00 GMT", date })).toBe(0)
  expect(of({ "retry-after": "Tue, 01 Dec 2026 18:00:30 GMT" })).toBeUndefined()
})

it("no time is longer than a timer knows", () => {
  expect(of({ "retry-after": "9".repeat(400) })).toBe(2 ** 31 - 1)
})
