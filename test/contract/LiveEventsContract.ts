/**
 * What every `LiveEvents` does. The events come from folding, so the layer provides the store as well.
 *
 * One event for each call of `fold` with `emitEvents` that moved an order, changed a count or said how the item is
 * sold: the counts after it, and each change of an order that is known by name, in order, with the status that buyers
 * see (`OutcomeStatus.status`). A record that confirms, cancels or refunds an order is told of as well where it has no
 * effect.
 */
import { describe, expect, layer } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { type ItemMoved, LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { LoggedCommand } from "@flash-sale/domain/records/Command"
import * as Fold from "@flash-sale/domain/rules/Fold"
import type { RecordOutcome } from "@flash-sale/domain/rules/Outcome"
import * as OutcomeStatus from "@flash-sale/domain/rules/OutcomeStatus"
import { Effect, Fiber, type Layer, Stream } from "effect"
import * as Histories from "../domain/Histories.ts"
import { confirm, expire, hold, refund } from "./CheckoutCommands.ts"
import { cancel, freshItem, place, renamed, request, rules, sale, settle, stock, unreadable } from "./Commands.ts"

const LIMIT = 100
const HISTORIES = 60
const HISTORY_SIZE = 60

/** What a fold of these commands tells: by the outcomes, and by nothing of the stores. */
const told = (
  before: Fold.Folded,
  { item }: Fold.Folded,
  commands: ReadonlyArray<LoggedCommand>,
  outcomes: ReadonlyArray<RecordOutcome>
): ItemMoved | undefined => {
  const orders = outcomes.flatMap(({ fresh, orders }, n) => {
    const tag = commands[n]?.command._tag
    const always = fresh && (tag === "Confirm" || tag === "Cancel" || tag === "Refund")
    return orders.filter(({ changed }) => always || changed).flatMap((order) => {
      const status = OutcomeStatus.status(order)
      return order.requestId === undefined || status === undefined
        ? []
        : [{ requestId: order.requestId, status, attempt: order.attempt, ...OutcomeStatus.progress(order) }]
    })
  })
  const { available, held, sold } = item
  const isSame = available === before.item.available && held === before.item.held && sold === before.item.sold
  const isSale = outcomes.some(({ fresh }, n) => fresh && commands[n]?.command._tag === "Sale")
  return orders.length === 0 && isSame && !isSale ? undefined : { available, held, sold, orders }
}

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
            },
            // How it is sold is read, and not told.
            { available: 0, held: 1, sold: 0, orders: [] }
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

    describe("LiveEvents: holds and refunds", () => {
      const moved = (item: ReturnType<typeof freshItem>) =>
        Effect.map(
          Effect.flatMap(LiveEvents, (events) => events.read(item.itemId, undefined, LIMIT)),
          (found) => found.map(({ event }) => event.orders)
        )

      it.effect("a hold says when it expires, that it is confirmed, and how its refund goes", () =>
        Effect.gen(function*() {
          const item = freshItem()
          const steps = [
            hold(2, item.itemId, "a", { holdSeconds: 10 }),
            confirm(3, "a"),
            settle(4, ["a", "paid"]),
            refund(5, "a"),
            settle(6, ["a", "voided"]),
            hold(7, item.itemId, "b", { acceptedAt: 5_000, holdSeconds: 1 }),
            expire(8, 6_000, ["b"])
          ]
          yield* fold(item, [rules(0, 2), stock(1, 2)])
          for (const step of steps) yield* fold(item, [step])
          const a = { requestId: "a", attempt: 1 }
          const b = { requestId: "b", attempt: 1 }
          expect((yield* moved(item)).slice(1)).toEqual([
            [{ ...a, status: "RESERVED", expiresAt: "1970-01-01T00:00:10.000Z" }],
            [{ ...a, status: "RESERVED", confirmed: true }],
            [{ ...a, status: "COMPLETED" }],
            [{ ...a, status: "COMPLETED", refund: "pending" }],
            [{ ...a, status: "REFUNDED" }],
            [{ ...b, status: "RESERVED", expiresAt: "1970-01-01T00:00:06.000Z" }],
            [{ ...b, status: "EXPIRED" }]
          ])
        }))

      it.effect("what confirms, cancels or refunds without effect is told as the order stands, and once", () =>
        Effect.gen(function*() {
          const item = freshItem()
          yield* fold(item, [rules(0, 2), stock(1, 1), place(2, item.itemId, "a"), place(3, item.itemId, "none")])
          const without = [confirm(4, "a"), cancel(5, "none"), refund(6, "a"), cancel(7, "unknown"), refund(8, "?")]
          yield* fold(item, without)
          yield* fold(item, without)
          expect((yield* moved(item)).slice(1)).toEqual([[
            { requestId: "a", attempt: 1, status: "RESERVED" },
            { requestId: "none", attempt: 1, status: "FAILED_SOLD_OUT" },
            { requestId: "a", attempt: 1, status: "RESERVED" }
          ]])
        }))

      it.effect("random histories are told as the domain's outcomes say", () =>
        Effect.gen(function*() {
          for (const history of yield* Histories.histories("told", HISTORY_SIZE, HISTORIES)) {
            const item = freshItem()
            const commands = history.map(renamed(item.itemId))
            let state = Fold.nothing
            const expected: Array<ItemMoved> = []
            for (const size of [commands.length, 3]) {
              const batch = { commands: commands.slice(0, size), published: [], expected: undefined }
              const folded = Fold.fold(state, batch)
              if (folded._tag !== "Folded") return yield* Effect.die(new Error(folded._tag))
              const event = told(state, folded.state, batch.commands, folded.outcomes)
              if (event !== undefined) expected.push(event)
              state = folded.state
              yield* fold(item, batch.commands)
            }
            const found = yield* Effect.flatMap(LiveEvents, (events) => events.read(item.itemId, undefined, LIMIT))
            expect(found.map(({ event }) => event)).toEqual(expected)
          }
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
