/** What every store shows of its items, and what clearing them does. The layer provides an empty store. */
import { expect, layer } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { MarkMoved, RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import * as Fold from "@flash-sale/domain/rules/Fold"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import { Effect, type Layer } from "effect"
import * as Histories from "../domain/Histories.ts"
import { freshItem, place, renamed, request, stock } from "./Commands.ts"

const HISTORIES = 30
const HISTORY_SIZE = 80

export const suite = <E>(name: string, store: Layer.Layer<ItemStore | RecoveryMarks | StoredItems, E>): void =>
  layer(store, { excludeTestServices: true })(`StoredItems (${name})`, (it) => {
    it.effect("an empty store has no items, and an item that was never folded has no dump", () =>
      Effect.gen(function*() {
        const stored = yield* StoredItems
        const { itemId, partition } = freshItem()
        expect(yield* stored.isEmpty).toBe(true)
        expect(yield* stored.items(partition)).toEqual([])
        expect(yield* stored.positions(partition, [itemId])).toEqual([-1])
        expect(yield* stored.read(partition, itemId)).toEqual({
          dump: ItemDump.of(Fold.nothing),
          position: -1,
          indexed: expect.anything(),
          damages: [],
          byHand: []
        })
      }))

    it.effect("the dump of an item is the dump of the fold", () =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        const stored = yield* StoredItems
        for (const history of yield* Histories.histories("stored", HISTORY_SIZE, HISTORIES)) {
          const item = freshItem()
          const commands = history.map(renamed(item.itemId))
          const folded = Fold.fold(Fold.nothing, { commands, published: [], expected: undefined })
          if (folded._tag !== "Folded") continue
          yield* store.fold(request(item, commands))
          const there = yield* stored.read(item.partition, item.itemId)
          expect(there).toEqual({
            dump: ItemDump.of(folded.state),
            position: folded.state.position,
            indexed: true,
            damages: [],
            byHand: []
          })
          expect(yield* stored.items(item.partition)).toEqual([item.itemId])
          expect(yield* stored.positions(item.partition, [item.itemId])).toEqual([folded.state.position])
        }
        expect(yield* stored.isEmpty).toBe(false)
      }))

    it.effect("an item that is cleared takes the mark of its partition with it, and can be folded again", () =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        const marks = yield* RecoveryMarks
        const stored = yield* StoredItems
        const { itemId, partition } = freshItem()
        const other = { partition, itemId: freshItem().itemId }
        const commands = [stock(0, 1), place(1, itemId, "a"), place(2, itemId, "b")]
        yield* store.fold(request({ itemId, partition }, commands))
        yield* store.fold(request(other, [stock(3, 5)]))
        yield* marks.begin(partition, "one")
        yield* marks.complete(partition, { epoch: "one", checkpoint: 0 })
        const before = yield* stored.read(partition, itemId)
        const clearing = { itemId, seq: 0, why: "a test" }
        expect(yield* Effect.flip(stored.clear(partition, "two", [clearing]))).toEqual(new MarkMoved({ partition }))
        expect(yield* stored.read(partition, itemId)).toEqual(before)
        yield* stored.clear(partition, "one", [clearing])
        expect(yield* marks.read(partition)).toBeUndefined()
        expect(yield* stored.positions(partition, [itemId, other.itemId])).toEqual([-1, 3])
        expect(
          yield* Effect.flip(store.fold(request({ itemId, partition }, [stock(4, 1)], { epoch: "one" })))
        ).toEqual(new MarkMoved({ partition }))
        yield* store.fold(request({ itemId, partition }, commands))
        expect(yield* stored.read(partition, itemId)).toEqual(before)
      }))

    it.effect("an accepted log takes the place of the mark until the new fold has one", () =>
      Effect.gen(function*() {
        const store = yield* ItemStore
        const marks = yield* RecoveryMarks
        const stored = yield* StoredItems
        const { itemId, partition } = freshItem()
        const accepted = { from: 4 }
        const clearing = { itemId, seq: 0, why: "a test" }
        yield* store.fold(request({ itemId, partition }, [stock(0, 1)]))
        yield* marks.begin(partition, "one")
        yield* marks.complete(partition, { epoch: "one", checkpoint: 1, seen: { offset: 0, digest: "d" } })
        expect(yield* marks.accepted(partition)).toBeUndefined()
        expect(yield* Effect.flip(stored.clear(partition, "two", [clearing], accepted))).toEqual(
          new MarkMoved({ partition })
        )
        expect(yield* marks.accepted(partition)).toBeUndefined()
        yield* stored.clear(partition, "one", [clearing], accepted)
        expect(yield* marks.read(partition)).toBeUndefined()
        expect(yield* marks.accepted(partition)).toEqual(accepted)
        expect(yield* marks.begin(partition, "two")).toBe("two")
        expect(yield* marks.read(partition)).toBeUndefined()
        expect(yield* marks.accepted(partition)).toEqual(accepted)
        yield* marks.complete(partition, { epoch: "two", checkpoint: 9 })
        expect(yield* marks.read(partition)).toEqual({ epoch: "two", checkpoint: 9 })
        expect(yield* marks.accepted(partition)).toBeUndefined()
        // Nothing of the item came back, and no read misses it.
        expect(yield* store.detectEdits(partition, "two")).toEqual([])
        expect((yield* store.read(partition, itemId)).isComplete).toBe(true)
      }))

    it.effect("an accepted log is kept in an empty store as well", () =>
      Effect.gen(function*() {
        const marks = yield* RecoveryMarks
        const stored = yield* StoredItems
        const { partition } = freshItem()
        yield* stored.clear(partition, yield* marks.begin(partition, "one"), [], { from: 10 })
        expect(yield* marks.accepted(partition)).toEqual({ from: 10 })
      }))
  })
