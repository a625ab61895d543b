/** Short ways to say what a log has, and a rebuild from it. */
import * as RebuildPartition from "@flash-sale/archive/rebuild/RebuildPartition"
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import type { TurnedAway } from "@flash-sale/domain/events/EventsOf"
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import type { ArchiveBatch, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Effect, type Layer, Result } from "effect"
import * as ItemCommands from "../../domain/ItemCommands.ts"
import * as TestLog from "../TestLog.ts"

export type Log = ReadonlyArray<LogRecord>

export interface Given {
  readonly fromStart?: boolean
  readonly turnedAway?: TurnedAway
  /** Records that are read at once. */
  readonly size?: number
}

/** Rebuilds the archive that is there. `log` gives the log as it is when it is asked for. */
export const run = (log: Log | (() => Log), { fromStart = false, size, turnedAway = "told" }: Given = {}) =>
  RebuildPartition.run({
    partition: TestLog.partition,
    partitions: TestLog.PARTITIONS,
    fromStart,
    isTurnedAwayTold: turnedAway === "told",
    onRead: () => undefined
  }).pipe(Effect.provide(TestLog.layer(typeof log === "function" ? log : () => log, size)))

export const rebuild = (
  { layer }: { readonly layer: Layer.Layer<ArchiveWriter> },
  log: Log | (() => Log),
  given?: Given
) => run(log, given).pipe(Effect.provide(layer))

/** An event as whoever fills the archive takes it in. */
export const takenIn = (event: ItemEvent): ArchiveBatch["events"][number] => {
  const text = CloudEvent.write(event)
  return { event: Result.getOrThrow(CloudEvent.read(text)), text }
}

/** A command of an item. */
export type ItemCommand = readonly [item: string, command: TestLog.Encodable]

export const stock = (item: string, units: number, command = "stock"): ItemCommand => [
  item,
  ItemCommands.by(command, units) as TestLog.Encodable
]
export const place = (item: string, request: string, rest?: Parameters<typeof ItemCommands.place>[1]): ItemCommand => [
  item,
  ItemCommands.place(request, rest) as TestLog.Encodable
]
export const settle = (...[item, ...rest]: [string, ...Parameters<typeof ItemCommands.settle>]): ItemCommand => [
  item,
  ItemCommands.settle(...rest) as TestLog.Encodable
]
