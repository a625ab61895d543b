import { assert, describe, it } from "@effect/vitest"
import * as RetryAfter from "@flash-sale/infra/payment/RetryAfter"

const now = Date.UTC(2026, 0, 1, 12, 0, 0)

const cases: ReadonlyArray<readonly [header: string | undefined, millis: number | undefined]> = [
  ["0", 0],
  ["120", 120_000],
  [" 7 ", 7_000],
  ["Thu, 01 Jan 2026 12:00:30 GMT", 30_000],
  ["Thu, 01 Jan 2026 11:59:00 GMT", 0],
  [undefined, undefined],
  ["", undefined],
  ["-5", undefined],
  ["1.5", undefined],
  ["1e9", undefined],
  ["99999999999999999999", undefined],
  ["soon", undefined],
  ["soon GMT", undefined],
  ["2026-01-01", undefined]
]

describe("RetryAfter", () => {
  for (const [header, millis] of cases) {
    it(`a Retry-After of ${JSON.stringify(header)} is ${millis} ms`, () =>
      assert.strictEqual(RetryAfter.read(header, now), millis))
  }
})
