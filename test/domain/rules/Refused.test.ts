/** The counts of orders turned away, by reason: what is counted, how it is kept, and what is not known. */
import { assert, describe, it } from "@effect/vitest"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { isRejectionReason, REJECTION_REASONS } from "@flash-sale/domain/rules/Item"
import type { RecordOutcome } from "@flash-sale/domain/rules/Outcome"
import * as Refused from "@flash-sale/domain/rules/Refused"
import { Effect } from "effect"
import * as Histories from "../Histories.ts"
import { by, cancel, edited, place, play, sale, settle } from "../ItemCommands.ts"

/** How often a fresh record has turned an order away for each reason, by the outcomes alone. */
const countedIn = (outcomes: ReadonlyArray<RecordOutcome>) => {
  const counts: Record<string, number> = {}
  for (const { fresh, orders } of outcomes) {
    for (const { changed, reason, state } of orders) {
      if (!fresh || !changed || state !== "rejected" || !isRejectionReason(reason)) continue
      counts[reason] = (counts[reason] ?? 0) + 1
    }
  }
  return counts
}

describe("Orders turned away, by reason", () => {
  it.effect.prop(
    "are as many as the outcomes say, and together as many as were rejected",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        const result = Fold.fold(Fold.nothing, { commands: history, published: [], expected: undefined })
        if (result._tag !== "Folded") throw new Error(result._tag)
        const { refused, rejectedCount } = result.state.item
        assert.deepStrictEqual(refused, countedIn(result.outcomes))
        assert.strictEqual(Refused.sum(refused), rejectedCount)
        assert.strictEqual(Refused.of(result.state.item), refused)
      }),
    { arbitrary: { runs: 400, size: 80 } }
  )

  it.effect("are counted for every reason by the histories of the tests", () =>
    Effect.gen(function*() {
      const reached = new Set<string>()
      for (const history of yield* Histories.histories("refused", 80, 200)) {
        const result = Fold.fold(Fold.nothing, { commands: history, published: [], expected: undefined })
        if (result._tag === "Folded") {
          for (const reason of Object.keys(result.state.item.refused)) reached.add(reason)
        }
      }
      assert.deepStrictEqual([...reached].toSorted(), REJECTION_REASONS.toSorted())
    }))

  it("are counted once, whatever comes of the same order later, and without later attempts", () => {
    const { item } = play(
      by("in", 2),
      place("a", { amount: 3 }),
      place("a", { amount: 3 }),
      cancel("a"),
      place("b", { amount: 2 }),
      settle("b", "declined"),
      edited(1, -2),
      place("b", { amount: 2, attempt: 2 }),
      sale({ paused: true }),
      place("c"),
      place("d", { attempt: 2 })
    )
    assert.deepStrictEqual(item.refused, { sold_out: 1, paused: 2 })
    assert.strictEqual(item.rejectedCount, 3)
  })

  it("are known in part where an older build has counted none", () => {
    assert.deepStrictEqual(Refused.of({ refused: {}, rejectedCount: 0 }), {})
    assert.deepStrictEqual(Refused.of({ refused: {}, rejectedCount: 7 }), { unknown: 7 })
    assert.deepStrictEqual(Refused.of({ refused: { limit: 2 }, rejectedCount: 7 }), { limit: 2, unknown: 5 })
  })

  it.each([
    ["", {}],
    ["3 0 1 0 0", { sold_out: 3, not_open: 1 }],
    ["0 0 0 0 9007199254740991", { paused: 9_007_199_254_740_991 }]
  ])("are kept as %o", (text, counts) => {
    assert.strictEqual(Refused.write(counts), text)
    assert.deepStrictEqual(Refused.read(text), counts)
  })

  it("are read from a text of a later build, which has more reasons, and of an earlier one with fewer", () => {
    assert.deepStrictEqual(Refused.read("1 2 3 4 5 6"), { sold_out: 1, limit: 2, not_open: 3, closed: 4, paused: 5 })
    assert.deepStrictEqual(Refused.read("1 2"), { sold_out: 1, limit: 2 })
  })

  it.each(["many", "-1 0 0 0 0", "1.5", "1,2"])("are not read from %o", (text) => {
    assert.isUndefined(Refused.read(text))
  })

  it.each([
    ["where both say the same", { limit: 2 }, { limit: 2 }, 2, true],
    ["where one has counted only some", { limit: 2, paused: 1 }, { limit: 1 }, 3, true],
    ["where each has counted others", { limit: 2 }, { paused: 1 }, 3, true],
    ["and not where one has counted too many", { limit: 2 }, { limit: 3 }, 2, false],
    ["and not where one has counted another reason", { limit: 2 }, { limit: 1, paused: 1 }, 2, false]
  ])("agree on two sides %s", (_, here, there, rejectedCount, agree) => {
    assert.strictEqual(Refused.agree(here, there, rejectedCount), agree)
    assert.strictEqual(Refused.agree(there, here, rejectedCount), agree)
  })
})
