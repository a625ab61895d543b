/** What the gatekeeper says where checks are many or slow, and of what it remembers. */
import { assert, describe, it } from "@effect/vitest"
import * as CredentialChecks from "@flash-sale/gateway/access/CredentialChecks"
import { Denied } from "@flash-sale/gateway/access/Denied"
import * as Gatekeeper from "@flash-sale/gateway/access/Gatekeeper"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as TestCallers from "../TestCallers.ts"

const engine = Gatekeeper.layer({ auth: "required", maxChecks: 2, isTrusted: () => false }).pipe(
  Layer.provideMerge(TestCallers.layer)
)
const headers = (authorization: string) => ({ authorization })
const saidOf = (entry: Gatekeeper.Entry | undefined): string | undefined =>
  entry instanceof Denied ? entry.denial._tag : entry?._tag

describe("The gatekeeper", () => {
  it.effect("checks so many tokens at once and no more; a check that takes too long ends", () =>
    Effect.gen(function*() {
      const gatekeeper = yield* Gatekeeper.Gatekeeper
      const switches = yield* TestCallers.CallerSwitches
      switches.wait = Effect.never
      const checks = yield* Effect.forEach(
        ["a", "b"],
        (user) => Effect.forkChild(gatekeeper.identify(headers(`Bearer buyer ${user}`), "192.0.2.1"))
      )
      yield* TestClock.adjust("4999 millis")
      assert.strictEqual(saidOf(yield* gatekeeper.identify(headers("Bearer buyer c"), "192.0.2.1")), "Overloaded")
      assert.deepStrictEqual(checks.map((check) => check.pollUnsafe()), [undefined, undefined])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual((yield* Effect.forEach(checks, Fiber.join)).map(saidOf), ["CannotTell", "CannotTell"])
      switches.wait = Effect.void
      assert.strictEqual(saidOf(yield* gatekeeper.identify(headers("Bearer buyer c"), "192.0.2.1")), "Buyer")
    }).pipe(Effect.provide(engine)))

  it.effect("a window of wrong tokens ends, and then they are checked again", () =>
    Effect.gen(function*() {
      const gatekeeper = yield* Gatekeeper.Gatekeeper
      const said = (authorization: string) =>
        Effect.gen(function*() {
          const known = gatekeeper.known(headers(authorization), "192.0.2.1")
          return saidOf(known ?? (yield* gatekeeper.identify(headers(authorization), "192.0.2.1")))
        })
      for (let n = 0; n < CredentialChecks.CREDENTIAL_FAILURES.max; n++) {
        assert.strictEqual(yield* said("Bearer x"), "Rejected")
      }
      assert.strictEqual(yield* said("Bearer x"), "TooManyFailures")
      assert.strictEqual(yield* said("Bearer buyer a"), "TooManyFailures")
      yield* TestClock.adjust(CredentialChecks.CREDENTIAL_FAILURES.window)
      assert.strictEqual(yield* said("Bearer buyer a"), "Buyer")
      assert.strictEqual(yield* said("Bearer x"), "Rejected")
    }).pipe(Effect.provide(engine)))
})
