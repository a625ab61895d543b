/** The archives that there are. */
import { Effect, Layer, type Redacted } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { CannotOpen } from "../sqlite/database/OpenFile.ts"
import * as DataFolder from "../sqlite/folder/DataFolder.ts"
import { layerNone, type Ports, portsOf } from "./ArchiveAdapters.ts"
import * as ArchiveFile from "./databases/ArchiveFile.ts"
import * as PostgresDatabase from "./databases/PostgresDatabase.ts"

export type { Ports } from "./ArchiveAdapters.ts"
export { layerNone } from "./ArchiveAdapters.ts"

/** In PostgreSQL. Builds at once, also while that is away. `ca`: the authorities to trust instead of those of Node. */
export const layerPostgres = (url: Redacted.Redacted, ca?: string): Layer.Layer<Ports> =>
  Layer.effectContext(Effect.map(PostgresDatabase.make(url, ca), portsOf)).pipe(Layer.provide(Reactivity.layer))

/** In the file of an engine's folder, which is there. The file is made where it is missing. */
export const layerFile = (folder: string): Layer.Layer<Ports, CannotOpen> =>
  Layer.effectContext(Effect.map(ArchiveFile.make(folder), portsOf))

/** The same for commands, beside an engine or without: none where there is no file. */
export const layerFileBeside = (folder: string): Layer.Layer<Ports, CannotOpen> =>
  Layer.unwrap(
    Effect.sync(() =>
      existsSync(join(DataFolder.pathOf(folder), ArchiveFile.FILE_NAME)) ? layerFile(folder) : layerNone
    )
  )
