/** Orders of many sales as events, for the bench of the archive: the same for both databases. */
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import * as EventId from "@flash-sale/domain/events/EventId"
import type { OrderData, OrderEventType } from "@flash-sale/domain/events/OrderEvent"
import type { ArchiveBatch } from "@flash-sale/domain/ports/Archive"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Result } from "effect"

const ITEMS = 200
/** Every tenth order is of the first item, as sales are of different sizes. */
const OF_THE_FIRST = 10
const USERS = 300_000
/** Every thousandth order is of one buyer, who is a reseller. */
const OF_THE_RESELLER = 1_000
/** Every so many events a change by hand, by one of these people. */
const CHANGE_EVERY = 500
const PEOPLE = 20
/** Between two orders, in milliseconds: two million take a month. */
const APART = 1_300
const BEGIN = 1_764_000_000_000

export const PARTITION = PartitionId.make(0)

type Told = ArchiveBatch["events"][number]

/** A number from 0 on below `below`, which seems random and is always the same. */
const some = (n: number, below: number): number => (Math.imul(n ^ (n >>> 15), 0x2c1b3c6d) >>> 0) % below

export const itemOf = (n: number): ItemId => ItemId.make(`item-${n % OF_THE_FIRST === 0 ? 0 : some(n, ITEMS)}`)
export const userOf = (n: number): UserId =>
  UserId.make(n % OF_THE_RESELLER === 0 ? "reseller" : `user-${some(n + 7, USERS)}`)
export const requestOf = (n: number): RequestId =>
  RequestId.make(
    `${(some(n, 2 ** 31) * 2 + 1).toString(16).padStart(8, "0")}-4f1c-4d6e-9c55-${String(n).padStart(12, "0")}`
  )
export const timeOf = (n: number): number => BEGIN + n * APART
export const personOf = (n: number): string => `person-${n % PEOPLE}`

const told = (id: string, type: OrderEventType, n: number, sequence: number, more: Partial<OrderData>): Told => {
  const text = CloudEvent.write({
    id,
    type,
    time: timeOf(n) + 400,
    sequence,
    data: {
      requestId: requestOf(n),
      itemId: itemOf(n),
      userId: userOf(n),
      amount: 1 + n % 3,
      price: 1_999,
      currency: "EUR",
      attempt: 1,
      acceptedAt: new Date(timeOf(n)).toISOString(),
      correlationId: CorrelationId.make(`0af76519-16cd-43dd-8448-${String(n).padStart(12, "0")}`),
      ...more
    }
  })
  return { text, event: Result.getOrThrow(CloudEvent.read(text)) }
}

const changed = (n: number, sequence: number): Told => {
  const text = CloudEvent.write({
    id: EventId.ofAdjustment(itemOf(n), { seq: sequence + 1, delta: 5 }),
    type: "item.adjusted",
    time: timeOf(n),
    sequence,
    data: {
      itemId: itemOf(n),
      adjustment: { seq: sequence + 1, delta: 5 },
      change: { by: personOf(n), reason: "a delivery" }
    }
  })
  return { text, event: Result.getOrThrow(CloudEvent.read(text)) }
}

/** Of ten orders six are paid at once, three are held before, and one is not paid. */
const eventsOf = (n: number): ReadonlyArray<Told> => {
  const sequence = n * 2
  const placedAtOffset = Offset.make(sequence)
  const step = (name: EventId.Step) => EventId.ofStep({ partition: PARTITION, placedAtOffset, step: name })
  const kind = n % 10
  const change = n % CHANGE_EVERY === 0 ? [changed(n, sequence)] : []
  if (kind === 9) {
    return [
      ...change,
      told(step(3), "order.failed", n, sequence, { status: "FAILED_PAYMENT", reason: "card declined" })
    ]
  }
  const held = kind < 6 ? [] : [told(step(1), "order.reserved", n, sequence, { status: "RESERVED" })]
  return [...change, ...held, told(step(3), "order.completed", n, sequence + 1, { status: "COMPLETED" })]
}

/** The events of the orders from `from` on, as many as there are at least. */
export const batchFrom = (from: number, size: number): { readonly batch: ArchiveBatch; readonly until: number } => {
  const events: Array<Told> = []
  let until = from
  while (events.length < size) events.push(...eventsOf(until++))
  const next = Offset.make(until * 2)
  return {
    until,
    batch: { source: "order-events", partition: PARTITION, events, letters: [], handlings: [], next, told: next }
  }
}
