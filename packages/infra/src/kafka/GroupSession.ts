/** One membership in the consumer group, from joining to leaving or crashing, and the workers that run in it. */
import { LogUnavailable, type OwnedPartition, type PartitionBounds } from "@flash-sale/domain/OrderLog"
import type { Offset, PartitionId } from "@flash-sale/domain/Partition"
import * as Partition from "@flash-sale/domain/Partition"
import { Cause, Deferred, Effect, Exit, Fiber, Queue, type Scope } from "effect"
import type { Consumer, EachBatchPayload } from "kafkajs"
import * as Commits from "./Commits.ts"
import * as Handover from "./Handover.ts"
import * as Intake from "./Intake.ts"
import { KafkaClient, messageOf } from "./KafkaClient.ts"
import { toLogRecord } from "./Records.ts"

/** How long workers may take to finish what they have in hand when their partitions go to somebody else. */
const REVOKE_PATIENCE = "10 seconds"
/** How long an interrupted worker may take to end. */
const INTERRUPT_PATIENCE = "2 seconds"
/** How long leaving the group may take. Without a goodbye the group notices after `SESSION_TIMEOUT`. */
const LEAVE_PATIENCE = "5 seconds"
/** After how many milliseconds without a sign of life the group gives this member's partitions away. */
const SESSION_TIMEOUT = 30_000
/** The member learns with a heartbeat that another wants to join, so this is how long a handover takes to begin. */
const HEARTBEAT_INTERVAL = 1_000
/** How long the group waits for its members to join again, in milliseconds; above `REVOKE_PATIENCE`. */
const REBALANCE_TIMEOUT = 20_000
/** How long a fetch waits for records, in milliseconds. A seek or a resume takes effect with the next fetch. */
const FETCH_WAIT = 25
/** The most bytes of one partition in one fetch: about a thousand records, so that a full intake is little too full. */
const FETCH_BYTES = 256 * 1024

export type Worker = (owned: OwnedPartition) => Effect.Effect<void>

/** What the log knows of a partition beside its records. */
export interface Questions {
  readonly committed: (partition: PartitionId) => Effect.Effect<Offset | undefined, LogUnavailable>
  readonly bounds: (partition: PartitionId) => Effect.Effect<PartitionBounds, LogUnavailable>
}

interface Running {
  readonly intake: Intake.Intake
  readonly revoked: Deferred.Deferred<void>
  readonly fiber: Fiber.Fiber<void>
}

type Event =
  | { readonly _tag: "Joined"; readonly partitions: ReadonlyArray<PartitionId> }
  | { readonly _tag: "MustLeave" }
  | { readonly _tag: "Crashed"; readonly error: unknown }
  | { readonly _tag: "WorkerDied"; readonly cause: Cause.Cause<never> }

/**
 * Joins and runs `worker` for each partition while it is owned. Fails when the membership is lost for good; leaves the
 * group when its scope closes, after the workers have returned or their time is over.
 */
