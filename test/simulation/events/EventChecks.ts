/**
 * What is told of a log, judged by the log: the events of a pure fold, in order, before they are committed, and no
 * others.
 */
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import * as EventId from "@flash-sale/domain/events/EventId"
import { eventsOf, type TurnedAway } from "@flash-sale/domain/events/EventsOf"
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { EventsTold } from "@flash-sale/domain/ports/OrderEvents"
import type { Command } from "@flash-sale/domain/records/Command"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { HashMap, Option, Result } from "effect"
import * as RefusedChecks from "./RefusedChecks.ts"
import type { Deed, SimulatedEvents, ToldEvent } from "./SimulatedEvents.ts"

type Wrong = ReadonlyArray<string>

export interface ItemRecords {
  readonly itemId: ItemId
  readonly records: ReadonlyArray<{ readonly record: LogRecord; readonly command: Command }>
}

/** Where the attempt was placed that the event is about; undefined where it is about none. */
const placeOf = (id: string) => (EventId.stepOf(id) ?? EventId.askedOf(id))?.placedAtOffset

/** What must be told of one item, in the log's order, and whether it is about an attempt that another came after. */
const oracleOf = ({ itemId, records }: ItemRecords, turnedAway: TurnedAway) => {
  const commands = records.map(({ command, record }) => ({ command, offset: record.offset }))
  const result = Fold.fold(Fold.nothing, { expected: undefined, commands, published: [] })
  if (result._tag !== "Folded") throw new Error(`the log itself does not fold: ${result._tag}`)
  const isOver = ({ data, id }: ItemEvent): boolean => {
    if (!("requestId" in data) || placeOf(id) === undefined) return false
    const order = HashMap.get(result.state.item.orders, data.requestId)
    return Option.isSome(order) && order.value.attempt > data.attempt
  }
  return records.flatMap((told, n) =>
    eventsOf(itemId, told, result.outcomes[n]!, () => undefined, turnedAway).map((event) => ({
      event,
      isOver: isOver(event)
    }))
  )
}

/** With the keys of each object in one order. */
const written = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => one < other ? -1 : 1))
      : part)

/** What each telling has in common, whether its record is folded for the first time or read again. */
const essence = ({ id, type, data }: Pick<ItemEvent, "id" | "type" | "data">): string => {
  if (!("requestId" in data)) return written([id, type, data])
  const { amount, attempt, itemId, paymentReference, price, reason, requestId, restocked, status, userId } = data
  // A payment may come before its order, which is known when the record is read again.
  if (type === "order.refund_due") return written([id, type, itemId, requestId, userId, paymentReference])
  // Who has asked for it is asked of the first of those who did: a repetition is told under the same id, after it.
  const asked = EventId.askedOf(id) === undefined ? undefined : data.change
  return written([
    id,
    type,
    asked,
    [itemId, requestId, attempt, userId, amount, price, status, reason, paymentReference, restocked]
  ])
}

const readAll = (events: ReadonlyArray<ToldEvent>) =>
  events.map(({ next, value }) => ({ next, event: Result.getOrThrow(CloudEvent.read(value)) }))

type Read = ReturnType<typeof readAll>[number]

/** The first telling of each id, in order. */
const firstOf = (read: ReadonlyArray<Read>): ReadonlyMap<string, CloudEvent.ItemCloudEvent> => {
  const first = new Map<string, CloudEvent.ItemCloudEvent>()
  for (const { event } of read) if (event.type !== "log.position" && !first.has(event.id)) first.set(event.id, event)
  return first
}

/**
 * Nothing is kept of which record has given an order back. Where a person did by hand, a later record that asks for the
 * same may be told as well when it is read again.
 */
const isTooLate = ({ id, sequence }: CloudEvent.ItemCloudEvent, known: ReadonlyMap<string, ItemEvent>): boolean => {
  const asked = EventId.askedOf(id)
  if (asked?.asked !== "refund_requested") return false
  const end = known.get(EventId.ofStep({ ...asked, step: 4 }))
  return end?.type === "order.refunded" && end.data.change !== undefined && end.sequence < Number(sequence)
}

const compared = (oracle: ReadonlyArray<ItemEvent>, told: ReadonlyMap<string, CloudEvent.ItemCloudEvent>): Wrong => {
  const known = new Map(oracle.map((event) => [event.id, event]))
  return [
    ...oracle.flatMap((event) => {
      const first = told.get(event.id)
      if (first === undefined) return [`${event.type} ${event.id} is not told`]
      return essence(first) === essence(event) ? [] : [`${essence(event)} is told as ${essence(first)}`]
    }),
    ...[...told.values()].flatMap((event) =>
      known.has(event.id) || event.type === "item.refused" || isTooLate(event, known)
        ? []
        : [`${event.type} ${event.id} is told, and never was`]
    )
  ]
}

