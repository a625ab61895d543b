/** Where an operator's command finds the engine: the embedded file, or Kafka and Redis. */
import { type LogRefused, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import * as Infra from "@flash-sale/infra/Infra"
import * as Settings from "@flash-sale/infra/Settings"
import { Config, Console, Effect, Layer, Option } from "effect"
import { Flag } from "effect/cli"
import * as CommandFailed from "./CommandFailed.ts"
import * as EngineName from "./EngineName.ts"
import * as Interruption from "./Interruption.ts"
import * as PlainLines from "./PlainLines.ts"

/** How long a command waits for an answer of the engine's services. */
const TIMEOUT = "10 seconds"

/** How long a command waits to learn whether the log is refused. */
const KNOWN_WITHIN = "3 seconds"

/** The flags that say where. */
export const flags = {
  dataDir: Flag.String("data-dir").pipe(
    Flag.filter((folder) => folder.trim() !== "", () => "names no folder: it is empty"),
    Flag.withDescription("Folder of the embedded file; DATA_DIR or ./data where it is absent"),
    Flag.optional
  ),
  embedded: Flag.Boolean("embedded").pipe(
    Flag.withDescription("Use the embedded file even where REDIS_ADDR or KAFKA_ADDR is set"),
    Flag.withDefault(false)
  )
}

/** The same, of a command that may also go through the admin API of a running engine. */
export const anywhere = {
  ...flags,
  url: Flag.String("url").pipe(
    Flag.withDescription(
      "Go through the admin API there, such as http://127.0.0.1:8081, with the key in FLASH_SALE_KEY or in the file " +
        "FLASH_SALE_KEY_FILE; FLASH_SALE_URL where it is absent"
    ),
    Flag.optional
  )
}

export interface Target {
  readonly dataDir: Option.Option<string>
  readonly embedded: boolean
  /** Of a command that may go through the admin API. */
  readonly url?: Option.Option<string>
}

/** A program may read what is printed: log lines go to standard error, and only where something is wrong. */
export const quiet = PlainLines.layer

type Errors =
  | CommandFailed.CommandFailed
  | Config.ConfigError
  | LogRefused
  | Layer.Error<ReturnType<typeof Infra.layerEmbeddedBeside>>

/**
 * All ports: of the embedded file where it is asked for, or where neither REDIS_ADDR nor KAFKA_ADDR is set. Fails where
 * the log is refused, and where there is no engine: its folder, file and topics are made only where `mayCreate` says
 * so.
 */
export const layer = (place: Target, mayCreate = false): Layer.Layer<Infra.Ports, Errors> =>
  refusal.pipe(Layer.provideMerge(choose(place, mayCreate)), Layer.provideMerge([quiet, statuses]))

/** A command that needs no log goes on where nobody knows in time. */
const refusal = Layer.effectDiscard(
  Effect.flatMap(OrderLog, ({ partitions }) => Effect.timeoutOption(partitions, KNOWN_WITHIN))
)

/** How long the statuses are kept that a command writes, or has written again. */
export const statuses = Layer.unwrap(Effect.map(Settings.StatusSettings, Infra.layerStatuses))

const choose = (place: Target, mayCreate: boolean) =>
  Layer.unwrap(Effect.gen(function*() {
    if (!(yield* isDistributed(place))) {
      const settings = yield* embedded(place)
      yield* EngineName.sayEmbedded(settings)
      return Infra.layerEmbeddedBeside(settings, mayCreate)
    }
    const settings = yield* distributed
    yield* EngineName.sayDistributed(settings)
    return Infra.layerDistributed(settings, "operator", mayCreate)
  }))

/** Whether Kafka and Redis are meant, or the embedded file. */
export const isDistributed = ({ dataDir, embedded }: Target): Effect.Effect<boolean, Config.ConfigError> =>
  Effect.map(Settings.IsDistributed, (isGiven) => isGiven && !embedded && Option.isNone(dataDir))

/** Who has what is recorded take effect, in words: it is not always who the operator thinks of. */
export const follower = (place: Target): Effect.Effect<string, Config.ConfigError> =>
  Effect.gen(function*() {
    if (yield* isDistributed(place)) return "a processor runs"
    return `an engine runs on the folder ${(yield* embedded(place)).dataDir}`
  })

/** Says of the change at this position that it was not seen to take effect; `when` says who has to run. */
export const sayRecorded = (itemId: string, position: LogPosition, when: string, json: boolean) =>
  Console.log(
    json
      ? JSON.stringify({ item_id: itemId, status: "Change Recorded", position })
      : `item ${itemId}: the change is recorded; it takes effect when ${when}`
  )

/** The settings of Kafka and Redis. */
export const distributed = Settings.all({ redis: Settings.RedisSettings, kafka: Settings.KafkaSettings })

/** The settings of the embedded file, of which a flag wins over the environment. */
export const embedded = ({ dataDir }: Pick<Target, "dataDir">): Config.Config<Settings.EmbeddedSettings> =>
  Option.match(dataDir, {
    onNone: () => Settings.EmbeddedSettings,
    onSome: (folder) => Config.succeed({ dataDir: folder })
  })

const silence = (within: string) => `no answer within ${within}: are Kafka at KAFKA_ADDR and Redis at REDIS_ADDR up?`

/** Gives up after this time, in words, where Kafka or Redis do not answer: their adapters wait for ever. */
export const boundedBy = (within: typeof TIMEOUT | "1 minute") =>
<A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | CommandFailed.CommandFailed, R> =>
  Effect.timeoutOrElse(effect, {
    duration: within,
    orElse: () => Effect.fail(CommandFailed.unreachable(silence(within)))
  })

/** The same, after the time that an answer may take. */
export const bounded = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | CommandFailed.CommandFailed, R> => boundedBy(TIMEOUT)(effect)

/**
 * The same for an append. Whether a record is in the log that was sent and not acknowledged is unknown, also where the
 * command is interrupted. The log must be known by then: an append that waits for it has sent nothing.
 */
export const boundedAppend = <A, E, R>(
  append: Effect.Effect<A, E, R>
): Effect.Effect<A, E | CommandFailed.CommandFailed, R> =>
  Effect.timeoutOrElse(Interruption.isUnknown(append), {
    duration: TIMEOUT,
    orElse: () =>
      Effect.fail(
        CommandFailed.unknown(`nobody knows whether it was recorded: ${silence(TIMEOUT)} Look before trying again`)
      )
  })
