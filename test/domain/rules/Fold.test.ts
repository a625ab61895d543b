/** What holds for every history of an item. */
import { assert, describe, it } from "@effect/vitest"
import { Command, type LoggedCommand, RULES_VERSION } from "@flash-sale/domain/records/Command"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { isBalanced, type Item, type LedgerState } from "@flash-sale/domain/rules/Item"
import { Arbitrary, Effect, HashMap, Schema } from "effect"
import * as Histories from "../Histories.ts"
import { place, settle, to } from "../ItemCommands.ts"

/** Histories are long enough that everything meets everything, and many enough that rare things happen. */
const property = { arbitrary: { runs: 300, size: 60 } }

/** Where to cut a history, as a share of its length. */
const Cut = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 99 }))
const cuts = Arbitrary.array(Arbitrary.schema(Cut), { maxLength: 8 })

const folded = (state: Fold.Folded, commands: ReadonlyArray<LoggedCommand>, published: ReadonlyArray<number> = []) => {
  const result = Fold.fold(state, { commands, published, expected: undefined })
  if (result._tag !== "Folded") throw new Error(`${result._tag}`)
  return result
}

/** What of a state can be seen: maps by value. */
const visible = ({ item, position, unpublished }: Fold.Folded) => ({
  ...item,
  position,
  orders: Object.fromEntries(Array.from(item.orders, ([id, order]) => [`=${id}`, order])),
  turned: Object.fromEntries(Array.from(item.rejected, ([id, rejected]) => [`=${id}`, rejected])),
  buyers: Object.fromEntries(Array.from(item.buyers, ([id, units]) => [`=${id}`, units])),
  commands: Object.fromEntries(Array.from(item.commands, ([id, n]) => [`=${id}`, n])),
  open: Object.fromEntries(Array.from(item.open, ([id, open]) => [`=${id}`, open])),
  refundsDue: Object.fromEntries(Array.from(item.refundsDue, ([id, due]) => [`=${id}`, due])),
  untold: Object.fromEntries(unpublished)
})

const COUNTED: Readonly<Record<"held" | "sold", ReadonlyArray<LedgerState>>> = {
  held: ["held", "voiding", "open"],
  sold: ["sold", "refunding"]
}

const unitsIn = (item: Item, count: "held" | "sold"): number =>
  Array.from(HashMap.values(item.orders))
    .filter(({ state }) => COUNTED[count].includes(state))
    .reduce((sum, { amount }) => sum + amount, 0)

/** What may follow a state within one attempt, beside the state itself. */
const FOLLOWS: Readonly<Record<LedgerState, ReadonlyArray<LedgerState>>> = {
  open: ["held", "sold", "released"],
  held: ["sold", "voiding", "released"],
  voiding: ["released"],
  released: [],
  sold: ["refunding", "refunded"],
  refunding: ["refunded"],
  refunded: []
}

