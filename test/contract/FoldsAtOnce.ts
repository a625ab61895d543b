/** What every `ItemStore` does with the folds of many items at the same moment: each is as if it were alone. */
import { describe, expect, type Vitest } from "@effect/vitest"
import { ItemStore, PositionBehind } from "@flash-sale/domain/ports/ItemStore"
import { MarkMoved, type RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { LoggedCommand } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { Effect, Exit } from "effect"
import * as Histories from "../domain/Histories.ts"
import { freshItem, marked, place, renamed, request, rules, stock } from "./Commands.ts"

/** More items than one call of any store takes, with records of all kinds. */
const ITEMS = 150
const HISTORY_SIZE = 40
/** Records of an item in one fold; two of them were in the fold before. */
const STEP = 8

/** Items in each partition: a call has items of several. */
const PER_PARTITION = 25

type Store = ItemStore["Service"]
type Item = ReturnType<typeof freshItem>

const freshItems = (count: number): ReadonlyArray<Item> => {
  const partitions = Array.from({ length: Math.ceil(count / PER_PARTITION) }, freshItem)
  return Array.from({ length: count }, (_, n) => {
    const { itemId, partition } = partitions[n % partitions.length]!
    return { itemId: ItemId.make(`${itemId}-${n}`), partition }
  })
}

const counts = (store: Store) => ({ itemId, partition }: Item) =>
  Effect.map(store.read(partition, itemId), ({ available, held, position }) => [available, held, position])

/** An item with its history, and what the domain has folded of it. */
interface Followed {
  readonly item: Item
  readonly history: ReadonlyArray<LoggedCommand>
  state: Fold.Folded
}

/** Folds the next records of the item, and compares the answer with the domain's. */
const followOn = Effect.fnUntraced(function*(store: Store, followed: Followed, from: number) {
  const commands = followed.history.slice(Math.max(0, from - 2), from + STEP)
  const batch: Fold.Batch = { commands, published: [], expected: followed.state.position }
  const expected = Fold.fold(followed.state, batch)
  if (expected._tag !== "Folded") return yield* Effect.die(new Error(`the domain says ${expected._tag}`))
  const reply = yield* store.fold({ ...batch, ...followed.item, epoch: undefined, emitEvents: true })
  const { available, held, rules, stocked, settings, sold } = expected.state.item
  expect(reply.outcomes).toEqual(expected.outcomes)
  const { position } = expected.state
  expect(reply.summary).toMatchObject({ available, held, rules, stocked, sold, position })
  expect(reply.summary.settings).toEqual(settings)
  followed.state = expected.state
})

export const tests = (it: Vitest.MethodsNonLive<ItemStore | RecoveryMarks>): void => {
  describe("ItemStore.fold of many items at once", () => {
    it.effect("each item is folded by its own records, as the domain's Fold does", () =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        const histories = yield* Histories.histories("folds-at-once", HISTORY_SIZE, ITEMS)
        const items = freshItems(ITEMS)
        const all = histories.map((history, at): Followed => {
          const item = items[at]!
          return { item, history: history.map(renamed(item.itemId)), state: Fold.nothing }
        })
        for (let from = 0; from < HISTORY_SIZE; from += STEP) {
          yield* Effect.forEach(all, (one) => followOn(store, one, from), { concurrency: "unbounded" })
        }
      }))

    it.effect("all of them sent again, as after an answer that was lost, change nothing and say the same", () =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        const items = freshItems(ITEMS)
        const fold = (item: Item, at: number) =>
          store.fold(request(item, [stock(0, 5), place(1, item.itemId, "a", { amount: at % 7 + 1 })]))
        const foldAll = Effect.forEach(items, fold, { concurrency: "unbounded" })
        const first = yield* foldAll
        const again = yield* foldAll
        expect(again.map(({ summary }) => summary)).toEqual(first.map(({ summary }) => summary))
        expect(again.flatMap(({ outcomes }) => outcomes.map(({ fresh }) => fresh))).not.toContain(true)
        const told = (replies: typeof first) =>
          replies.map(({ outcomes }) =>
            outcomes[1]!.orders.map(({ amount, reason, requestId, state }) => [
              requestId,
              state,
              reason,
              amount
            ])
          )
        expect(told(again)).toEqual(told(first))
      }))

    it.effect("a wrong epoch, a position that is ahead, and rules of later concern their own items alone", () =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        const [sound, moved, unmarked, behind, later] = Array.from({ length: 5 }, freshItem) as [
          Item,
          Item,
          Item,
          Item,
          Item
        ]
        yield* marked(sound.partition, 0, "one")
        yield* marked(moved.partition, 0, "two")
        const orders = (item: Item) => [stock(0, 5), place(1, item.itemId, "a")]
        const exits = yield* Effect.forEach(
          [
            request(moved, orders(moved), { epoch: "one" }),
            request(sound, orders(sound), { epoch: "one" }),
            request(behind, orders(behind), { expected: 7 }),
            request(later, [rules(0, 99), stock(1, 5), place(2, later.itemId, "a")]),
            request(unmarked, orders(unmarked))
          ],
          (one) => Effect.exit(store.fold(one)),
          { concurrency: "unbounded" }
        )
        expect(exits[0]).toEqual(Exit.fail(new MarkMoved({ partition: moved.partition })))
        expect(exits[2]).toEqual(Exit.fail(new PositionBehind({ itemId: behind.itemId, position: -1 })))
        expect(Exit.isFailure(exits[3]!) && exits[3].cause.reasons[0]).toMatchObject({
          error: { _tag: "ItemDamaged", itemId: later.itemId }
        })
        expect(yield* Effect.forEach([sound, unmarked], counts(store))).toEqual([[4, 1, 1], [4, 1, 1]])
        expect(yield* Effect.forEach([moved, behind, later], counts(store))).toEqual([
          [0, 0, -1],
          [0, 0, -1],
          [0, 0, -1]
        ])
      }))

    it.effect("of two folds of one item the second does nothing where the first had no effect", () =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        const [broken, other] = [freshItem(), freshItem()]
        const both = (item: Item, first: ReadonlyArray<LoggedCommand>) => [
          request(item, first),
          request(item, [place(3, item.itemId, "b")], { expected: 2 })
        ]
        const exits = yield* Effect.forEach(
          [
            ...both(broken, [rules(0, 99), stock(1, 5), place(2, broken.itemId, "a")]),
            ...both(other, [rules(0, 2), stock(1, 5), place(2, other.itemId, "a")])
          ],
          (one) => Effect.exit(store.fold(one)),
          { concurrency: "unbounded" }
        )
        expect(exits.map(Exit.isSuccess)).toEqual([false, false, true, true])
        expect(exits[1]).toEqual(Exit.fail(new PositionBehind({ itemId: broken.itemId, position: -1 })))
        expect(yield* Effect.forEach([broken, other], counts(store))).toEqual([[0, 0, -1], [3, 2, 3]])
      }))
  })
}
