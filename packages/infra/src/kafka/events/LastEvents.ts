/** What the last event of a partition says. A processor that starts waits for the answer. */
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Exit, Scope } from "effect"
import * as BatchLine from "../../actor/BatchLine.ts"
import { messageOf } from "../../errors/MessageOf.ts"
import type { KafkaClient } from "../client/KafkaClient.ts"
import { ADMIN_TIMEOUT } from "../client/KafkaSettings.ts"
import * as TopicMetadata from "../client/TopicMetadata.ts"
import * as NextHeaders from "./NextHeaders.ts"

/** Partitions that may wait for an answer, and that one connection asks for. */
const WAITING = 20_000
const ASKED_AT_ONCE = 100

type Told = NextHeaders.Told

/** Asks for one partition after the other, over a connection that is closed then. */
const ask = (
  { settings }: KafkaClient["Service"],
  topic: string,
  wanted: ReadonlyArray<NextHeaders.Wanted>
): Effect.Effect<ReadonlyArray<Exit.Exit<Told, LogUnavailable>>, LogUnavailable> => {
  const failed = (why: unknown) => new LogUnavailable({ detail: `Kafka: reading ${topic}: ${messageOf(why)}` })
  return Effect.tryPromise({
    try: async () => {
      const client = NextHeaders.connect(settings, topic)
      try {
        const answers: Array<Exit.Exit<Told, LogUnavailable>> = []
        for (const one of wanted) {
          answers.push(
            await NextHeaders.lastOf(client, topic, one).then(Exit.succeed, (error) => Exit.fail(failed(error)))
          )
        }
        return answers
      } finally {
        await client.close()
      }
    },
    catch: failed
  }).pipe(
    Effect.timeoutOrElse({
      duration: ADMIN_TIMEOUT,
      orElse: () => Effect.fail(failed(`no answer within ${ADMIN_TIMEOUT}`))
    })
  )
}

/** How far everything is told, as the last event of a partition says. Those who ask at once share a connection. */
export const make = Effect.fnUntraced(function*(
  client: KafkaClient["Service"],
  topic: string
): Effect.fn.Return<(partition: PartitionId) => Effect.Effect<Told, LogUnavailable>, never, Scope.Scope> {
  // The end of the line is not awaited: its callers have ended by then, and without Kafka the request under way takes
  // long.
  const lineScope = yield* Scope.make()
  yield* Effect.addFinalizer((exit) => Effect.asVoid(Effect.forkDetach(Scope.close(lineScope, exit))))
  const line = yield* BatchLine.make<PartitionId, Told, LogUnavailable>({
    name: `last of ${topic}`,
    capacity: WAITING,
    batchSize: ASKED_AT_ONCE,
    handle: Effect.fnUntraced(function*(partitions) {
      const boundsOf = yield* TopicMetadata.allBounds(client, topic)
      const wanted = yield* Effect.forEach(
        partitions,
        (partition) => Effect.map(boundsOf(partition), (bounds) => ({ partition, ...bounds }))
      )
      return yield* ask(client, topic, wanted)
    })
  }).pipe(Scope.provide(lineScope))
  return (partition) =>
    Effect.catchTag(
      line.ask(partition),
      "LineFull",
      () => new LogUnavailable({ detail: `Kafka: ${topic}: too many wait for their last event` })
    )
})
