/**
 * The random histories are worth their while: everything that can become of an order does, in a few hundred of them.
 */
import { assert, describe, it } from "@effect/vitest"
import type { HoldFacts } from "@flash-sale/domain/rules/checkout/CheckoutState"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { Effect } from "effect"
import * as Histories from "../Histories.ts"

const SIZE = 60
const COUNT = 400

const holdWord = ({ confirmedAtOffset, reference }: HoldFacts): string =>
  confirmedAtOffset === undefined ? "hold" : reference === undefined ? "charged hold" : "paid hold"

describe("Random histories", () => {
  it.effect("a seed gives the same histories each time", () =>
    Effect.gen(function*() {
      const [one, again, other] = yield* Effect.all([
        Histories.histories("a", SIZE, 3),
        Histories.histories("a", SIZE, 3),
        Histories.histories("b", SIZE, 3)
      ])
      assert.deepStrictEqual(one, again)
      assert.notDeepEqual(one, other)
    }))

  it.effect("random histories reach every state for every reason, repeat orders, and try again", () =>
    Effect.gen(function*() {
      const seen = new Set<string>()
      for (const history of yield* Histories.histories("reach", SIZE, COUNT)) {
        const result = Fold.fold(Fold.nothing, { commands: history, published: [], expected: undefined })
        if (result._tag !== "Folded") return assert.fail(result._tag)
        for (const { orders } of result.outcomes) {
          for (const { attempt, changed, hold, isRefundDue, isReused, reason, refundsDue, state } of orders) {
            if (isRefundDue) seen.add(`${state} refund due`)
            if (isReused) seen.add(`${state} reused`)
            if (refundsDue.length > 1) seen.add("several due")
            if (hold !== undefined) seen.add(`${state} ${holdWord(hold)}`)
            seen.add(`${state} ${reason ?? ""}`.trim())
            seen.add(`${state} ${changed ? "changed" : "again"}`)
            if (attempt > 1 && changed) seen.add(`${state} later attempt`)
          }
        }
      }
      assert.includeMembers([...seen], [
        "sold",
        "released declined",
        "released timeout",
        "released cancelled",
        "released sold_out",
        "voiding cancelled",
        "voiding timeout",
        "rejected sold_out",
        "rejected limit",
        "rejected paused",
        "rejected not_open",
        "rejected closed",
        "unreadable",
        "unknown",
        "held again",
        "sold again",
        "voiding again",
        "released again",
        "rejected again",
        "held later attempt",
        "sold later attempt",
        "open changed",
        "open again",
        "open hold",
        "open refund due",
        "open reused",
        "held charged hold",
        "sold charged hold",
        "sold paid hold",
        "released hold",
        "released charged hold",
        "released expired",
        "released refund due",
        "sold refund due",
        "held refund due",
        "unknown refund due",
        "rejected refund due",
        "several due",
        "refunding restocked",
        "refunding written_off",
        "refunded restocked",
        "refunded written_off",
        "refunded paid hold",
        "refunded again"
      ])
    }))
})
