/** Counts the open dead letters, without the log: they are of interest most of all where that cannot be used. */
import { Deferred, Duration, Effect, Option } from "effect"
import type { KafkaClient } from "../client/KafkaClient.ts"
import * as DeadLetterFold from "../letters/DeadLetterFold.ts"
import * as DeadLetterRecords from "../letters/DeadLetterRecords.ts"
import * as TopicReader from "../letters/TopicReader.ts"

/** How long reading the topic to its end may take. */
export const WITHIN = Duration.seconds(10)

/** Number and age, once the topic has been read to the end that it had. */
export const look = Effect.fnUntraced(function*(client: KafkaClient["Service"]) {
  const { deadLettersTopic, ordersTopic } = client.settings
  const fold = DeadLetterFold.make(0)
  const isCaughtUp = yield* Deferred.make<void>()
  const reading = TopicReader.run(client, deadLettersTopic, {
    onRecord: (record) => {
      const entry = DeadLetterRecords.decode(record, ordersTopic)
      if (Option.isSome(entry)) fold.add(entry.value)
    },
    onCaughtUp: () => Deferred.doneUnsafe(isCaughtUp, Effect.void)
  })
  yield* Effect.raceFirst(reading, Deferred.await(isCaughtUp))
  return fold.stats()
})
