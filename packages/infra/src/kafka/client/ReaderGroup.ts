/**
 * A consumer group that belongs to one reader. The library reads as a group member only, so a reader outside of the
 * processors' group joins a group with a random name, which never commits and is deleted when the reader's scope
 * closes.
 */
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Deferred, Effect, Random, type Scope } from "effect"
import type { Consumer, ConsumerConfig, ConsumerRunConfig } from "kafkajs"
import { messageOf } from "../../errors/MessageOf.ts"
import type { KafkaClient } from "./KafkaClient.ts"

/** How long leaving and deleting the group may take. */
const LEAVE_TIMEOUT = "2 seconds"
const NAME_RANGE = 2 ** 48

export interface ReaderGroup {
  readonly consumer: Consumer
  /** Fails when the connection is lost for good; the reader is of no use then. */
  readonly crashed: Deferred.Deferred<never, LogUnavailable>
  /** Subscribes to the topic from its start and begins to consume. Returns before the group is joined. */
  readonly run: (config: ConsumerRunConfig) => Effect.Effect<void, LogUnavailable>
  /** The error of this reader, for a cause that it has found by itself. */
  readonly failure: (cause: unknown) => LogUnavailable
}

/** Connects at the first `run`. `config` is the consumer's, without the group's name. */
export const make = Effect.fnUntraced(function*(
  client: KafkaClient["Service"],
  topic: string,
  config: Omit<ConsumerConfig, "groupId">
): Effect.fn.Return<ReaderGroup, never, Scope.Scope> {
  const groupId = `${topic}-reader-${(yield* Random.nextIntBetween(0, NAME_RANGE)).toString(36)}`
  const consumer = client.consumer({ ...config, groupId })
  const crashed = yield* Deferred.make<never, LogUnavailable>()
  const failure = (cause: unknown) => new LogUnavailable({ detail: `Kafka: reading ${topic}: ${messageOf(cause)}` })
  yield* Effect.addFinalizer(() =>
    Effect.tryPromise(() => consumer.disconnect()).pipe(
      Effect.andThen(client.ask(`deleting ${groupId}`, (admin) => admin.deleteGroups([groupId]))),
      Effect.interruptible,
      Effect.timeout(LEAVE_TIMEOUT),
      Effect.ignore
    )
  )
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    Deferred.doneUnsafe(crashed, Effect.fail(failure(payload.error)))
  })
  return {
    consumer,
    crashed,
    failure,
    run: (runConfig) =>
      Effect.tryPromise({
        try: async () => {
          await consumer.connect()
          await consumer.subscribe({ topics: [topic], fromBeginning: true })
          await consumer.run({ autoCommit: false, ...runConfig })
        },
        catch: failure
      })
  }
})
