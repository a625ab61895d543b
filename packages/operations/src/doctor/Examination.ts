/** Looks at everything, each question within its own time, and judges what was found. Changes nothing. */
import type { FolderFacts } from "@flash-sale/infra/facts/FolderFacts"
import type { KafkaFacts } from "@flash-sale/infra/facts/KafkaFacts"
import * as Looked from "@flash-sale/infra/facts/Looked"
import * as EngineLook from "@flash-sale/infra/http/EngineLook"
import { release } from "@flash-sale/infra/http/Release"
import * as InfraLooks from "@flash-sale/infra/InfraLooks"
import * as MachineLook from "@flash-sale/infra/observability/MachineLook"
import * as Settings from "@flash-sale/infra/Settings"
import { type Config, Effect } from "effect"
import * as ArchiveChecks from "./archive/ArchiveChecks.ts"
import * as Check from "./Check.ts"
import * as EngineChecks from "./EngineChecks.ts"
import * as FolderChecks from "./FolderChecks.ts"
import * as HoldsChecks from "./holds/HoldsChecks.ts"
import * as KafkaChecks from "./KafkaChecks.ts"
import * as KeyChecks from "./keys/KeyChecks.ts"
import * as KeysLook from "./keys/KeysLook.ts"
import * as LogChecks from "./LogChecks.ts"
import * as LogLook from "./LogLook.ts"
import * as OpenLetters from "./OpenLetters.ts"
import * as RedisChecks from "./RedisChecks.ts"
import * as SettingsChecks from "./SettingsChecks.ts"
import * as SettingsLook from "./SettingsLook.ts"
import * as Unjudged from "./Unjudged.ts"

const ORDER = Object.keys(Check.CHECKS)

type Reader = ReturnType<typeof SettingsLook.reader>
type Judged = Effect.Effect<ReadonlyArray<Check.Finding>>

/** Which engine: Kafka and Redis by their variables, or the embedded file that these settings name. */
export type Patient = "distributed" | Config.Config<Settings.EmbeddedSettings>

/**
 * Who looks: a command, which may be started with the settings of every service; or a service that takes orders, which
 * knows its own settings alone, and must not be held up.
 */
export type Looker = "command" | "service"

/** All findings on the engine, in the order of `CHECKS`. Never fails, and takes a minute at the most. */
export const run = Effect.fnUntraced(function*(patient: Patient, looker: Looker = "command") {
  const isEmbedded = patient !== "distributed"
  const reader = SettingsLook.reader()
  const engine = yield* isEmbedded
    ? embedded(reader, patient, looker)
    : Effect.map(distributed(reader), (findings) => ({ findings, isRunning: false }))
  const whose = isEmbedded ? "serve" : looker === "service" ? "gateway" : "all"
  const { auth, facts, httpPort, keys: named, metricsPort } = yield* SettingsLook.look(reader, whose)
  const keys = yield* KeysLook.look({ named, auth, folder: isEmbedded ? yield* reader.read(patient) : undefined })
  const [gateway, processor, machine] = yield* Effect.all(
    [EngineLook.ofPort(httpPort), EngineLook.ofPort(metricsPort), MachineLook.look],
    { concurrency: "unbounded" }
  )
  return [
    ...SettingsChecks.judge(facts),
    ...KeyChecks.judge(keys),
    ...engine.findings,
    ...EngineChecks.judge({ gateway, processor, isRunning: engine.isRunning }, release.version),
    ...SettingsChecks.judgeMachine(machine)
  ].toSorted((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id))
})

const distributed = (reader: Reader): Judged =>
  Effect.gen(function*() {
    const redis = yield* reader.read(Settings.RedisSettings)
    const kafka = yield* reader.read(Settings.KafkaSettings)
    const archive = yield* reader.read(Settings.ArchiveSettings)
    const redisFacts = "found" in redis ? yield* InfraLooks.redis(redis.found) : undefined
    const stored = redisFacts?.log ?? Looked.notLooked("the settings of Redis make no sense")
    const kafkaFacts = "found" in kafka ? yield* InfraLooks.kafka(kafka.found, stored) : undefined
    const areUp = redisFacts !== undefined && "found" in redisFacts.server && isReadable(kafkaFacts)
    const positions = areUp && "found" in redis && "found" in kafka
      ? yield* LogLook.distributed({ redis: redis.found, kafka: kafka.found })
      : LogLook.neither("it takes both Redis and a log that may be used")
    const none = Looked.notLooked("the settings of Kafka make no sense")
    const open = kafkaFacts?.open ?? none
    const log = LogChecks.judge({
      ...positions,
      processors: kafkaFacts?.members ?? none,
      start: "start one: npm run processor",
      none: Check.wrong,
      letters: yield* OpenLetters.agedOf(open)
    })
    return [
      ...(redisFacts === undefined ? Unjudged.redis : RedisChecks.judge(redisFacts)),
      ...(kafkaFacts === undefined ? Unjudged.kafka : KafkaChecks.judge(kafkaFacts)),
      ...log,
      ...("found" in archive
        ? ArchiveChecks.judge({
          archive: yield* InfraLooks.archive(archive.found),
          processed: positions.lags,
          named: "ARCHIVE_URL is not set",
          start: "start one: npm run archive"
        })
        : Unjudged.archive),
      ...HoldsChecks.judge({ holds: positions.holds, refundsDue: OpenLetters.dueOf(open) })
    ]
  })

interface Embedded {
  readonly findings: ReadonlyArray<Check.Finding>
  /** Whether an engine works in the folder. */
  readonly isRunning: boolean
}

/** Whether the log is there and is not refused. */
const isReadable = (facts: KafkaFacts | undefined): boolean =>
  facts !== undefined && "found" in facts.orders && facts.orders.found.partitions !== undefined &&
  "found" in facts.refusal && facts.refusal.found === undefined

/** An engine that holds its lock processes its orders. */
const runningOf = ({ lock }: FolderFacts) => Looked.map(lock, (holder) => holder === "nobody" ? 0 : 1)

const embedded = (
  reader: Reader,
  config: Config.Config<Settings.EmbeddedSettings>,
  looker: Looker
): Effect.Effect<Embedded> =>
  Effect.gen(function*() {
    const settings = yield* reader.read(config)
    if ("why" in settings) return { findings: Unjudged.folder, isRunning: false }
    const isBeside = looker === "command"
    const facts = yield* InfraLooks.folder(settings.found, isBeside)
    // An engine that runs has looked for losses at its start.
    const isWhole = facts.hasEngine && (!isBeside || "found" in facts.losses && facts.losses.found.length === 0)
    const none = facts.hasEngine ? "the file cannot be read, or is not whole" : "no engine has worked there"
    const { open, ...positions } = isWhole
      ? yield* LogLook.embedded(settings.found)
      : { ...LogLook.neither(none), open: Looked.notLooked(none) }
    const findings = [
      ...FolderChecks.judge(facts),
      ...LogChecks.judge({
        ...positions,
        processors: runningOf(facts),
        start: "start the engine: npm start",
        none: Check.warning,
        letters: yield* OpenLetters.agedOf(open)
      }),
      ...ArchiveChecks.judge({
        archive: yield* InfraLooks.archiveFile(settings.found),
        processed: positions.lags,
        named: "its file is not in the folder",
        start: "start the engine: npm start"
      }),
      ...HoldsChecks.judge({ holds: positions.holds, refundsDue: OpenLetters.dueOf(open) })
    ]
    return { findings, isRunning: "found" in facts.lock && facts.lock.found !== "nobody" }
  })
