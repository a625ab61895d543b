/**
 * Looks at what there is, for `flash-sale doctor`: facts, which others judge. Like `Infra` it chooses the adapters.
 * Nothing that is here changes anything.
 */
import { NodeFileSystem } from "@effect/platform-node"
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { Effect, Layer } from "effect"
import type { ArchiveFound } from "./facts/ArchiveFacts.ts"
import type { FolderFacts } from "./facts/FolderFacts.ts"
import type { KafkaFacts } from "./facts/KafkaFacts.ts"
import type { RedisFacts } from "./facts/RedisFacts.ts"
import type { KafkaSettings } from "./kafka/client/KafkaSettings.ts"
import type { ArchiveSettings, EmbeddedSettings, RedisSettings } from "./Settings.ts"
import type { CannotOpen } from "./sqlite/database/OpenFile.ts"

/** What Redis says, with the rights of its user. */
export const redis = (settings: RedisSettings): Effect.Effect<RedisFacts> =>
  Effect.flatMap(Effect.promise(() => import("./redis/facts/RedisLook.ts")), ({ look }) => look(settings)).pipe(
    Effect.provide(NodeFileSystem.layer)
  )

/** What the brokers say. `stored` is the log that Redis is a fold of, as far as it said so. */
export const kafka = (settings: KafkaSettings, stored: RedisFacts["log"]): Effect.Effect<KafkaFacts> =>
  Effect.flatMap(
    Effect.promise(() => Promise.all([import("./kafka/client/KafkaClient.ts"), import("./kafka/facts/KafkaLook.ts")])),
    ([client, { look }]) => Effect.provide(look(stored), client.layer(settings))
  )

/** What is in the folder of the embedded file. `isWhole`: also what takes reading all of the file, without a pause. */
export const folder = ({ dataDir }: EmbeddedSettings, isWhole: boolean): Effect.Effect<FolderFacts> =>
  Effect.flatMap(Effect.promise(() => import("./sqlite/facts/FolderLook.ts")), ({ look }) => look(dataDir, isWhole))

/** What the archive in PostgreSQL says. */
export const archive = ({ ca, url }: ArchiveSettings): Effect.Effect<ArchiveFound> =>
  url === undefined
    ? Effect.undefined
    : Effect.flatMap(Effect.promise(() => import("./archive/ArchiveLook.ts")), ({ atUrl }) => atUrl(url, ca))

/** What the archive beside the embedded file says. */
export const archiveFile = ({ dataDir }: EmbeddedSettings): Effect.Effect<ArchiveFound> =>
  Effect.flatMap(Effect.promise(() => import("./archive/ArchiveLook.ts")), ({ inFolder }) => inFolder(dataDir))

/** Log, marks, items and dead letters of the embedded file, which is opened to be read only. */
export const layerEmbedded = (
  { dataDir }: EmbeddedSettings
): Layer.Layer<LogReader | RecoveryMarks | DeadLetters | ItemStore, CannotOpen> =>
  Layer.unwrap(Effect.map(
    Effect.promise(() => import("./sqlite/SqliteLooks.ts")),
    (module) => module.layer({ folder: dataDir })
  ))
