/** Reading the topic `orders` outside of the processors' group, in a group of the reader's own (`RangeSession`). */
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { LogDamaged, LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type * as Partition from "@flash-sale/domain/records/Partition"
import { Deferred, Effect, Exit, Layer, Queue, Schedule, Scope, Semaphore, Stream } from "effect"
import { KafkaClient } from "./client/KafkaClient.ts"
import * as RangeSession from "./client/RangeSession.ts"
import * as TopicMetadata from "./client/TopicMetadata.ts"
import * as ReaderLook from "./topics/ReaderLook.ts"

/** Batches that are read ahead of the stream's consumer. */
const READ_AHEAD = 2
/** A coordinator that has just started loads its groups first. */
const untilLoaded = Schedule.spaced("300 millis").pipe(Schedule.upTo({ times: 10 }))

type Batch = ReadonlyArray<LogRecord>

/** Joins its group when something is read for the first time, and leaves when the layer closes. */
export const layer: Layer.Layer<LogReader, never, KafkaClient> = Layer.effect(
  LogReader,
  Effect.gen(function*() {
    const client = yield* KafkaClient
    const { group, ordersTopic } = client.settings
    const scope = yield* Effect.scope
    const reading = yield* Semaphore.make(1)
    let current: { readonly session: RangeSession.Session; readonly own: Scope.Closeable } | undefined
    const bounds = TopicMetadata.one(TopicMetadata.allBounds(client, ordersTopic))

    /** The current session, or a new one where it crashed. One read at a time asks for it. */
    const opened = Effect.gen(function*() {
      if (current !== undefined && !Deferred.isDoneUnsafe(current.session.crashed)) return current.session
      if (current !== undefined) yield* Scope.close(current.own, Exit.void)
      current = undefined
      const own = yield* Scope.fork(scope)
      const session = yield* RangeSession.open(client).pipe(
        Scope.provide(own),
        Effect.onError((cause) => Scope.close(own, Exit.failCause(cause)))
      )
      current = { session, own }
      return session
    })

    const read: LogReader["Service"]["read"] = (partition, from, until, how) =>
      from >= until ? Stream.empty : Stream.unwrap(Effect.gen(function*() {
        yield* Semaphore.takeScoped(reading, 1)
        const session = yield* opened
        const batches = yield* Queue.bounded<Batch | "end", LogUnavailable | LogDamaged>(READ_AHEAD)
        const assignment = [{ topic: ordersTopic, partitions: [partition] }]
        const range: RangeSession.Range = {
          partition,
          until,
          wholeFrom: how === "as is" ? until : 0,
          bounds: bounds(partition),
          next: from,
          doubted: undefined,
          batches
        }
        session.range = range
        yield* Effect.addFinalizer(() =>
          Effect.sync(() => {
            session.range = undefined
            session.consumer.pause(assignment)
          }).pipe(Effect.andThen(Queue.shutdown(batches)))
        )
        session.consumer.seek({ topic: ordersTopic, partition, offset: String(from) })
        session.consumer.resume(assignment)
        yield* Effect.forkScoped(RangeSession.endSilent(range))
        return Stream.fromEffectRepeat(Effect.raceFirst(Queue.take(batches), Deferred.await(session.crashed))).pipe(
          Stream.takeWhile((batch): batch is Batch => batch !== "end")
        )
      }))

    /** The first record that is missing. Whether one is the one that was appended is not looked at. */
    const damage = (partition: Partition.PartitionId, from: number) =>
      Effect.flatMap(
        bounds(partition),
        ({ end, start }) =>
          Stream.runDrain(read(partition, Math.max(start, from), end)).pipe(
            Effect.as(undefined),
            Effect.catchTag("LogDamaged", (found) => Effect.succeed(found))
          )
      )

    const committed = TopicMetadata.one(TopicMetadata.allCommitted(client, ordersTopic, group))
    return {
      partitions: ReaderLook.partitions(client),
      bounds,
      committed: (partition) => Effect.retry(committed(partition), untilLoaded),
      read,
      damage
    }
  })
)
