/** Checks of keys and tokens, many at once. */
import { assert, describe, it } from "@effect/vitest"
import type { Identity } from "@flash-sale/domain/ports/Callers"
import * as CredentialChecks from "@flash-sale/gateway/access/CredentialChecks"
import { Deferred, Effect, Fiber } from "effect"

const REJECTED: Identity = { _tag: "Rejected", code: "unauthenticated", why: "Not a key that is known" }
const MAX = CredentialChecks.CREDENTIAL_FAILURES.max
const client = () => "192.0.2.7"

describe("CredentialChecks", () => {
  it.effect("forged tokens that are checked at the same moment do not pass the bound of their address", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const checks = CredentialChecks.make(
        {
          known: () => undefined,
          identify: () => Effect.as(Deferred.await(gate), REJECTED),
          keys: () => []
        },
        3 * MAX,
        () => 1_000
      )
      const one = Effect.gen(function*() {
        if (checks.waitOf(client) > 0) return "TooManyFailures"
        const identity = yield* checks.check("Bearer forged")
        return identity._tag === "Rejected" ? checks.reject(identity, client)._tag : identity._tag
      })
      const begun = yield* Effect.forEach(
        Array.from({ length: 3 * MAX }),
        () => Effect.forkChild(one, { startImmediately: true })
      )
      // All of them are under way, and one more is not let in.
      assert.strictEqual(yield* one, "Overloaded")
      yield* Deferred.succeed(gate, undefined)
      const said = yield* Effect.forEach(begun, Fiber.join)
      assert.strictEqual(said.filter((tag) => tag === "Rejected").length, MAX)
      assert.strictEqual(said.filter((tag) => tag === "TooManyFailures").length, 2 * MAX)
      assert.strictEqual(yield* one, "TooManyFailures")
    }))
})
