/** The workers of the partitions that this process owns: started on assignment, ended before revocation. */
import type { LogUnavailable, OwnedPartition, PartitionBounds } from "@flash-sale/domain/ports/OrderLog"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Cause, Deferred, Effect, Exit, Fiber } from "effect"
import * as Log from "../../observability/logs/Log.ts"
import * as FetchBuffer from "./FetchBuffer.ts"
import type * as FetchedRecords from "./FetchedRecords.ts"
import type * as OffsetCommitter from "./OffsetCommitter.ts"

/** How long workers may take to finish what they have in hand when their partitions are revoked. */
const REVOKE_TIMEOUT = "10 seconds"
/** How long an interrupted worker may take to end. */
const INTERRUPT_TIMEOUT = "2 seconds"

export type Worker = (owned: OwnedPartition) => Effect.Effect<void>

/** The queries about a partition that its worker asks. */
export interface PartitionQuestions {
  readonly committed: (partition: PartitionId) => Effect.Effect<Offset | undefined, LogUnavailable>
  readonly bounds: (partition: PartitionId) => Effect.Effect<PartitionBounds, LogUnavailable>
}

export interface WorkersOptions {
  readonly worker: Worker
  readonly questions: PartitionQuestions
  readonly fetching: FetchedRecords.Fetching
  readonly commit: OffsetCommitter.OffsetCommitter
  /** A worker cannot fail, so this is a bug. */
  readonly onDied: (cause: Cause.Cause<never>) => void
}

export interface Workers {
  readonly start: (partition: PartitionId) => Effect.Effect<void>
  readonly bufferOf: (partition: PartitionId) => FetchBuffer.FetchBuffer | undefined
  /** Asks all workers to return, and ends those that do not in time. */
  readonly revoke: Effect.Effect<void>
  /** The membership is lost: all further calls of the workers fail with `PartitionLost`. */
  readonly lose: () => void
}

interface Running {
  readonly buffer: FetchBuffer.FetchBuffer
  readonly revoked: Deferred.Deferred<void>
  readonly fiber: Fiber.Fiber<void>
}

export const make = ({ commit, fetching, onDied, questions, worker }: WorkersOptions): Workers => {
  const running = new Map<PartitionId, Running>()

  const owned = (
    partition: PartitionId,
    buffer: FetchBuffer.FetchBuffer,
    revoked: Effect.Effect<void>
  ): OwnedPartition => ({
    partition,
    committed: questions.committed(partition),
    bounds: questions.bounds(partition),
    seek: buffer.seek,
    take: buffer.take,
    commit: (next) => commit({ partition, next, isLost: buffer.isLost }),
    revoked
  })

  const lose = () => {
    for (const { buffer } of running.values()) buffer.lose()
  }

  return {
    // Starting and registering are one uninterruptible step, as only registered workers are ended.
    start: (partition) =>
      Effect.uninterruptibleMask(Effect.fnUntraced(function*(restore) {
        const buffer = yield* FetchBuffer.make(partition, fetching, questions.bounds(partition))
        const revoked = yield* Deferred.make<void>()
        const fiber = yield* restore(worker(owned(partition, buffer, Deferred.await(revoked)))).pipe(
          Effect.onExit((exit) =>
            Effect.sync(() => {
              if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) onDied(exit.cause)
            })
          ),
          // Detached, as the end of the session must wait for it rather than interrupt it.
          Effect.forkDetach
        )
        running.set(partition, { buffer, revoked, fiber })
      })),
    bufferOf: (partition) => running.get(partition)?.buffer,
    revoke: Effect.suspend(() => finish([...running.values()])).pipe(
      Effect.andThen(Effect.sync(() => {
        lose()
        running.clear()
      }))
    ),
    lose
  }
}

const finish = Effect.fnUntraced(function*(all: ReadonlyArray<Running>) {
  for (const { revoked } of all) yield* Deferred.succeed(revoked, undefined)
  const fibers = all.map(({ fiber }) => fiber)
  // Interruptible, as this also runs in a finalizer, where a time-out would otherwise wait for what it gives up.
  const done = yield* Fiber.awaitAll(fibers).pipe(Effect.interruptible, Effect.timeoutOption(REVOKE_TIMEOUT))
  if (done._tag === "Some") return
  yield* Log.warn("Workers did not return in time and are interrupted", { event: "partitions_revoked" })
  yield* Fiber.interruptAll(fibers).pipe(Effect.interruptible, Effect.timeout(INTERRUPT_TIMEOUT), Effect.ignore)
})
