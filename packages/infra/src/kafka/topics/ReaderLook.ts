/** The same judgement for one who only reads the log, once: nothing is made, and nothing written down. */
import { type LogRefused, LogUnavailable } from "@flash-sale/domain/ports/OrderLog"
import { Effect, Schedule } from "effect"
import type { KafkaClient } from "../client/KafkaClient.ts"
import * as Evidence from "./Evidence.ts"
import * as Verdict from "./Verdict.ts"

/** A coordinator that has just started loads its groups first. */
const untilLoaded = Schedule.spaced("300 millis").pipe(Schedule.upTo({ times: 10 }))

/**
 * The number of partitions of a log that may be read. Asks the store of whoever calls, where it has one that answers:
 * a log is read most of all where the store is lost.
 */
export const partitions = Effect.fnUntraced(function*(
  client: KafkaClient["Service"]
): Effect.fn.Return<number, LogUnavailable | LogRefused> {
  const { ordersTopic: topic, partitions } = client.settings
  const found = yield* Evidence.partitionsOf(client, topic)
  const stored = (yield* Effect.orDie(Evidence.inStore({ mayBeAway: true }))) ?? []
  const noted = found === undefined ? [] : yield* Effect.retry(Evidence.inGroup(client), untilLoaded)
  const verdict = Verdict.of({ settings: { topic, partitions }, found, witnesses: [...stored, ...noted] })
  switch (verdict._tag) {
    case "Usable":
      return verdict.partitions
    case "Absent":
      return yield* new LogUnavailable({ detail: `Kafka: there is no topic ${topic}` })
    case "LogRefused":
      return yield* verdict
  }
})