export const run = Effect.fnUntraced(function*(
  client: KafkaClient["Service"],
  questions: Questions,
  worker: Worker
): Effect.fn.Return<never, LogUnavailable, Scope.Scope> {
  const topic = client.settings.ordersTopic
  const events = yield* Queue.unbounded<Event>()
  const running = new Map<PartitionId, Running>()
  // Both are read and written in the library's own turn, where no effect can run in between.
  let isOwner = false
  let isLeaving = false

  const consumer = client.consumer({
    groupId: client.settings.group,
    partitionAssigners: [Handover.assigner(() => {
      if (!isOwner) return true
      if (!isLeaving) Queue.offerUnsafe(events, { _tag: "MustLeave" })
      isLeaving = true
      return false
    })],
    sessionTimeout: SESSION_TIMEOUT,
    heartbeatInterval: HEARTBEAT_INTERVAL,
    rebalanceTimeout: REBALANCE_TIMEOUT,
    maxWaitTimeInMs: FETCH_WAIT,
    maxBytesPerPartition: FETCH_BYTES
  })
  const fetching = fetchingOf(consumer, topic)
  yield* Effect.addFinalizer(() =>
    Effect.tryPromise(() => consumer.disconnect()).pipe(
      Effect.interruptible,
      Effect.timeout(LEAVE_PATIENCE),
      Effect.ignore
    )
  )
  const commit = yield* Commits.make(consumer, topic)

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const partitions = (payload.memberAssignment[topic] ?? []).map((one) => Partition.PartitionId.make(one))
    partitions.forEach(fetching.pause)
    isOwner = true
    Queue.offerUnsafe(events, { _tag: "Joined", partitions })
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    Queue.offerUnsafe(events, { _tag: "Crashed", error: payload.error })
  })

  /** Starts a worker and remembers it in one step that nothing interrupts, as only what is remembered is ended. */
  const start = (partition: PartitionId) =>
    Effect.uninterruptibleMask(Effect.fnUntraced(function*(restore) {
      const intake = yield* Intake.make(partition, fetching, questions.bounds(partition))
      const revoked = yield* Deferred.make<void>()
      const owned = ownedOf(partition, intake, Deferred.await(revoked), questions, commit)
      const fiber = yield* restore(worker(owned)).pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) return
            Queue.offerUnsafe(events, { _tag: "WorkerDied", cause: exit.cause })
          })
        ),
        // Detached, as the end of the session must wait for it rather than interrupt it: see `handOver`.
        Effect.forkDetach
      )
      running.set(partition, { intake, revoked, fiber })
    }))

  const handOver = Effect.fnUntraced(function*() {
    const all = [...running.values()]
    yield* finish(all)
    for (const { intake } of all) intake.lose()
    running.clear()
    isOwner = false
    isLeaving = false
  })
  yield* Effect.addFinalizer(handOver)

  const eachBatch = async ({ batch, isStale, resolveOffset }: EachBatchPayload): Promise<void> => {
    const partition = Partition.PartitionId.make(batch.partition)
    const one = running.get(partition)
    if (one === undefined || isStale()) return
    one.intake.offer(batch.messages.map((message) => toLogRecord(partition, message)))
    resolveOffset(batch.lastOffset())
  }
  yield* Effect.tryPromise({
    try: async () => {
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch })
    },
    catch: (error) => new LogUnavailable({ detail: `Kafka: joining the group: ${messageOf(error)}` })
  })

  while (true) {
    const event = yield* Queue.take(events)
    switch (event._tag) {
      case "Joined":
        yield* Effect.logInfo(`Owning partitions ${event.partitions.join(", ")}`)
        yield* Effect.forEach(event.partitions, start, { discard: true })
        break
      case "MustLeave":
        yield* Effect.logInfo(`Handing over ${running.size} partitions`)
        yield* handOver()
        break
      case "Crashed":
        for (const { intake } of running.values()) intake.lose()
        yield* handOver()
        return yield* new LogUnavailable({ detail: `Kafka: consuming: ${messageOf(event.error)}` })
      case "WorkerDied":
        return yield* Effect.failCause(event.cause)
    }
  }
})

/** Asks the workers to return; interrupts those that have not when their time is over. */
const finish = Effect.fnUntraced(function*(all: ReadonlyArray<Running>) {
  for (const { revoked } of all) yield* Deferred.succeed(revoked, undefined)
  const workers = all.map(({ fiber }) => fiber)
  const done = yield* Fiber.awaitAll(workers).pipe(Effect.interruptible, Effect.timeoutOption(REVOKE_PATIENCE))
  if (done._tag === "Some") return
  yield* Effect.logWarning("Workers did not return in time and are interrupted")
  yield* Fiber.interruptAll(workers).pipe(Effect.interruptible, Effect.timeout(INTERRUPT_PATIENCE), Effect.ignore)
})

const ownedOf = (
  partition: PartitionId,
  intake: Intake.Intake,
  revoked: Effect.Effect<void>,
  questions: Questions,
  commit: Commits.Commits
): OwnedPartition => ({
  partition,
  committed: questions.committed(partition),
  bounds: questions.bounds(partition),
  seek: intake.seek,
  take: intake.take,
  commit: (next) => commit({ partition, next, isLost: intake.isLost }),
  revoked
})

const fetchingOf = (consumer: Consumer, topic: string): Intake.Fetching => ({
  seek: (partition, offset) =>
    unlessStopped(() => consumer.seek({ topic, partition, offset: String(offset) })),
  pause: (partition) => unlessStopped(() => consumer.pause([{ topic, partitions: [partition] }])),
  resume: (partition) => unlessStopped(() => consumer.resume([{ topic, partitions: [partition] }]))
})

/** The name of the error by which the library says that the consumer does not run. */
const STOPPED = "KafkaJSNonRetriableError"

/** A consumer that has just stopped throws; the event that ends its workers is already on its way. */
const unlessStopped = (order: () => void): void => {
  try {
    order()
  } catch (error) {
    if (!(error instanceof Error && error.name === STOPPED)) throw error
  }
}
