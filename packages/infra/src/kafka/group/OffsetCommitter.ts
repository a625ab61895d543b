/** Commits of a consumer: one in flight, and the waiting ones together in the next, the furthest of each partition. */
import { LogUnavailable, PartitionLost } from "@flash-sale/domain/ports/OrderLog"
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Data, Effect, Exit, Scope } from "effect"
import type { Consumer } from "kafkajs"
import * as BatchLine from "../../actor/BatchLine.ts"
import { messageOf } from "../../errors/MessageOf.ts"

/** How long a worker waits for its commit. The commit itself may still arrive later. */
const COMMIT_TIMEOUT = "5 seconds"
/** Commits that may wait, and that go in one: more than there are partitions. */
const COMMITS_WAITING = 20_000

/** Errors by which the group says that this member does not own the partition that it commits. */
const NOT_OURS: ReadonlySet<unknown> = new Set([
  "REBALANCE_IN_PROGRESS",
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "FENCED_INSTANCE_ID"
])

class CommitFailed extends Data.TaggedError("CommitFailed")<{
  readonly isNotOurs: boolean
  readonly detail: string
}> {}

export interface Commit {
  readonly partition: PartitionId
  readonly next: Offset
  readonly isLost: () => boolean
}

export type OffsetCommitter = (commit: Commit) => Effect.Effect<void, LogUnavailable | PartitionLost>

/** `metadata` is the note that stands beside each committed offset. */
export const make = Effect.fnUntraced(function*(
  consumer: Consumer,
  topic: string,
  metadata: string
): Effect.fn.Return<OffsetCommitter, never, Scope.Scope> {
  // The library reports a commit of a stopped consumer as made; only this event proves that it was.
  let arrived = false
  const forget = consumer.on(consumer.events.COMMIT_OFFSETS, () => {
    arrived = true
  })
  yield* Effect.addFinalizer(() => Effect.sync(forget))

  const send = (furthest: ReadonlyMap<PartitionId, Offset>) =>
    Effect.tryPromise({
      try: async () => {
        arrived = false
        await consumer.commitOffsets(
          [...furthest].map(([partition, next]) => ({ topic, partition, offset: String(next), metadata }))
        )
        return arrived
      },
      catch: (error) => new CommitFailed({ isNotOurs: isNotOurs(error), detail: messageOf(error) })
    })

  const answer = (
    commit: Commit,
    exit: Exit.Exit<boolean, CommitFailed>
  ): Exit.Exit<void, LogUnavailable | PartitionLost> => {
    const lost = Exit.fail(new PartitionLost({ partition: commit.partition }))
    if (commit.isLost()) return lost
    if (Exit.isSuccess(exit)) return exit.value ? Exit.void : lost
    return Exit.mapError(
      Exit.asVoid(exit),
      ({ detail, isNotOurs }) =>
        isNotOurs
          ? new PartitionLost({ partition: commit.partition })
          : new LogUnavailable({ detail: `Kafka: committing: ${detail}` })
    )
  }

  // The end of the line is not awaited: its workers have ended by then, and without Kafka the commit in flight takes
  // long.
  const lineScope = yield* Scope.make()
  yield* Effect.addFinalizer((exit) => Effect.asVoid(Effect.forkDetach(Scope.close(lineScope, exit))))
  const line = yield* BatchLine.make<Commit, void, LogUnavailable | PartitionLost>({
    name: "commits",
    capacity: COMMITS_WAITING,
    batchSize: COMMITS_WAITING,
    handle: Effect.fnUntraced(function*(commits) {
      const furthest = new Map<PartitionId, Offset>()
      for (const { isLost, next, partition } of commits) {
        if (!isLost() && next >= (furthest.get(partition) ?? 0)) furthest.set(partition, next)
      }
      const exit = furthest.size === 0 ? Exit.succeed(false) : yield* Effect.exit(send(furthest))
      return commits.map((commit) => answer(commit, exit))
    })
  }).pipe(Scope.provide(lineScope))

  return (commit) =>
    line.ask(commit).pipe(
      Effect.catchTag("LineFull", () => new LogUnavailable({ detail: "Kafka: too many commits wait" })),
      Effect.timeoutOrElse({
        duration: COMMIT_TIMEOUT,
        orElse: () => Effect.fail(new LogUnavailable({ detail: "Kafka: committing: no answer in time" }))
      })
    )
})

const isNotOurs = (error: unknown): boolean =>
  error instanceof Error && (("type" in error && NOT_OURS.has(error.type)) || isNotOurs(error.cause))
