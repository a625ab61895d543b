/** Reading ranges of a topic, one after the other, in a group of the reader's own (`RangeSession`). */
import type { LogDamaged, LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Deferred, Effect, Exit, Queue, Scope, Semaphore, Stream } from "effect"
import type { KafkaClient } from "./KafkaClient.ts"
import * as RangeSession from "./RangeSession.ts"
import * as TopicMetadata from "./TopicMetadata.ts"

/** Batches that are read ahead of the stream's consumer. */
const READ_AHEAD = 2

type Batch = ReadonlyArray<LogRecord>

/** The records from `from` on and before `until`, in batches of one or more. One read at a time; a second one waits. */
export type RangeReads = (
  partition: PartitionId,
  from: number,
  until: number,
  how?: "as is"
) => Stream.Stream<Batch, LogUnavailable | LogDamaged>

/** Joins its group when something is read for the first time, and leaves when the scope closes. */
export const make = Effect.fnUntraced(function*(
  client: KafkaClient["Service"],
  topic: string
): Effect.fn.Return<RangeReads, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const reading = yield* Semaphore.make(1)
  let current: { readonly session: RangeSession.Session; readonly own: Scope.Closeable } | undefined
  const bounds = TopicMetadata.one(TopicMetadata.allBounds(client, topic))

  /** The current session, or a new one where it crashed. One read at a time asks for it. */
  const opened = Effect.gen(function*() {
    if (current !== undefined && !Deferred.isDoneUnsafe(current.session.crashed)) return current.session
    if (current !== undefined) yield* Scope.close(current.own, Exit.void)
    current = undefined
    const own = yield* Scope.fork(scope)
    const session = yield* RangeSession.open(client, topic).pipe(
      Scope.provide(own),
      Effect.onError((cause) => Scope.close(own, Exit.failCause(cause)))
    )
    current = { session, own }
    return session
  })

  return (partition, from, until, how) =>
    from >= until ? Stream.empty : Stream.unwrap(Effect.gen(function*() {
      yield* Semaphore.takeScoped(reading, 1)
      const session = yield* opened
      const batches = yield* Queue.bounded<Batch | "end", LogUnavailable | LogDamaged>(READ_AHEAD)
      const assignment = [{ topic, partitions: [partition] }]
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
      session.consumer.seek({ topic, partition, offset: String(from) })
      session.consumer.resume(assignment)
      yield* Effect.forkScoped(RangeSession.endSilent(range))
      return Stream.fromEffectRepeat(Effect.raceFirst(Queue.take(batches), Deferred.await(session.crashed))).pipe(
        Stream.takeWhile((batch): batch is Batch => batch !== "end")
      )
    }))
})
