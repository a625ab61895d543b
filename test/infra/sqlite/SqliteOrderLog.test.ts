import { assert, describe, it } from "@effect/vitest"
import { OrderLog, type OwnedPartition, PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { home, Offset } from "@flash-sale/domain/records/Partition"
import { REVOKE_TIMEOUT } from "@flash-sale/infra/sqlite/consumer/Consumer"
import { EXTERNAL_POLL_MILLIS } from "@flash-sale/infra/sqlite/database/ExternalChanges"
import { EMBEDDED_PARTITIONS } from "@flash-sale/infra/sqlite/database/Migrations"
import { WRITE_LINE_CAPACITY } from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Option, Queue, Scope } from "effect"
import { TestClock } from "effect/testing"
import * as Folders from "./Folders.ts"
import * as Taking from "./Taking.ts"

const itemId = ItemId.make("101")
const record = { itemId, value: "{}", headers: { type: "place" } }

const log = Effect.map(Layer.build(SqliteInfra.layerMemory), Context.get(OrderLog))

const taking = (queue: Queue.Queue<LogRecord>) => Taking.taking(home(itemId, EMBEDDED_PARTITIONS), 10, queue)

describe("SqliteOrderLog", () => {
  it.effect("a record has the clock's time", () =>
    Effect.gen(function*() {
      const { append, consume } = yield* log
      yield* TestClock.setTime(1_234_567)
      yield* append(record)
      const taken = yield* Queue.unbounded<LogRecord>()
      yield* Effect.forkScoped(consume(taking(taken)))
      assert.strictEqual((yield* Queue.take(taken)).timestamp, 1_234_567)
    }))

  it.effect("an append that finds the queue full is refused as overloaded, and the others are made", () =>
    Effect.gen(function*() {
      const { append } = yield* log
      const all = Array.from({ length: WRITE_LINE_CAPACITY + 1 }, () => Effect.exit(append(record)))
      const exits = yield* Effect.all(all, { concurrency: "unbounded" })
      const failed = exits.filter(Exit.isFailure).map((exit) => Option.getOrUndefined(Exit.findErrorOption(exit)))
      assert.deepStrictEqual(
        failed.map((error) => [error?._tag, error?._tag === "AppendRefused" && error.overloaded]),
        [["AppendRefused", true]]
      )
    }))

  it.effect("a worker gets what another process appends", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const engine = Context.get(yield* Layer.build(SqliteInfra.layer({ folder })), OrderLog)
      const beside = Context.get(yield* Layer.build(SqliteInfra.layerBeside({ folder })), OrderLog)
      const taken = yield* Queue.unbounded<LogRecord>()
      yield* Effect.forkScoped(engine.consume(taking(taken)))
      const own = yield* engine.append(record)
      assert.strictEqual((yield* Queue.take(taken)).offset, own.offset)
      const theirs = yield* beside.append(record)
      yield* TestClock.adjust(EXTERNAL_POLL_MILLIS)
      assert.strictEqual((yield* Queue.take(taken)).offset, theirs.offset)
    }))

  it.effect("the log waits for workers that are asked to return, within a bound", () =>
    Effect.gen(function*() {
      const { consume } = yield* log
      const scope = yield* Scope.make()
      const asked = yield* Deferred.make<OwnedPartition>()
      const interrupted = yield* Deferred.make<void>()
      const stubborn = (owned: OwnedPartition) =>
        owned.partition === 0
          ? owned.revoked.pipe(
            Effect.andThen(Deferred.succeed(asked, owned)),
            Effect.andThen(Effect.never),
            Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
          )
          : owned.revoked
      yield* Effect.forkChild(Scope.provide(consume(stubborn), scope), { startImmediately: true })
      yield* Effect.yieldNow
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      const owned = yield* Deferred.await(asked)
      yield* owned.commit(Offset.make(3))
      assert.isFalse(yield* Deferred.isDone(interrupted))
      yield* TestClock.adjust(REVOKE_TIMEOUT)
      yield* Fiber.join(closing)
      yield* Deferred.await(interrupted)
      assert.deepStrictEqual(yield* Effect.flip(owned.commit(Offset.make(4))), new PartitionLost({ partition: 0 }))
      assert.deepStrictEqual(yield* Effect.flip(owned.take(1)), new PartitionLost({ partition: 0 }))
    }))

  it.effect("one consumer at a time owns the partitions", () =>
    Effect.gen(function*() {
      const { consume } = yield* log
      const first = yield* Scope.make()
      yield* Effect.forkChild(Scope.provide(consume(({ revoked }) => revoked), first), { startImmediately: true })
      const started = yield* Deferred.make<void>()
      yield* Effect.forkScoped(
        consume(({ revoked }) => Effect.andThen(Deferred.succeed(started, undefined), revoked)),
        { startImmediately: true }
      )
      yield* Effect.yieldNow
      assert.isFalse(yield* Deferred.isDone(started))
      yield* Scope.close(first, Exit.void)
      yield* Deferred.await(started)
    }))

  it.effect("a defect of a worker ends the consumer", () =>
    Effect.gen(function*() {
      const { consume } = yield* log
      const exit = yield* Effect.exit(
        Effect.scoped(consume(({ partition, revoked }) => partition === 2 ? Effect.die(new Error("a bug")) : revoked))
      )
      assert.isTrue(Exit.hasDies(exit))
    }))
})
