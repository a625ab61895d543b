/**
 * Whether the brokers speak what the engine says to them. They name no version, but what they understand of each
 * request.
 */
import { Producer } from "@platformatic/kafka"
import { Effect, Layer, Schedule } from "effect"
import * as Log from "../../observability/logs/Log.ts"
import * as KafkaSecurity from "./KafkaSecurity.ts"
import { CONNECT_TIMEOUT, type KafkaSettings, RECONNECT_CAP, REQUEST_TIMEOUT } from "./KafkaSettings.ts"

/** The version that the client supports, and that the manual names. */
export const LEAST_VERSION = "3.5"

/** A request of the protocol: its key, and the versions that a broker understands. */
export interface Api {
  readonly apiKey: number
  readonly maxVersion: number
}

interface Needed {
  readonly name: string
  readonly apiKey: number
  readonly version: number
}

/**
 * What orders depend on, with the version in which that came: records with headers, fetched and appended as such; a
 * look at a topic that does not create it; a producer whose repeated sends count once, also after it was idle (Kafka
 * 2.5).
 */
const NEEDED: ReadonlyArray<Needed> = [
  { name: "Produce", apiKey: 0, version: 3 },
  { name: "Fetch", apiKey: 1, version: 4 },
  { name: "Metadata", apiKey: 3, version: 4 },
  { name: "InitProducerId", apiKey: 22, version: 3 }
]

/** What the brokers lack, such as `InitProducerId 3`. */
export const lacking = (apis: ReadonlyArray<Api>): ReadonlyArray<string> =>
  NEEDED.filter(({ apiKey, version }) => !apis.some((api) => api.apiKey === apiKey && api.maxVersion >= version))
    .map(({ name, version }) => `${name} ${version}`)

/** What the brokers understand. */
export const listed = (settings: KafkaSettings): Promise<ReadonlyArray<Api>> => {
  const client = new Producer({
    clientId: settings.clientId,
    bootstrapBrokers: [...settings.brokers],
    ...KafkaSecurity.ofProducer(settings),
    autocreateTopics: false,
    retries: 0,
    timeout: REQUEST_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    connectTimeout: CONNECT_TIMEOUT
  })
  return client.listApis().finally(() => client.close())
}

/** Asks once, when the brokers answer, and writes an error where they are too old. */
export const layer = (settings: KafkaSettings, ask = listed): Layer.Layer<never> =>
  Layer.effectDiscard(
    Effect.tryPromise(() => ask(settings)).pipe(
      Effect.retry(Schedule.spaced(RECONNECT_CAP)),
      Effect.orDie,
      Effect.flatMap((apis) => {
        const lacks = lacking(apis)
        return lacks.length === 0 ? Effect.void : Log.error(
          `Kafka cannot be used: its brokers lack ${lacks.join(", ")}; the least version is ${LEAST_VERSION}`,
          { event: "log_unusable" }
        )
      }),
      Effect.forkScoped
    )
  )
