/**
 * What every `LiveEvents` does. The events come from folding, so the layer provides the store as well.
 *
 * One event for each call of `fold` with `emitEvents` that moved an order or changed a count: the counts after it, and
 * each change of an order that is known by name, in order, with the status that buyers see (`Outcome.status`).
 */
import { describe, expect, layer } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import { Effect, Fiber, type Layer, Stream } from "effect"
import { freshItem, place, request, sale, settle, stock, unreadable } from "./Commands.ts"

const LIMIT = 100

export const suite = <E>(name: string, live: Layer.Layer<LiveEvents | ItemStore, E>): void =>
  layer(live, { excludeTestServices: true })(`LiveEvents (${name})`, (it) => {
    const fold = (...args: Parameters<typeof request>) =>
      ItemStore.pipe(Effect.flatMap((store) => store.fold(request(args[0], args[1], { emitEvents: true, ...args[2] }))))

    describe("LiveEvents.read", () => {
      it.effect("a reader finds one event for each fold that changed something", () =>
        Effect.gen(function*() {
          const events = yield* LiveEvents
          const item = freshItem()
          expect(yield* events.read(item.itemId, undefined, LIMIT)).toEqual([])
          const batch = [place(1, item.itemId, "a"), place(2, item.itemId, "b"), unreadable(3), unreadable(4, "x")]
          yield* fold(item, [stock(0, 1)])
          yield* fold(item, batch)
          yield* fold(item, batch)
          yield* fold(item, [sale(5, { paused: true })])
          yield* fold(item, [settle(6, ["a", "paid"])], { emitEvents: false })
          const found = yield* events.read(item.itemId, undefined, LIMIT)
          expect(found.map(({ event }) => event)).toEqual([
            { available: 1, held: 0, sold: 0, orders: [] },
            {
              available: 0,
              held: 1,
              sold: 0,
              orders: [
                { requestId: "a", status: "RESERVED", attempt: 1 },
                { requestId: "b", status: "FAILED_SOLD_OUT", attempt: 1 },
                { requestId: "x", status: "FAILED", attempt: 1 }
              ]
            }
          ])
        }))

      it.effect("a reader goes on after an id, and stops at its limit", () =>
        Effect.gen(function*() {
          const events = yield* LiveEvents
          const item = freshItem()
          for (const offset of [0, 1, 2]) yield* fold(item, [stock(offset, 1)])
          const all = yield* events.read(item.itemId, undefined, LIMIT)
          expect(all.map(({ event }) => event.available)).toEqual([1, 2, 3])
          expect(yield* events.read(item.itemId, all[0]?.id, LIMIT)).toEqual(all.slice(1))
          expect(yield* events.read(item.itemId, undefined, 2)).toEqual(all.slice(0, 2))
          expect(yield* events.read(item.itemId, all[2]?.id, LIMIT)).toEqual([])
        }))
    })

    describe("LiveEvents.follow", () => {
      it.effect("a follower goes on after an id and then as events come, without a gap or a repetition", () =>
        Effect.gen(function*() {
          const events = yield* LiveEvents
          const item = freshItem()
          for (const offset of [0, 1, 2]) yield* fold(item, [stock(offset, 1)])
          const [first] = yield* events.read(item.itemId, undefined, 1)
          const follower = yield* Effect.forkChild(
            events.follow(item.itemId, first?.id).pipe(Stream.take(4), Stream.runCollect)
          )
          for (const offset of [3, 4]) yield* fold(item, [stock(offset, 1)])
          const seen = yield* Fiber.join(follower)
          expect(Array.from(seen, ({ event }) => event.available)).toEqual([2, 3, 4, 5])
        }))

      it.effect("a follower without an id begins with the next event", () =>
        Effect.gen(function*() {
          const events = yield* LiveEvents
          const item = freshItem()
          yield* fold(item, [stock(0, 1)])
          const followers = yield* Effect.forkChild(Effect.all([
            events.follow(item.itemId, undefined).pipe(Stream.take(1), Stream.runCollect),
            events.follow(item.itemId, undefined).pipe(Stream.take(1), Stream.runCollect)
          ], { concurrency: "unbounded" }))
          // A follower does not show from outside when it has begun, so stock is put in until both have got some.
          for (let offset = 1; followers.pollUnsafe() === undefined; offset++) yield* fold(item, [stock(offset, 1)])
          for (const seen of yield* Fiber.join(followers)) expect(seen[0]?.event.available).toBeGreaterThan(1)
        }))
    })
  })