/** Of these it is certain which record has made them, whenever it is read. */
const UNMISTAKABLE: ReadonlyArray<CloudEvent.ItemCloudEvent["type"]> = [
  "order.reserved",
  "order.confirmed",
  "order.completed",
  "order.refund_due",
  "item.adjusted",
  "sale.changed"
]

/** The first tellings of an item are in the order of their records. */
const disordered = (told: ReadonlyMap<string, CloudEvent.ItemCloudEvent>): Wrong => {
  const last = new Map<ItemId, number>()
  return [...told.values()].flatMap(({ id, sequence, subject, type }) => {
    if (!UNMISTAKABLE.includes(type)) return []
    const before = last.get(subject) ?? -1
    last.set(subject, Number(sequence))
    return before <= Number(sequence) ? [] : [`${type} ${id} is told after one of record ${before}`]
  })
}

/** The offset of the first record that is not wholly told, after each of the events: its own, and its counts. */
const untold = (
  events: ReadonlyArray<ItemEvent>,
  moved: ReadonlyArray<RefusedChecks.Moved>,
  read: ReadonlyArray<Read>
): ReadonlyArray<number> => {
  const oracle = [...events, ...moved].toSorted((a, b) => a.sequence - b.sequence)
  const told = new Set<string>()
  let at = 0
  const first = () => {
    while (at < oracle.length && told.has(oracle[at]!.id)) at++
    return oracle[at]?.sequence ?? Infinity
  }
  return [
    first(),
    ...read.map(({ event }) => {
      told.add(event.id)
      if (event.type !== "log.position") { for (const { id } of RefusedChecks.toldBy(moved, event)) told.add(id) }
      return first()
    })
  ]
}

/** What was committed or put before it was told. */
const early = (deed: Deed, read: ReadonlyArray<Read>, untold: ReadonlyArray<number>): Wrong => {
  const { told } = deed
  if ("committed" in deed) {
    const { committed } = deed
    return untold[told]! >= committed ? [] : [`${committed} is committed, and ${untold[told]} is not told`]
  }
  const { letter } = deed
  const isTold = letter.error === "Invalid Order Format" ||
    read.slice(0, told).some(({ event }) => tells(event, letter))
  return isTold ? [] : [`the letter of ${letter.offset}, ${letter.error}, is put before its event`]
}

/** Whether the event tells why there is the letter. */
const tells = (
  { data, id, type }: CloudEvent.CloudEvent,
  { attempt, error, offset, partition, requestId }: DeadLetter
) =>
  error === "Payment Without Order"
    ? id === EventId.ofRefundDue(partition, offset)
    : type === "order.failed" && data.requestId === requestId && data.attempt === attempt

export interface Telling {
  readonly events: SimulatedEvents
  readonly eventsTold: EventsTold
}

/** What is wrong with what is told of a partition whose log has lost nothing. */
export const wrong = (
  partition: PartitionId,
  items: ReadonlyArray<ItemRecords>,
  { events: { begunAt, deeds, events, isToldByAll }, eventsTold }: Telling
): Wrong => {
  const turnedAway = eventsTold === "all" ? "told" : "counted"
  const from = begunAt(partition)
  const read = readAll(events[partition]!)
  const told = firstOf(read)
  const all = items.flatMap((item) => oracleOf(item, turnedAway))
  // An older build tells nothing. Of an attempt that another came after nothing is left to be told later, unless the
  // store is folded anew.
  const owed = all.filter(({ event, isOver }) => event.sequence >= from && (isToldByAll() || !isOver))
    .map(({ event }) => event)
  const late = all.flatMap(({ event }) => told.has(event.id) && !owed.includes(event) ? [event] : [])
  const moved = items.flatMap(RefusedChecks.movedIn)
  const after = untold(owed, moved.filter(({ sequence }) => sequence >= from), read)
  return [
    ...compared([...owed, ...late], told),
    ...RefusedChecks.wrongCounts(moved, told.values(), from),
    ...disordered(told),
    ...read.flatMap(({ event, next }, n) =>
      after[n]! >= next ? [] : [`${event.id} says that all before ${next} is told, and ${after[n]} is not`]
    ),
    ...deeds.filter((deed) => deed.partition === partition).flatMap((deed) => early(deed, read, after))
  ].map((what) => `events of partition ${partition}: ${what}`)
}
