/** What happens when Redis is away, comes back, forgets its scripts, or is killed. */
import { describe, expect, it, layer } from "@effect/vitest"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, UserId } from "@flash-sale/domain/records/Ids"
import * as IoRedis from "@flash-sale/infra/redis/IoRedis"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { Deferred, Effect, Fiber, Layer, Logger, Schedule, Stream } from "effect"
import { adjust, freshItem, place, request, requestId, settle, stock } from "../../contract/Commands.ts"
import * as OwnRedis from "./OwnRedis.ts"

const BATCHES = 200
const TIMEOUT = Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 500 }))

layer(OwnRedis.layer, { excludeTestServices: true })("Redis", (it) => {
  it.effect("a Redis that forgot its scripts gets them again", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const { cli } = yield* OwnRedis.OwnRedis
      const item = freshItem()
      yield* store.fold(request(item, [stock(0, 1)]))
      yield* cli("SCRIPT", "FLUSH")
      const { summary } = yield* store.fold(request(item, [place(1, item.itemId, "a")]))
      expect(summary).toMatchObject({ available: 0, held: 1 })
    }))

  it.effect("a status key of another type gives way to a claim", () =>
    Effect.gen(function*() {
      const statuses = yield* OrderStatuses
      const { cli } = yield* OwnRedis.OwnRedis
      const id = requestId("damaged")
      yield* cli("LPUSH", Keys.orderStatus(id), "1")
      expect(yield* statuses.read(id)).toEqual({ _tag: "Unknown" })
      yield* statuses.release([{ owner: "me", requestId: id }])
      yield* statuses.confirm([{ owner: "me", requestId: id }])
      expect(yield* cli("TYPE", Keys.orderStatus(id))).toBe("list")
      const claim = {
        requestId: id,
        userId: UserId.make("u-1"),
        itemId: freshItem().itemId,
        amount: 1,
        fingerprint: "u-1",
        correlationId: CorrelationId.make("damaged")
      }
      const policy = { owner: "me", leaseMillis: 1_000, maxRequests: 9, windowMillis: 1_000 }
      expect(yield* statuses.admit([claim], policy)).toEqual([{ _tag: "Claimed", remaining: 8 }])
      yield* cli("SET", Keys.orderStatus(id), "{not json")
      expect(yield* statuses.admit([claim], policy)).toEqual([{ _tag: "Leased", same: true }])
    }))

  it.effect("a restart unnoticed by the client ends the session, and calls that name it do nothing", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const marks = yield* RecoveryMarks
      const server = yield* OwnRedis.OwnRedis
      const item = freshItem()
      const { partition } = item
      const before = yield* marks.session
      const epoch = yield* marks.begin(partition, "one", before)
      yield* store.fold(request(item, [stock(0, 1)], { epoch, session: before }))
      yield* marks.complete(partition, { epoch, checkpoint: 0 }, before)
      yield* server.kill
      yield* server.start
      yield* OwnRedis.untilUp
      const calls = [
        store.fold(request(item, [stock(1, 1)], { epoch, session: before })),
        store.detectEdits(partition, epoch, before),
        marks.checkpoint(partition, { epoch, checkpoint: 1 }, before),
        marks.complete(partition, { epoch, checkpoint: 1 }, before),
        marks.begin(partition, epoch, before)
      ]
      for (const call of calls) {
        const error = yield* Effect.flip(Effect.asVoid(call))
        expect(error).toMatchObject({ _tag: "StoreUnavailable", detail: expect.stringContaining("connected anew") })
      }
      expect(yield* marks.read(partition)).toEqual({ epoch, checkpoint: 0 })
      const now = yield* marks.session
      const { summary } = yield* store.fold(request(item, [stock(1, 1)], { epoch, session: now }))
      expect(summary.available).toBe(2)
    }))

  it.effect("a deleted item takes the mark's checkpoint away, whichever operation finds it first", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const marks = yield* RecoveryMarks
      const { cli } = yield* OwnRedis.OwnRedis
      const operations = [
        (item: ReturnType<typeof freshItem>) =>
          Effect.flip(store.fold(request(item, [place(1, item.itemId, "a")], { epoch: "one" }))),
        (item: ReturnType<typeof freshItem>) => Effect.flip(store.detectEdits(item.partition, "one")),
        (item: ReturnType<typeof freshItem>) => store.read(item.partition, item.itemId)
      ]
      for (const operation of operations) {
        const item = freshItem()
        const { itemId, partition } = item
        yield* marks.begin(partition, "one")
        yield* store.fold(request(item, [stock(0, 5)], { epoch: "one" }))
        yield* marks.complete(partition, { epoch: "one", checkpoint: 1 })
        yield* cli("DEL", Keys.meta(itemId))
        const found = yield* operation(item)
        expect(found).toMatchObject("_tag" in found ? { _tag: "MarkMoved" } : { isComplete: false })
        expect(yield* marks.read(partition)).toBeUndefined()
        // What the key shows is no change made by hand: the fold from the beginning explains it.
        const epoch = yield* marks.begin(partition, "two")
        yield* store.fold(request(item, [stock(0, 5)], { epoch }))
        yield* marks.complete(partition, { epoch, checkpoint: 1 })
        expect(yield* store.read(partition, itemId)).toMatchObject({
          available: 5,
          isComplete: true,
          pendingEdit: undefined
        })
      }
    }))

  it.effect("an item that lost its counts counts everything again, also what it still remembers", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const marks = yield* RecoveryMarks
      const { cli } = yield* OwnRedis.OwnRedis
      const item = freshItem()
      const { itemId, partition } = item
      const records = [
        adjust(0, { command: CommandId.make("first"), delta: 5 }),
        place(1, itemId, "a"),
        settle(2, ["a", "paid"]),
        place(3, itemId, "b"),
        place(4, itemId, "c", { amount: 9 })
      ]
      yield* marks.begin(partition, "one")
      const before = yield* store.fold(request(item, records, { epoch: "one" }))
      expect(before.summary).toMatchObject({ available: 3, held: 1, sold: 1, stocked: 5 })
      yield* cli("DEL", Keys.meta(itemId))
      const after = yield* store.fold(request(item, records, { epoch: "one" }))
      expect(after).toEqual(before)
    }))

  it.effect("a Redis that is killed at any moment has folded each acknowledged batch whole", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const server = yield* OwnRedis.OwnRedis
      const item = freshItem()
      let acknowledged = -1
      const folding = yield* Effect.forkChild(Effect.gen(function*() {
        for (let offset = 0;; offset++) {
          yield* store.fold(request(item, [stock(offset, 1)], { expected: acknowledged }))
          acknowledged = offset
          if (offset === BATCHES) yield* server.kill
        }
      }))
      expect(yield* Effect.flip(Fiber.join(folding))).toMatchObject({ _tag: "StoreUnavailable" })
      const error = yield* Effect.flip(store.fold(request(item, [stock(acknowledged + 1, 1)])))
      expect(error).toMatchObject({ _tag: "StoreUnavailable" })
      expect(yield* store.isUp).toBe(false)
      yield* server.start
      yield* OwnRedis.untilUp
      const summary = yield* store.read(item.partition, item.itemId)
      // Nothing that was acknowledged is gone, and each record has its whole effect.
      expect(summary.position).toBeGreaterThanOrEqual(acknowledged)
      expect(summary.available).toBe(summary.position + 1)
      const { summary: after } = yield* store.fold(
        request(item, [stock(summary.position + 1, 1)], { expected: acknowledged })
      )
      expect(after.available).toBe(summary.position + 2)
    }))

  it.effect("live events are followed again from where they were left when Redis was away", () =>
    Effect.gen(function*() {
      const store = yield* ItemStore
      const events = yield* LiveEvents
      const server = yield* OwnRedis.OwnRedis
      const item = freshItem()
      yield* store.fold(request(item, [stock(0, 1)], { emitEvents: true }))
      const begun = yield* Deferred.make<void>()
      const follower = yield* Effect.forkChild(
        events.follow(item.itemId, "0-0").pipe(
          Stream.tap(() => Deferred.succeed(begun, undefined)),
          Stream.take(2),
          Stream.runCollect
        )
      )
      yield* Deferred.await(begun)
      yield* server.kill
      yield* server.start
      yield* Effect.retry(store.fold(request(item, [stock(1, 1)], { emitEvents: true })), TIMEOUT)
      const seen = yield* Fiber.join(follower)
      expect(Array.from(seen, ({ event }) => event.available)).toEqual([1, 2])
    }))
})

