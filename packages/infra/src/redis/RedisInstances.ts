/**
 * The gateways and processors that run now: a sorted set of when each reported last, by the clock of Redis, and a hash
 * of what they said. Why: docs/decisions/0043-instances-report-themselves.md.
 */
import { InstanceText } from "@flash-sale/domain/instances/Instance"
import {
  Instances,
  LIVES_MILLIS,
  MAX_INSTANCES,
  MAX_REPORT_BYTES,
  type Report
} from "@flash-sale/domain/ports/Instances"
import { Effect, Layer, Option, Schema } from "effect"
import { unavailable } from "./client/WrongContent.ts"
import { IoRedis } from "./IoRedis.ts"
import * as Keys from "./Keys.ts"
import { Scripts } from "./Scripts.ts"

const KEYS = [Keys.instances, Keys.instanceReports]
/** Texts of one instance in the reply: its id, the age of its report, and the report. */
const TEXTS = 3

const encode = Schema.encodeSync(InstanceText)
const decode = Schema.decodeOption(InstanceText)

/** What is no report, or is one under the name of another instance, is passed over. */
const reportsOf = (texts: ReadonlyArray<string>): ReadonlyArray<Report> => {
  const found: Array<Report> = []
  for (let at = 0; at + TEXTS <= texts.length; at += TEXTS) {
    const [id, age, text = ""] = texts.slice(at, at + TEXTS)
    const instance = decode(text)
    if (Option.isSome(instance) && instance.value.id === id) {
      found.push({ instance: instance.value, ageMillis: Number(age) })
    }
  }
  return found
}

export const layer: Layer.Layer<never, never, IoRedis | Scripts> = Layer.effect(
  Instances,
  Effect.gen(function*() {
    const { use } = yield* IoRedis
    const { listInstances, reportInstance } = yield* Scripts
    return {
      report: (instance) =>
        Effect.asVoid(Effect.mapError(
          reportInstance(KEYS, [instance.id, encode(instance), String(LIVES_MILLIS), String(MAX_INSTANCES)]),
          unavailable
        )),
      withdraw: (id) =>
        Effect.asVoid(Effect.mapError(
          use((redis) => Promise.all([redis.zrem(Keys.instances, id), redis.hdel(Keys.instanceReports, id)])),
          unavailable
        )),
      list: Effect.mapError(
        Effect.map(listInstances(KEYS, [LIVES_MILLIS, MAX_INSTANCES, MAX_REPORT_BYTES].map(String)), reportsOf),
        unavailable
      )
    }
  })
)
