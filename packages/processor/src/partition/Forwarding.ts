/** Records that are not folded here: those of items at home in another partition, and those of no item. */
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as Utf8 from "@flash-sale/domain/records/wire/Utf8"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import { DateTime, Effect } from "effect"
import * as MakeDeadLetter from "../order/MakeDeadLetter.ts"
import type { Publisher } from "../publish/Publisher.ts"
import type { PartitionRun } from "../run/PartitionRun.ts"

export interface Forwarding {
  /**
   * Appends the record to its item's home, where it takes its place among the others and is folded. Once: a record that
   * was forwarded before is a dead letter.
   */
  readonly forward: (itemId: ItemId, record: LogRecord.LogRecord) => Effect.Effect<void>
  /** Puts a dead letter: the record is folded nowhere, and a person has to look at it. */
  readonly drop: (record: LogRecord.LogRecord) => Effect.Effect<void>
}

export const make = (run: PartitionRun, publisher: Publisher): Forwarding => {
  const drop = Effect.fnUntraced(function*(record: LogRecord.LogRecord, itemId = "unknown" as ItemId) {
    const now = DateTime.formatIso(yield* DateTime.now)
    const correlationId = LogRecord.correlationIdOf(record) ?? LogRecord.defaultCorrelationId(record)
    const letter = MakeDeadLetter.of(record, "Invalid Order Format", undefined, correlationId, 1, now)
    yield* publisher.publish({ itemId, actions: [{ letter, done: record.offset }], events: [], onPublished: () => {} })
  })

  const forward = Effect.fnUntraced(function*(itemId: ItemId, record: LogRecord.LogRecord) {
    // Whoever forwarded it has another home for it than this process: between them it would go round for ever.
    const wasForwarded = record.headers[LogRecord.Header.origin] !== undefined
    const forwarded = wasForwarded ? undefined : forwardedOf(itemId, record)
    if (forwarded === undefined) return yield* drop(record, itemId)
    if (record.offset >= run.publishFrom) {
      yield* run.append(forwarded)
      yield* Log.warn("Record forwarded to its item's partition", {
        event: "record_forwarded",
        item_id: itemId,
        partition: record.partition,
        offset: record.offset
      })
    }
    run.settling.done(record.offset)
  })

  return { forward, drop: (record) => drop(record) }
}

/**
 * The record for its item's home, with the time at which it counts as accepted. Undefined where its value is no text:
 * it could not be understood there either, and the bytes would be others.
 */
const forwardedOf = (itemId: ItemId, record: LogRecord.LogRecord): LogRecord.NewRecord | undefined => {
  const { headers, offset, partition, timestamp } = record
  const isOrder = ["place", "hold"].includes(headers[LogRecord.Header.type] ?? "place")
  const value = Utf8.exactTextOf(record.value)
  return value === undefined ? undefined : {
    itemId,
    value,
    headers: {
      ...(isOrder ? { [LogRecord.Header.acceptedAt]: String(timestamp) } : {}),
      ...headers,
      [LogRecord.Header.origin]: `${partition}:${offset}`
    }
  }
}
