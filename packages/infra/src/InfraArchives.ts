/** The only place that chooses where the archive is. An adapter is loaded where it is used. */
import { Effect, Layer } from "effect"
import type { Ports } from "./archive/ArchiveAdapters.ts"
import type { ArchiveSettings, EmbeddedSettings } from "./Settings.ts"
import type { CannotOpen } from "./sqlite/database/OpenFile.ts"

const adapters = Effect.promise(() => import("./archive/ArchiveLayers.ts"))

/** Filling the archive, and asking it. */
export type Archives = Ports

/** In PostgreSQL; none where there is no address. Builds at once, also while it is away. */
export const layer = ({ ca, url }: ArchiveSettings): Layer.Layer<Archives> =>
  Layer.unwrap(
    Effect.map(adapters, ({ layerNone, layerPostgres }) => url === undefined ? layerNone : layerPostgres(url, ca))
  )

/** In a file of its own beside the embedded one, whose folder is there. */
export const layerEmbedded = ({ dataDir }: EmbeddedSettings): Layer.Layer<Archives, CannotOpen> =>
  Layer.unwrap(Effect.map(adapters, ({ layerFile }) => layerFile(dataDir)))

/** The same beside a running engine, for commands: none where there is no file. */
export const layerBeside = ({ dataDir }: EmbeddedSettings): Layer.Layer<Archives, CannotOpen> =>
  Layer.unwrap(Effect.map(adapters, ({ layerFileBeside }) => layerFileBeside(dataDir)))