describe("Fold of random histories", () => {
  it.effect.prop(
    "every record keeps the balance, and no count is ever negative",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        let state = Fold.nothing
        for (const placed of history) {
          state = folded(state, [placed]).state
          const { item } = state
          assert.isTrue(isBalanced(item))
          assert.strictEqual(item.held, unitsIn(item, "held"))
          assert.strictEqual(item.sold, unitsIn(item, "sold"))
          for (const units of HashMap.values(item.buyers)) assert.isAtLeast(units, 0)
        }
      }),
    property
  )

  it.effect.prop(
    "an order goes forwards alone: what is final stays so, but for a refund and for the next attempt",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        let state = Fold.nothing
        for (const placed of history) {
          const next = folded(state, [placed]).state
          for (const [requestId, before] of state.item.orders) {
            const after = HashMap.getUnsafe(next.item.orders, requestId)
            if (after.attempt === before.attempt && after.state === before.state) {
              assert.deepStrictEqual(after, before)
            } else if (after.attempt === before.attempt) {
              assert.include(FOLLOWS[before.state], after.state)
            } else {
              assert.deepStrictEqual([before.state, after.attempt], ["released", before.attempt + 1])
              assert.include(["held", "released"], after.state)
            }
          }
          state = next
        }
      }),
    property
  )

  it.effect.prop(
    "a history folds to the same state however it is cut into batches",
    { history: Histories.history, cuts },
    ({ cuts, history }) =>
      Effect.sync(() => {
        const whole = folded(Fold.nothing, history)
        const at = [...new Set(cuts.map((cut) => Math.floor(cut * history.length / 100)))].toSorted((a, b) => a - b)
        let state = Fold.nothing
        const outcomes = [...at, history.length].flatMap((end, index) => {
          const part = folded(state, history.slice(at[index - 1] ?? 0, end))
          state = part.state
          return part.outcomes
        })
        assert.deepStrictEqual(visible(state), visible(whole.state))
        assert.deepStrictEqual(outcomes, whole.outcomes)
      }),
    property
  )

  it.effect.prop(
    "folding a part of a history again changes nothing",
    { history: Histories.history, from: Cut, to: Cut },
    ({ from, history, to }) =>
      Effect.sync(() => {
        const { outcomes, state } = folded(Fold.nothing, history)
        const [start, end] = [from, to].toSorted((a, b) => a - b).map((cut) => Math.floor(cut * history.length / 100))
        const again = folded(state, history.slice(start, end))
        assert.deepStrictEqual(visible(again.state), visible(state))
        for (const outcome of again.outcomes) {
          assert.isFalse(outcome.fresh)
          assert.isTrue(outcome.orders.every(({ changed }) => !changed))
          const first = outcomes.find(({ offset }) => offset === outcome.offset)
          assert.deepStrictEqual(
            outcome.orders.map(({ requestId }) => requestId),
            first?.orders.map(({ requestId }) => requestId)
          )
        }
      }),
    property
  )

  it.effect.prop(
    "an unreadable record is remembered until it is published, and no other",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        const { outcomes, state } = folded(Fold.nothing, history)
        const unreadable = outcomes.filter(({ orders }) => orders.some(({ state }) => state === "unreadable"))
        const offsets = unreadable.map(({ offset }) => offset)
        assert.sameMembers([...HashMap.keys(state.unpublished)], offsets)
        assert.strictEqual(HashMap.size(folded(state, [], offsets).state.unpublished), 0)
      }),
    property
  )
})

describe("Fold", () => {
  const at = (...commands: ReadonlyArray<Command>): ReadonlyArray<LoggedCommand> =>
    commands.map((command, offset) => ({ offset, command }))

  it("a fold says that it is behind where the caller saw more, and folds where it saw less", () => {
    const { state } = folded(Fold.nothing, at(to("c", 2), place("a")))
    const batch = { commands: [{ offset: 2, command: settle("a", "paid") }], published: [] }
    assert.deepStrictEqual(Fold.fold(state, { ...batch, expected: 2 }), { _tag: "Behind", position: 1 })
    assert.strictEqual(Fold.fold(state, { ...batch, expected: 1 })._tag, "Folded")
    assert.strictEqual(Fold.fold(state, { ...batch, expected: 0 })._tag, "Folded")
  })

  it("a fold stops before the first record of later rules, and what came before can be folded again", () => {
    const later = Command.Rules({ version: RULES_VERSION + 1 })
    const { state } = folded(Fold.nothing, at(to("c", 2), later))
    const stopped = Fold.fold(state, {
      commands: [{ offset: 2, command: place("a") }],
      published: [],
      expected: undefined
    })
    assert.strictEqual(stopped._tag, "Stopped")
    assert.deepStrictEqual(visible(folded(state, at(to("c", 2), later)).state), visible(state))
  })

  it("a fold stops at counts that do not add up", () => {
    const { state } = folded(Fold.nothing, at(to("c", 2)))
    const broken = { ...state, item: { ...state.item, stocked: 3 } }
    const result = Fold.fold(broken, {
      commands: [{ offset: 1, command: place("a") }],
      published: [],
      expected: undefined
    })
    assert.strictEqual(result._tag, "Stopped")
  })

  it("a record that left no other trace is recalled by its offset", () => {
    const unreadable = Command.Unreadable({ detail: "rubbish", attempt: 1 })
    const { state } = folded(Fold.nothing, at(unreadable, unreadable))
    const published = folded(state, [], [0]).state
    const again = folded(published, at(unreadable, unreadable))
    assert.deepStrictEqual(again.outcomes.map(({ orders }) => orders[0]?.state), ["unknown", "unreadable"])
  })
})
