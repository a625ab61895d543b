/** All that the engine needs, over one embedded file. */
import type { DeadLetters } from "@flash-sale/domain/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ItemStore"
import type { LiveEvents } from "@flash-sale/domain/LiveEvents"
import type { LogUnavailable, OrderLog } from "@flash-sale/domain/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/OrderStatuses"
import type { RateLimits } from "@flash-sale/domain/RateLimits"
import { Layer } from "effect"
import * as MemoryRateLimits from "../memory/MemoryRateLimits.ts"
import * as EngineLock from "./EngineLock.ts"
import * as SqliteDatabase from "./SqliteDatabase.ts"
import * as SqliteDeadLetters from "./SqliteDeadLetters.ts"
import * as SqliteItemStore from "./SqliteItemStore.ts"
import * as SqliteLiveEvents from "./SqliteLiveEvents.ts"
import * as SqliteOrderLog from "./SqliteOrderLog.ts"
import * as SqliteOrderStatuses from "./SqliteOrderStatuses.ts"

export type Ports = OrderLog | ItemStore | OrderStatuses | RateLimits | DeadLetters | LiveEvents

const ports: Layer.Layer<Ports, LogUnavailable, SqliteDatabase.SqliteDatabase> = Layer.mergeAll(
  SqliteOrderLog.layer,
  SqliteItemStore.layer,
  SqliteOrderStatuses.layer,
  SqliteDeadLetters.layer,
  SqliteLiveEvents.layer
).pipe(Layer.provideMerge(MemoryRateLimits.layer))

/** The engine's own: only one process may have it for a folder. */
export const layer = (options: {
  readonly folder: string
}): Layer.Layer<Ports, SqliteDatabase.CannotOpen | EngineLock.EngineLocked | LogUnavailable> =>
  ports.pipe(
    Layer.provide(SqliteDatabase.layer(options)),
    // Before the file is opened: an engine that is refused changes nothing.
    Layer.provide(EngineLock.layer(options.folder))
  )

/**
 * The same file beside a running engine: for commands that read, and that change by appending to the log.
 *
 * **Gotchas**: nothing keeps two from folding. Whoever uses this layer must neither consume nor fold.
 */
export const layerBeside = (options: {
  readonly folder: string
}): Layer.Layer<Ports, SqliteDatabase.CannotOpen | LogUnavailable> =>
  Layer.provide(ports, SqliteDatabase.layer(options))

/** Gone with its scope. For tests and simulations: waits for nothing but its callers. */
export const layerMemory: Layer.Layer<Ports, SqliteDatabase.CannotOpen | LogUnavailable> = Layer.suspend(() =>
  Layer.provide(ports, SqliteDatabase.layer("memory"))
)
