/** What contradicts itself in an item: nothing that the rules can lead to, and each damage. */
import { assert, describe, it } from "@effect/vitest"
import * as SelfConsistency from "@flash-sale/audit/SelfConsistency"
import type { Command } from "@flash-sale/domain/records/Command"
import * as Fold from "@flash-sale/domain/rules/Fold"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import { Effect } from "effect"
import * as Histories from "../domain/Histories.ts"
import { by, place, play, sale, settle } from "../domain/ItemCommands.ts"

const pictureOf = (...commands: ReadonlyArray<Command>) =>
  new Map(ItemDump.entries({ ...Fold.nothing, item: play(...commands).item }))

const dump = pictureOf(
  by("stock", 9),
  sale({ perUserLimit: 5 }),
  place("a", { user: "ann", amount: 2 }),
  place("b", { user: "bob", amount: 3 }),
  settle("a", "paid")
)

const damaged = (name: string, text: string | undefined) => {
  const changed = new Map(dump)
  if (text === undefined) changed.delete(name)
  else changed.set(name, text)
  return SelfConsistency.wrong(changed)
}

describe("SelfConsistency", () => {
  it.effect("every state that the rules lead to is consistent", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(SelfConsistency.wrong(dump), [])
      for (const history of yield* Histories.histories("books", 60, 200)) {
        const result = Fold.fold(Fold.nothing, { commands: history, published: [], expected: undefined })
        if (result._tag !== "Folded") return assert.fail(result._tag)
        assert.deepStrictEqual(SelfConsistency.wrong(new Map(ItemDump.entries(result.state))), [])
      }
    }))

  it("a count, an order or a buyer that was changed is found", () => {
    assert.deepStrictEqual(damaged("available", "3"), ["put in 9 are not available 3 + held 3 + sold 2"])
    assert.deepStrictEqual(damaged("order b", undefined), [
      "held 3, but its orders hold 0",
      "buyer bob has 3 units, but orders for 0"
    ])
    assert.deepStrictEqual(damaged("buyer ann", "4"), ["buyer ann has 4 units, but orders for 2"])
    assert.deepStrictEqual(damaged("sold", "3"), [
      "put in 9 are not available 4 + held 3 + sold 3",
      "sold 3, but its orders are sold 2"
    ])
  })
})
