/**
 * The random histories are worth their while: everything that can become of an order does, in a few hundred of them.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { Effect } from "effect"
import * as Histories from "../Histories.ts"

const SIZE = 60
const COUNT = 200

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
          for (const { attempt, changed, reason, state } of orders) {
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
        "sold later attempt"
      ])
    }))
})