/** Waits for a condition, and fails where it does not come. */
const until = (condition: () => boolean) =>
  Effect.suspend(() => condition() ? Effect.void : Effect.fail("not yet")).pipe(Effect.retry(TIMEOUT))

describe("Redis away at the start", () => {
  it.live("operations fail at once while Redis is away, and work by themselves later, with a log line each", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => {
      lines.push(String(message))
    })
    const count = (words: string) => lines.filter((line) => line.includes(words)).length
    return Effect.gen(function*() {
      const store = yield* ItemStore
      const redis = yield* IoRedis.IoRedis
      const server = yield* OwnRedis.OwnRedis
      const item = freshItem()
      for (let tries = 0; tries < 3; tries++) {
        expect(yield* Effect.flip(store.fold(request(item, [stock(0, 1)])))).toMatchObject({ _tag: "StoreUnavailable" })
      }
      expect(yield* redis.isUp).toBe(false)
      yield* until(() => count("Redis is away") === 2)
      yield* server.start
      yield* OwnRedis.untilUp
      expect((yield* store.fold(request(item, [stock(0, 1)]))).summary.available).toBe(1)
      yield* until(() => count("Redis is up") === 2)
      // One line each for the connection of commands and for that of events, however many attempts there were.
      expect(count("Redis is away")).toBe(2)
      expect(count("must be noeviction")).toBe(0)
      yield* server.cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
      yield* server.cli("CLIENT", "KILL", "TYPE", "normal")
      yield* until(() => count("must be noeviction") === 1)
    }).pipe(Effect.provide(OwnRedis.layerAway.pipe(Layer.provide(Logger.layer([logger])))))
  })
})
