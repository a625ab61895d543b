/** Orders of which nobody knows what became of them: for how long, and how many. */
import { assert, describe, it } from "@effect/vitest"
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { RequestId } from "@flash-sale/domain/records/Ids"
import * as UnknownOutcomes from "@flash-sale/gateway/guards/UnknownOutcomes"
import { Effect } from "effect"
import { TestClock } from "effect/testing"

const UNKNOWN: StatusLookup = { _tag: "Unknown" }
const idOf = (n: number) => RequestId.make(`r-${n}`)

describe("UnknownOutcomes", () => {
  it.effect("an order is in doubt for half a minute, and no other one", () =>
    Effect.gen(function*() {
      const { add, judged } = yield* UnknownOutcomes.UnknownOutcomes
      add(idOf(1), "u:101:1")
      assert.deepStrictEqual(judged(idOf(1), UNKNOWN), { _tag: "Leased", fingerprint: "u:101:1" })
      assert.deepStrictEqual(judged(idOf(2), UNKNOWN), UNKNOWN)
      const known: StatusLookup = { _tag: "Leased", fingerprint: "another" }
      assert.deepStrictEqual(judged(idOf(1), known), known)
      yield* TestClock.adjust(UnknownOutcomes.KEPT_MILLIS)
      assert.deepStrictEqual(judged(idOf(1), UNKNOWN), UNKNOWN)
    }).pipe(Effect.provide(UnknownOutcomes.layer)))

  it.effect("with more of them than are remembered every unknown id is in doubt, for as long", () =>
    Effect.gen(function*() {
      const { add, isOverflowing, judged } = yield* UnknownOutcomes.UnknownOutcomes
      for (let n = 0; n < UnknownOutcomes.MAX_KEPT; n++) add(idOf(n), "f")
      add(idOf(0), "f")
      assert.isFalse(isOverflowing())
      add(idOf(UnknownOutcomes.MAX_KEPT), "f")
      assert.isTrue(isOverflowing())
      // The oldest is forgotten.
      assert.deepStrictEqual(judged(idOf(1), UNKNOWN), UNKNOWN)
      assert.deepStrictEqual(judged(idOf(0), UNKNOWN), { _tag: "Leased", fingerprint: "f" })
      yield* TestClock.adjust(UnknownOutcomes.KEPT_MILLIS)
      assert.isFalse(isOverflowing())
    }).pipe(Effect.provide(UnknownOutcomes.layer)))
})
