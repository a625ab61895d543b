/** Which records have a letter among the dead letters, open or handled: for a copy of the log. */
import type { KnownLetters } from "@flash-sale/domain/ports/LogCopy"
import { LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Deferred, Effect, Option } from "effect"
import type { KafkaClient } from "../client/KafkaClient.ts"
import * as DeadLetterRecords from "./DeadLetterRecords.ts"
import * as TopicReader from "./TopicReader.ts"

/** How long all letters may take to be read. */
const TIMEOUT = "5 minutes"

const NONE: KnownLetters = { has: () => false, isTargetKnown: false }

/** Reads all that is in the topic of the dead letters now. `target` is the topic of the copy. */
export const read = Effect.fnUntraced(function*(
  client: KafkaClient["Service"],
  target: string
): Effect.fn.Return<KnownLetters, LogUnavailable> {
  const { deadLettersTopic, ordersTopic } = client.settings
  const topics = yield* client.ask("listing topics", (admin) => admin.listTopics())
  if (!topics.includes(deadLettersTopic)) return NONE
  const known = new Set<string>()
  let isTargetKnown = false
  const note = ({ offset, partition, topic }: { topic?: string; partition: number; offset: number }): void => {
    if (topic === target) isTargetKnown = true
    if (topic === undefined) known.add(`${partition}:${offset}`)
  }
  const caughtUp = yield* Deferred.make<void>()
  const reading = TopicReader.run(client, deadLettersTopic, {
    onRecord: (record) => {
      const entry = Option.getOrUndefined(DeadLetterRecords.decode(record, ordersTopic))
      if (entry?._tag === "Letter") note(entry.letter)
      if (entry?._tag === "Handled") note(entry.handling)
    },
    onCaughtUp: () => {
      Deferred.doneUnsafe(caughtUp, Effect.void)
    }
  })
  yield* Effect.scoped(Effect.raceFirst(reading, Deferred.await(caughtUp))).pipe(Effect.timeoutOrElse({
    duration: TIMEOUT,
    orElse: () =>
      Effect.fail(new LogUnavailable({ detail: `Kafka: ${deadLettersTopic} was not read within ${TIMEOUT}` }))
  }))
  return { has: ({ offset, partition }) => known.has(`${partition}:${offset}`), isTargetKnown }
})
