/** An archive that holds what a test gives it, and can be away. */
import type { ArchivedOrder, HistoryEntry } from "@flash-sale/domain/archive/ArchivedOrder"
import { ArchiveCursor, type AuditEntry, type ItemSums } from "@flash-sale/domain/archive/Questions"
import { Archive, type ArchiveError } from "@flash-sale/domain/ports/Archive"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer } from "effect"

export interface State {
  orders: ReadonlyArray<ArchivedOrder>
  history: ReadonlyArray<HistoryEntry>
  audit: ReadonlyArray<AuditEntry>
  sums: ItemSums
  told: ReadonlyMap<PartitionId, Offset>
  gaps: ReadonlyMap<PartitionId, Offset>
  /** What stands before each answer: nothing, a failure, or an answer that never comes. */
  before: Effect.Effect<void, ArchiveError>
  /** The questions so far. */
  asked: number
}

const NOTHING: ItemSums = {
  orders: [],
  refused: undefined,
  refundsDue: 0,
  retiredUntil: undefined,
  readUpTo: undefined
}

export const state = (given: Partial<State> = {}): State => ({
  orders: [],
  history: [],
  audit: [],
  sums: NOTHING,
  told: new Map(),
  gaps: new Map(),
  before: Effect.void,
  asked: 0,
  ...given
})

/** An order of the archive, with what is usual where nothing else is said. */
export const order = (given: Partial<ArchivedOrder> = {}): ArchivedOrder => ({
  partition: PartitionId.make(0),
  itemId: ItemId.make("101"),
  requestId: RequestId.make("r-1"),
  userId: UserId.make("alice"),
  amount: 1,
  price: 1250,
  currency: "EUR",
  status: "COMPLETED",
  reason: undefined,
  confirmed: false,
  expiresAt: undefined,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:01.000Z",
  correlationId: CorrelationId.make("c-1"),
  traceparent: undefined,
  metadata: undefined,
  paymentReference: undefined,
  restocked: undefined,
  refundsDue: [],
  attempt: 1,
  placedAtOffset: Offset.make(7),
  step: 3,
  ...given
})

/** From a cursor of its own: the place in the list. */
const pageOf = <A>(all: ReadonlyArray<A>, from: ArchiveCursor | undefined, limit: number) => {
  const begin = Number(from?.slice(2) ?? 0)
  const entries = all.slice(begin, begin + limit)
  const end = begin + entries.length
  return { entries, next: end < all.length ? ArchiveCursor.make(`0-${end}`) : undefined }
}

const isWithin = (at: string, from: number | undefined, until: number | undefined): boolean =>
  Date.parse(at) >= (from ?? Number.NEGATIVE_INFINITY) && Date.parse(at) < (until ?? Number.POSITIVE_INFINITY)
const isOr = <A>(wanted: A | undefined, found: A | undefined): boolean => wanted === undefined || wanted === found

export const layer = (state: State): Layer.Layer<Archive> => {
  const answered = <A>(answer: () => A) =>
    Effect.andThen(
      Effect.suspend(() => {
        state.asked++
        return state.before
      }),
      Effect.sync(answer)
    )
  return Layer.succeed(Archive, {
    find: (requestId, of) =>
      answered(() => state.orders.filter((one) => one.requestId === requestId && isOr(of, one.userId)).slice(0, 10)),
    orders: ({ from, itemId, status, until, userId }, cursor, limit) =>
      answered(() => {
        const wanted = state.orders.filter((one) =>
          isOr(itemId, one.itemId) && isOr(userId, one.userId) && isOr(status, one.status) &&
          isWithin(one.createdAt, from, until)
        )
        return pageOf(wanted, cursor, limit)
      }),
    history: () => answered(() => state.history),
    audit: ({ by, itemId, since }, cursor, limit) =>
      answered(() => {
        const wanted = state.audit.filter((one) =>
          isOr(itemId, one.itemId) && isOr(by, one.by) && isWithin(one.time, since, undefined)
        )
        return pageOf(wanted, cursor, limit)
      }),
    sums: () => answered(() => state.sums),
    told: answered(() => state.told),
    gaps: answered(() => state.gaps),
    isUp: Effect.succeed(true)
  })
}
