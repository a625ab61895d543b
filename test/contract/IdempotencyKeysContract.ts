/** What every adapter of `IdempotencyKeys` does. */
import { expect, layer } from "@effect/vitest"
import { IdempotencyKeys } from "@flash-sale/domain/ports/IdempotencyKeys"
import { Effect, type Layer } from "effect"
import { randomUUID } from "node:crypto"

export const suite = <A, E>(name: string, adapter: Layer.Layer<A | IdempotencyKeys, E>): void =>
  layer(adapter, { excludeTestServices: true })(`IdempotencyKeys (${name})`, (it) => {
    it.effect("a key belongs to the first request that has it", () =>
      Effect.gen(function*() {
        const keys = yield* IdempotencyKeys
        const [key, other] = [randomUUID(), randomUUID()]
        expect(yield* keys.use(key, "one")).toBe("New")
        expect(yield* keys.use(key, "one")).toBe("Same")
        expect(yield* keys.use(key, "two")).toBe("Other")
        expect(yield* keys.use(key, "one")).toBe("Same")
        expect(yield* keys.use(other, "two")).toBe("New")
      }))

    it.effect("of many that use a key at the same moment, one finds it new", () =>
      Effect.gen(function*() {
        const keys = yield* IdempotencyKeys
        const key = randomUUID()
        const uses = yield* Effect.forEach(
          Array.from({ length: 50 }, (_, index) => `request-${index % 2}`),
          (request) => Effect.map(keys.use(key, request), (use) => ({ request, use })),
          { concurrency: "unbounded" }
        )
        const first = uses.filter(({ use }) => use === "New")
        expect(first).toHaveLength(1)
        for (const { request, use } of uses.filter(({ use }) => use !== "New")) {
          expect(use).toBe(request === first[0]!.request ? "Same" : "Other")
        }
      }))
  })
