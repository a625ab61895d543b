/** When a call is sent again, as a pure decision. */
import { describe, expect, it } from "vitest"
import { afterNamed, backoff, decide, type Failed } from "../../../packages/client/src/retry/RetryDecision.ts"

const POLICY = { attempts: 4, totalMillis: 10_000, baseMillis: 200, maxMillis: 1_000 }
const away: Failed = { retryable: true, status: undefined, retryAfterMillis: undefined }
const unavailable: Failed = { retryable: true, status: 503, retryAfterMillis: 2_000 }

describe("RetryDecision", () => {
  it("never sends again what is not retryable", () => {
    for (const status of [undefined, 400, 409, 422, 500, 503]) {
      expect(decide({ retryable: false, status, retryAfterMillis: 1 }, 1, 0, POLICY, 0)).toBeUndefined()
    }
  })

  it("waits longer after each failure, half of it by chance, up to the longest pause", () => {
    expect([1, 2, 3].map((attempt) => decide(away, attempt, 0, POLICY, 0))).toEqual([100, 200, 400])
    expect([1, 2, 3].map((attempt) => decide(away, attempt, 0, POLICY, 1))).toEqual([200, 400, 800])
    expect(backoff(10, POLICY, 1)).toBe(1_000)
    expect(backoff(1_000_000, POLICY, 1)).toBe(1_000)
  })

  it("waits as long as the engine says, and never less", () => {
    expect(decide(unavailable, 1, 0, POLICY, 0)).toBe(2_000)
    expect(decide(unavailable, 1, 0, POLICY, 1)).toBe(3_000)
    expect(afterNamed(0, 1)).toBe(100)
  })

  it("ends with the last attempt", () => {
    expect(decide(away, 3, 0, POLICY, 0)).toBeDefined()
    expect(decide(away, 4, 0, POLICY, 0)).toBeUndefined()
    expect(decide(away, 1, 0, { ...POLICY, attempts: 1 }, 0)).toBeUndefined()
  })

  it("does not begin a pause that the whole time has no room for", () => {
    expect(decide(unavailable, 1, 7_999, POLICY, 0)).toBe(2_000)
    expect(decide(unavailable, 1, 8_000, POLICY, 0)).toBeUndefined()
    expect(decide({ ...unavailable, retryAfterMillis: 3_600_000 }, 1, 0, POLICY, 0)).toBeUndefined()
  })

  it("sends a refusal again only where the engine says when", () => {
    expect(decide({ retryable: true, status: 410, retryAfterMillis: undefined }, 1, 0, POLICY, 0)).toBeUndefined()
    expect(decide({ retryable: true, status: 429, retryAfterMillis: 1_000 }, 1, 0, POLICY, 0)).toBe(1_000)
    expect(decide({ retryable: true, status: 500, retryAfterMillis: undefined }, 1, 0, POLICY, 0)).toBe(100)
  })
})
