/** One membership in the consumer group, from joining to leaving or crashing. */
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import * as Partition from "@flash-sale/domain/records/Partition"
import { type Cause, Effect, Queue, type Scope } from "effect"
import type { Consumer, EachBatchPayload } from "kafkajs"
import { messageOf } from "../../errors/MessageOf.ts"
import * as Log from "../../observability/logs/Log.ts"
import * as CommitNote from "../client/CommitNote.ts"
import type { KafkaClient } from "../client/KafkaClient.ts"
import { toLogRecord } from "../client/KafkaRecords.ts"
import * as ConsumerFetching from "./ConsumerFetching.ts"
import * as OffsetCommitter from "./OffsetCommitter.ts"
import * as RebalanceGate from "./RebalanceGate.ts"
import * as Workers from "./Workers.ts"

/** How long leaving the group may take. A member that does not leave is noticed after `SESSION_TIMEOUT`. */
const LEAVE_TIMEOUT = "3 seconds"
/** After how many milliseconds without a heartbeat the group reassigns this member's partitions. */
const SESSION_TIMEOUT = 10_000
/** A heartbeat's answer says that another member wants to join, so a rebalance begins within this time. */
const HEARTBEAT_INTERVAL = 1_000
/** How long the group waits for its members to join again, in milliseconds; longer than workers may take to return. */
const REBALANCE_TIMEOUT = 20_000
/**
 * How long a fetch waits for records, in milliseconds. A seek or a resume takes effect with the next fetch, so less is
 * quicker under load; each fetch costs about a millisecond, so more is cheaper at rest.
 */
const FETCH_WAIT = 50
/** The most bytes of one partition in one fetch: about a thousand records, which bounds how much a buffer overfills. */
const FETCH_BYTES = 256 * 1024

type Event =
  | { readonly _tag: "Joined"; readonly partitions: ReadonlyArray<Partition.PartitionId> }
  | { readonly _tag: "RebalanceAsked" }
  | { readonly _tag: "Crashed"; readonly error: unknown }
  | { readonly _tag: "WorkerDied"; readonly cause: Cause.Cause<never> }

/** What a group consumes. */
export interface Subscription {
  readonly topic: string
  readonly group: string
  /** How many partitions the topic has: noted beside each commit. */
  readonly partitions: number
}

/**
 * Joins and runs `worker` for each partition while it is owned. Fails when the membership is lost for good; leaves the
 * group when its scope closes, after the workers have returned or their time is over.
 */
export const run = Effect.fnUntraced(function*(
  client: KafkaClient["Service"],
  { group, partitions, topic }: Subscription,
  questions: Workers.PartitionQuestions,
  worker: Workers.Worker
): Effect.fn.Return<never, LogUnavailable, Scope.Scope> {
  const events = yield* Queue.unbounded<Event>()
  const emit = (event: Event): void => {
    Queue.offerUnsafe(events, event)
  }
  const gate = RebalanceGate.make(() => emit({ _tag: "RebalanceAsked" }))
  const consumer = client.consumer({
    groupId: group,
    partitionAssigners: [gate.assigner],
    sessionTimeout: SESSION_TIMEOUT,
    heartbeatInterval: HEARTBEAT_INTERVAL,
    rebalanceTimeout: REBALANCE_TIMEOUT,
    maxWaitTimeInMs: FETCH_WAIT,
    maxBytesPerPartition: FETCH_BYTES
  })
  const commit = yield* OffsetCommitter.make(consumer, topic, CommitNote.of(partitions))
  yield* Effect.addFinalizer(() => leave(consumer))
  const fetching = ConsumerFetching.make(consumer, topic)
  const workers = Workers.make({
    worker,
    questions,
    fetching,
    commit,
    onDied: (cause) => emit({ _tag: "WorkerDied", cause })
  })
  yield* Effect.addFinalizer(() => workers.revoke)

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const partitions = (payload.memberAssignment[topic] ?? []).map((one) => Partition.PartitionId.make(one))
    // Nothing is fetched before a worker seeks its start.
    partitions.forEach(fetching.pause)
    gate.joined()
    emit({ _tag: "Joined", partitions })
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => emit({ _tag: "Crashed", error: payload.error }))
  yield* join(consumer, topic, workers)

  while (true) {
    const event = yield* Queue.take(events)
    switch (event._tag) {
      case "Joined":
        yield* Log.info(`Owning partitions ${event.partitions.toSorted((one, other) => one - other).join(", ")}`, {
          event: "partitions_assigned"
        })
        yield* Effect.forEach(event.partitions, workers.start, { discard: true })
        break
      case "RebalanceAsked":
        yield* Log.info("Handing the partitions over", { event: "partitions_revoked" })
        yield* workers.revoke
        gate.done()
        break
      case "Crashed":
        workers.lose()
        return yield* new LogUnavailable({ detail: `Kafka: consuming: ${messageOf(event.error)}` })
      case "WorkerDied":
        return yield* Effect.failCause(event.cause)
    }
  }
})

const join = (consumer: Consumer, topic: string, workers: Workers.Workers): Effect.Effect<void, LogUnavailable> => {
  const eachBatch = async ({ batch, isStale, resolveOffset }: EachBatchPayload): Promise<void> => {
    const partition = Partition.PartitionId.make(batch.partition)
    const buffer = workers.bufferOf(partition)
    if (buffer === undefined || isStale()) return
    buffer.offer(batch.messages.map((message) => toLogRecord(partition, message)))
    resolveOffset(batch.lastOffset())
  }
  return Effect.tryPromise({
    try: async () => {
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch })
    },
    catch: (error) => new LogUnavailable({ detail: `Kafka: joining the group: ${messageOf(error)}` })
  })
}

const leave = (consumer: Consumer): Effect.Effect<void> =>
  Effect.tryPromise(() => consumer.disconnect()).pipe(
    // Interruptible, as a time-out would otherwise wait for what it gives up.
    Effect.interruptible,
    Effect.timeout(LEAVE_TIMEOUT),
    Effect.ignore
  )
