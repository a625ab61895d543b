/** All ports of the engine, over one embedded file. */
import type { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { IdempotencyKeys } from "@flash-sale/domain/ports/IdempotencyKeys"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LetterReader } from "@flash-sale/domain/ports/LetterReader"
import type { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { LogReader } from "@flash-sale/domain/ports/LogReader"
import type { OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import type { LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import type { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import { Effect, Layer } from "effect"
import * as MemoryBacklogs from "../memory/MemoryBacklogs.ts"
import * as MemoryRateLimits from "../memory/MemoryRateLimits.ts"
import * as EngineLock from "./database/EngineLock.ts"
import * as OpenFile from "./database/OpenFile.ts"
import * as SqliteDatabase from "./database/SqliteDatabase.ts"
import * as SqliteOrderEvents from "./events/SqliteOrderEvents.ts"
import * as SqliteAtomicAdmission from "./SqliteAtomicAdmission.ts"
import * as SqliteDeadLetters from "./SqliteDeadLetters.ts"
import * as SqliteIdempotencyKeys from "./SqliteIdempotencyKeys.ts"
import * as SqliteInstances from "./SqliteInstances.ts"
import * as SqliteItemStore from "./SqliteItemStore.ts"
import * as SqliteLetterReader from "./SqliteLetterReader.ts"
import * as SqliteLiveEvents from "./SqliteLiveEvents.ts"
import * as SqliteLogReader from "./SqliteLogReader.ts"
import * as SqliteOrderLog from "./SqliteOrderLog.ts"
import * as SqliteOrderStatuses from "./SqliteOrderStatuses.ts"
import * as SqliteRecoveryMarks from "./SqliteRecoveryMarks.ts"
import * as SqliteStoredItems from "./SqliteStoredItems.ts"

export type Ports =
  | OrderLog
  | OrderEvents
  | ItemStore
  | RecoveryMarks
  | OrderStatuses
  | RateLimits
  | DeadLetters
  | LetterReader
  | LiveEvents
  | IdempotencyKeys

const ports: Layer.Layer<Ports, LogUnavailable, SqliteDatabase.SqliteDatabase> = Layer.mergeAll(
  SqliteOrderLog.layer,
  SqliteAtomicAdmission.layer,
  SqliteOrderEvents.layer,
  SqliteItemStore.layer,
  SqliteRecoveryMarks.layer,
  SqliteOrderStatuses.layer,
  SqliteDeadLetters.layer,
  SqliteLetterReader.layer,
  SqliteLiveEvents.layer,
  SqliteIdempotencyKeys.layer,
  SqliteInstances.layer,
  MemoryBacklogs.layer
).pipe(Layer.provideMerge(MemoryRateLimits.layer), Layer.provide(MemoryRateLimits.layerWindows))

/** The engine's own: only one process may have it for a folder. */
export const layer = (options: {
  readonly folder: string
}): Layer.Layer<Ports, OpenFile.CannotOpen | EngineLock.EngineLocked | LogUnavailable> =>
  Layer.provide(ports, locked(options))

/** The file of an engine. The lock comes before the file is opened: an engine that is refused changes nothing. */
const locked = (
  options: { readonly folder: string; readonly isAccepted?: boolean }
): Layer.Layer<SqliteDatabase.SqliteDatabase, OpenFile.CannotOpen | EngineLock.EngineLocked> =>
  Layer.unwrap(
    Effect.map(EngineLock.EngineLock, ({ lost }) => SqliteDatabase.layer({ ...options, lockLost: lost }))
  ).pipe(Layer.provide(EngineLock.layer(options.folder)))

/** The file beside an engine, or between two runs of one. None is made where none has ever run. */
const beside = (
  { folder }: { readonly folder: string }
): Layer.Layer<SqliteDatabase.SqliteDatabase, OpenFile.CannotOpen> =>
  Layer.unwrap(Effect.as(OpenFile.requireEngine(folder), SqliteDatabase.layer({ folder })))

/**
 * The same file beside a running engine: for commands that read, and that change by appending to the log. Folder and
 * file are made only where `mayCreate` says so.
 *
 * **Gotchas**: no lock prevents two engines from folding. A user of this layer must neither consume nor fold.
 */
export const layerBeside = ({ folder, mayCreate = false }: {
  readonly folder: string
  readonly mayCreate?: boolean
}): Layer.Layer<Ports, OpenFile.CannotOpen | LogUnavailable> =>
  Layer.provide(ports, mayCreate ? SqliteDatabase.layer({ folder }) : beside({ folder }))

/** Gone with its scope. For tests and simulations: waits for nothing but its callers. */
export const layerMemory: Layer.Layer<Ports, OpenFile.CannotOpen | LogUnavailable> = Layer.suspend(() =>
  Layer.provide(ports, SqliteDatabase.layer("memory"))
)

/** The log and the items, and all that is stored of them: for commands that compare and repair. */
const items: Layer.Layer<LogReader | ItemStore | RecoveryMarks | StoredItems, never, SqliteDatabase.SqliteDatabase> =
  Layer.mergeAll(
    SqliteLogReader.layer,
    SqliteItemStore.layer,
    SqliteRecoveryMarks.layer,
    SqliteStoredItems.layer
  )

/** Beside a running engine. */
export const layerItemsBeside = (options: {
  readonly folder: string
}): Layer.Layer<LogReader | ItemStore | RecoveryMarks | StoredItems, OpenFile.CannotOpen> =>
  Layer.provide(items, beside(options))

/** Instead of an engine: holds the engine's lock for as long as the layer lives. */
export const layerItemsAlone = (options: {
  readonly folder: string
}): Layer.Layer<LogReader | ItemStore | RecoveryMarks | StoredItems, OpenFile.CannotOpen | EngineLock.EngineLocked> =>
  Layer.unwrap(Effect.as(OpenFile.requireEngine(options.folder), Layer.provide(items, locked(options))))

/**
 * What the file has lost of what was acknowledged, in words; nothing where it is whole. May be asked beside an
 * engine.
 */
export const losses = (
  { folder }: { readonly folder: string }
): Effect.Effect<ReadonlyArray<string>, OpenFile.CannotOpen> =>
  Effect.map(
    Effect.andThen(OpenFile.requireEngine(folder), OpenFile.check(folder)),
    ({ problems }) => problems.map(({ detail, path }) => `${path}: ${detail}`)
  )

/** Takes the file as it is: what it has lost is lost from then on. Refused while an engine works in the folder. */
export const acceptLosses = (
  { folder }: { readonly folder: string }
): Effect.Effect<void, OpenFile.CannotOpen | EngineLock.EngineLocked> =>
  Effect.scoped(Layer.build(locked({ folder, isAccepted: true })))
