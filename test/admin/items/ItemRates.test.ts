/** How fast an item changes, by a clock that the test moves. */
import { assert, it } from "@effect/vitest"
import * as ItemRates from "@flash-sale/admin/items/ItemRates"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Effect } from "effect"
import { TestClock } from "effect/testing"

const MUG = ItemId.make("mug")
const note = (available: number, sold: number, position: number, item = MUG) =>
  Effect.flatMap(ItemRates.ItemRates, (rates) => rates.note(item, { available, sold, position }))

it.effect("is measured between what was seen first and now", () =>
  Effect.gen(function*() {
    assert.isUndefined(yield* note(100, 0, 10))
    yield* TestClock.adjust("500 millis")
    assert.isUndefined(yield* note(99, 0, 11))
    yield* TestClock.adjust("9500 millis")
    assert.deepStrictEqual(yield* note(60, 30, 60), { seconds: 10, records: 5, sold: 3, left: 4 })
  }).pipe(Effect.provide(ItemRates.layer)))

it.effect("forgets what is older than a minute", () =>
  Effect.gen(function*() {
    yield* note(100, 0, 0)
    yield* TestClock.adjust("30 seconds")
    yield* note(40, 60, 60)
    yield* TestClock.adjust("40 seconds")
    assert.deepStrictEqual(yield* note(40, 60, 60), { seconds: 40, records: 0, sold: 0, left: 0 })
    yield* TestClock.adjust("2 minutes")
    assert.isUndefined(yield* note(0, 100, 100))
  }).pipe(Effect.provide(ItemRates.layer)))

it.effect("says nothing of a store that was folded anew", () =>
  Effect.gen(function*() {
    yield* note(40, 60, 60)
    yield* TestClock.adjust("10 seconds")
    assert.isUndefined(yield* note(100, 0, 3))
  }).pipe(Effect.provide(ItemRates.layer)))

it.effect("keeps a bounded number of items: who asked for the others for longest starts anew", () =>
  Effect.gen(function*() {
    for (let n = 0; n < ItemRates.MAX_ITEMS; n++) yield* note(1, 0, 0, ItemId.make(`item-${n}`))
    yield* TestClock.adjust("2 seconds")
    yield* note(1, 0, 0, ItemId.make("one-more"))
    assert.isUndefined(yield* note(1, 0, 0, ItemId.make("item-0")))
    assert.isDefined(yield* note(1, 0, 0, ItemId.make("item-500")))
  }).pipe(Effect.provide(ItemRates.layer)))
