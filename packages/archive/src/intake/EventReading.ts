/** Reads records of events into what the archive takes in. What cannot be read is passed over, and counted. Pure. */
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import type { ArchiveBatch } from "@flash-sale/domain/ports/Archive"
import { type EventRecord, NEXT_HEADER, nextIn } from "@flash-sale/domain/ports/OrderEvents"
import { Offset, type PartitionId } from "@flash-sale/domain/records/Partition"
import * as Utf8 from "@flash-sale/domain/records/wire/Utf8"
import { Result, Schema } from "effect"

/** A record that is no event of this build, by what is wrong with it: a word of few, so that each is logged once. */
export interface Unreadable {
  readonly kind: string
  readonly offset: number
}

export interface ReadRecords {
  readonly batch: ArchiveBatch
  readonly unreadable: ReadonlyArray<Unreadable>
  /**
   * Before which offset of the log something may be missing, as what is unreadable may have told of it. Undefined where
   * nothing is unreadable, and where nothing here says how far the log is.
   */
  readonly missingBefore: Offset | undefined
}

const TYPES: ReadonlyArray<string> = CloudEvent.TYPES
/** The most of a strange type that is shown, in characters. */
const MAX_SHOWN = 60

const readHead = Schema.decodeUnknownResult(
  Schema.fromJsonString(Schema.Struct({ type: Schema.String, sequence: Schema.optionalKey(Schema.Unknown) }))
)

/** What is wrong with a text that is no event, and which record of the log it may tell of. */
const strangerOf = (text: string | undefined): { readonly kind: string; readonly sequence: number | undefined } => {
  if (text === undefined) return { kind: "no UTF-8", sequence: undefined }
  const head = Result.getOrUndefined(readHead(text))
  if (head === undefined) return { kind: "no JSON object with a type", sequence: undefined }
  const { type } = head
  const kind = TYPES.includes(type)
    ? `type ${type}, with other fields than it has`
    : `unknown type ${type.slice(0, MAX_SHOWN)}`
  const sequence = Number(head.sequence)
  return { kind, sequence: typeof head.sequence === "string" && Number.isSafeInteger(sequence) ? sequence : undefined }
}

/** Up to which offset of the log everything is told by this record; undefined where it does not say. */
const toldBy = ({ headers }: EventRecord): Offset | undefined => nextIn(headers[NEXT_HEADER])

/** Up to where everything is told by the first of these that says it. */
export const firstToldBy = (records: ReadonlyArray<EventRecord>): Offset | undefined => {
  const first = records.find((record) => toldBy(record) !== undefined)
  return first === undefined ? undefined : toldBy(first)
}

/** The records of one partition, one or more in their order, as the archive takes them in. */
export const read = (partition: PartitionId, records: ReadonlyArray<EventRecord>): ReadRecords => {
  const events: Array<ArchiveBatch["events"][number]> = []
  const unreadable: Array<Unreadable> = []
  let told: Offset | undefined
  let next = 0
  /** Behind the last record of the log that something here tells of. */
  let reached = 0
  for (const record of records) {
    next = record.offset + 1
    // The newest counts: of a log that was cut less is told than before.
    told = toldBy(record) ?? told
    const text = Utf8.textOf(record.value)
    const event = text === undefined ? undefined : Result.getOrUndefined(CloudEvent.read(text))
    if (text === undefined || event === undefined) {
      const { kind, sequence = -1 } = strangerOf(text)
      unreadable.push({ kind, offset: record.offset })
      reached = Math.max(reached, sequence + 1)
      continue
    }
    if (event.type === "log.position") continue
    reached = Math.max(reached, Number(event.sequence) + 1)
    events.push({ event, text })
  }
  const isMissing = unreadable.length > 0 && (reached > 0 || told !== undefined)
  return {
    batch: {
      source: "order-events",
      partition,
      events,
      letters: [],
      handlings: [],
      next: Offset.make(next),
      told
    },
    unreadable,
    missingBefore: isMissing ? Offset.make(Math.max(reached, told ?? 0)) : undefined
  }
}
