/** How far log and store are, whether they fit each other, as a processor would ask at its start, and what is held. */
import * as HaltCheck from "@flash-sale/audit/HaltCheck"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Looked from "@flash-sale/infra/facts/Looked"
import * as Infra from "@flash-sale/infra/Infra"
import * as InfraLooks from "@flash-sale/infra/InfraLooks"
import type * as Settings from "@flash-sale/infra/Settings"
import { type Config, Duration, Effect, Layer, Schedule } from "effect"
import * as HoldsLook from "./holds/HoldsLook.ts"
import type { LogFacts } from "./LogChecks.ts"

/** How long the positions of all partitions may take, and what a processor has still to fold may take to be read. */
const WITHIN = Duration.seconds(10)
/** How often a store is asked whether it is up, after it has just been connected to. */
const ASK_EVERY = "20 millis"

const partitions = Effect.gen(function*() {
  const { partitions } = yield* LogReader
  return Array.from({ length: yield* partitions }, (_, partition) => PartitionId.make(partition))
})

const lags = Effect.gen(function*() {
  const reader = yield* LogReader
  return yield* Effect.forEach(yield* partitions, (partition) =>
    Effect.gen(function*() {
      const committed = yield* reader.committed(partition)
      const { end, start } = yield* reader.bounds(partition)
      const next = committed ?? start
      return { partition, next, lag: Math.max(0, end - next) }
    }))
})

const halted = Effect.gen(function*() {
  const found = yield* Effect.forEach(yield* partitions, (partition) => HaltCheck.of(partition, false))
  return found.flatMap((one) => one === undefined ? [] : [one])
})

type Positions = Pick<LogFacts, "halted"> & {
  readonly lags: Looked.Looked<Effect.Success<typeof lags>>
  readonly holds: Looked.Looked<HoldsLook.HoldsFacts>
}

const positions = Effect.all({
  lags: Looked.at(lags, WITHIN),
  halted: Looked.at(halted, WITHIN),
  holds: HoldsLook.look
})

/** Where nobody can ask. */
export const neither = (why: string): Positions => ({
  lags: Looked.notLooked(why),
  halted: Looked.notLooked(why),
  holds: Looked.notLooked(why)
})

/** The settings of Kafka and Redis. */
export interface Servers {
  readonly kafka: Config.Success<typeof Settings.KafkaSettings>
  readonly redis: Settings.RedisSettings
}

/** Of Kafka and Redis, which both answer. */
export const distributed = ({ kafka, redis }: Servers): Effect.Effect<Positions> =>
  Effect.gen(function*() {
    const { isUp } = yield* ItemStore
    yield* Effect.timeoutOption(
      Effect.repeat(isUp, { until: (up: boolean) => up, schedule: Schedule.spaced(ASK_EVERY) }),
      Looked.WITHIN
    )
    return yield* positions
  }).pipe(Effect.provide(Layer.merge(Infra.layerItems(redis, "operator"), Infra.layerReader(kafka))))

/** The positions, and the open dead letters, of the embedded file. */
export const embedded = (settings: Settings.EmbeddedSettings) =>
  Effect.gen(function*() {
    const { stats } = yield* DeadLetters
    return { ...yield* positions, open: yield* Looked.at(stats) }
  }).pipe(
    Effect.provide(InfraLooks.layerEmbedded(settings)),
    Effect.catch(({ message }) => Effect.succeed({ ...neither(message), open: Looked.notLooked(message) }))
  )
