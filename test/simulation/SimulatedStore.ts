/** The store: items, marks and statuses. It may be away, lose replies, fall back to an earlier state, or be emptied. */
import * as Fold from "@flash-sale/domain/Fold"
import type { ItemId, RequestId } from "@flash-sale/domain/Ids"
import type { Item } from "@flash-sale/domain/Item"
import {
  ItemDamaged,
  type ItemLook,
  ItemStore,
  type Mark,
  MarkMoved,
  type Parked,
  PositionBehind,
  type Seen,
  type Session,
  StoreUnavailable
} from "@flash-sale/domain/ItemStore"
import { isFinal, isForward, type StatusRecord } from "@flash-sale/domain/OrderStatus"
import { OrderStatuses } from "@flash-sale/domain/OrderStatuses"
import { home } from "@flash-sale/domain/Partition"
import { Effect, Layer } from "effect"
import * as Chance from "./Chance.ts"
import { PARTITIONS } from "./SimulatedLog.ts"
import type { Trace } from "./Trace.ts"

/** Earlier states that the store can fall back to. */
const SNAPSHOTS = 200

/** What somebody typed by hand: not announced yet, and announced under a number but not counted yet. */
interface Hand {
  readonly unannounced: number
  readonly parked: Parked | undefined
}
const noHand: Hand = { unannounced: 0, parked: undefined }

/** Everything that the store may lose. */
interface Stored {
  readonly items: ReadonlyMap<ItemId, Fold.Folded>
  readonly hands: ReadonlyMap<ItemId, Hand>
  /** Without a checkpoint while a recovery is under way. */
  readonly marks: ReadonlyMap<number, Omit<Mark, "checkpoint"> & { readonly checkpoint: number | undefined }>
  readonly statuses: ReadonlyMap<RequestId, StatusRecord>
}
const nothing: Stored = { items: new Map(), hands: new Map(), marks: new Map(), statuses: new Map() }

export const make = (faults: Chance.Faults, trace: Trace) => {
  let stored = nothing
  /** It loses writes only when it is started again, and then everybody connects anew. */
  let session = 0
  let snapshots: Array<Stored> = [stored]
  const broken: Array<string> = []

  const change = (next: Stored): void => {
    stored = next
    snapshots.push(next)
    if (snapshots.length > 2 * SNAPSHOTS) snapshots = snapshots.slice(-SNAPSHOTS)
  }

  /** A round trip: it may be away, and its reply may be lost after it did what it was told. */
  const ask = <A, E>(step: () => Effect.Effect<A, E>, known?: Session): Effect.Effect<A, E | StoreUnavailable> =>
    Effect.gen(function*() {
      yield* Chance.pause
      if (known !== undefined && known !== session) return yield* new StoreUnavailable({ detail: "connected anew" })
      if (yield* Chance.happens(faults.storeAway)) return yield* new StoreUnavailable({ detail: "away" })
      const answer = yield* step()
      yield* Chance.pause
      if (yield* Chance.happens(faults.storeReplyLost)) return yield* new StoreUnavailable({ detail: "reply lost" })
      return answer
    })

  const isWhole = (partition: number): boolean => stored.marks.get(partition)?.checkpoint !== undefined

  const handOf = (itemId: ItemId): Hand => stored.hands.get(itemId) ?? noHand
  const setHand = (itemId: ItemId, hand: Hand): void =>
    change({ ...stored, hands: new Map(stored.hands).set(itemId, hand) })
  const foldedOf = (itemId: ItemId): Fold.Folded => stored.items.get(itemId) ?? Fold.nothing

  /** Announces what was typed, one change at a time, where the partition is wholly folded. */
  const announce = (itemId: ItemId): void => {
    const { parked, unannounced } = handOf(itemId)
    if (!isWhole(home(itemId, PARTITIONS)) || parked !== undefined || unannounced === 0) return
    setHand(itemId, { unannounced: 0, parked: { itemId, seq: foldedOf(itemId).item.seq + 1, delta: unannounced } })
  }

  /** What is parked is counted once a record of its number is folded; another one of that number means once more. */
  const counted = (itemId: ItemId, seq: number, delta: number): void => {
    const { parked, unannounced } = handOf(itemId)
    if (parked === undefined || parked.seq > seq) return
    const isIt = parked.seq === seq && parked.delta === delta
    setHand(itemId, { unannounced: isIt ? unannounced : unannounced + parked.delta, parked: undefined })
  }

  const look = (partition: number, itemId: ItemId): ItemLook => {
    announce(itemId)
    const { item, position } = foldedOf(itemId)
    const { available, held, put, settings, sold } = item
    return {
      known: stored.items.has(itemId) || stored.hands.has(itemId),
      available,
      held,
      sold,
      put,
      settings,
      position,
      marked: isWhole(partition),
      parked: handOf(itemId).parked
    }
  }

  const checkMark = (partition: number, epoch: string | undefined): Effect.Effect<void, MarkMoved> =>
    stored.marks.get(partition)?.epoch === epoch ? Effect.void : Effect.fail(new MarkMoved({ partition }))

  const setMark = (partition: number, epoch: string, checkpoint: number | undefined, seen?: Seen): void =>
    change({ ...stored, marks: new Map(stored.marks).set(partition, { epoch, checkpoint, seen }) })

  const begin = (partition: number, epoch: string): string => {
    const there = stored.marks.get(partition)?.epoch
    if (there === undefined) setMark(partition, epoch, undefined)
    return there ?? epoch
  }

  const writeMark = (partition: number, { checkpoint, epoch, seen }: Mark): Effect.Effect<void, MarkMoved> => {
    if (stored.marks.get(partition)?.epoch !== epoch) return Effect.fail(new MarkMoved({ partition }))
    if (!isWhole(partition)) setMark(partition, epoch, checkpoint, seen)
    return Effect.void
  }

  const moveCheckpoint = (partition: number, { checkpoint, epoch, seen }: Mark): Effect.Effect<void, MarkMoved> => {
    const mark = stored.marks.get(partition)
    if (mark?.epoch !== epoch || mark.checkpoint === undefined) return Effect.fail(new MarkMoved({ partition }))
    const isLater = seen !== undefined && seen.offset > (mark.seen?.offset ?? -1)
    setMark(partition, epoch, Math.max(mark.checkpoint, checkpoint), isLater ? seen : mark.seen)
    return Effect.void
  }

  const items = Layer.succeed(ItemStore, {
    fold: (request) =>
      ask(() =>
        Effect.gen(function*() {
          yield* checkMark(request.partition, request.epoch)
          const { itemId } = request
          const before = foldedOf(itemId)
          const result = Fold.fold(before, request)
          if (result._tag === "Behind") return yield* new PositionBehind({ itemId, position: result.position })
          if (result._tag === "Stopped") return yield* new ItemDamaged({ itemId, detail: result.detail })
          change({ ...stored, items: new Map(stored.items).set(itemId, result.state) })
          for (const { command, offset } of request.commands) {
            if (command._tag === "Adjust" && "seq" in command.adjustment && offset > before.position) {
              counted(itemId, command.adjustment.seq, command.adjustment.delta)
            }
          }
          const { available, held, sold } = result.state.item
          yield* trace.note(
            `fold ${itemId} to ${result.state.position}: available ${available}, held ${held}, sold ${sold}`
          )
          if (available < 0 || held < 0 || sold < 0) broken.push(`${itemId} is negative`)
          return { outcomes: result.outcomes, look: look(request.partition, itemId) }
        }), request.session),
    look: (partition, itemId) => ask(() => Effect.sync(() => look(partition, itemId))),
    sense: (partition, epoch, known) =>
      ask(() =>
        Effect.map(checkMark(partition, epoch), () =>
          [...stored.hands.keys()].flatMap((itemId) => {
            const { parked } = home(itemId, PARTITIONS) === partition ? look(partition, itemId) : noHand
            return parked === undefined ? [] : [parked]
          })), known),
    mark: (partition) =>
      ask(() =>
        Effect.sync(() => {
          const { checkpoint, epoch = "", seen } = stored.marks.get(partition) ?? {}
          return checkpoint === undefined ? undefined : { epoch, checkpoint, seen }
        })
      ),
    accepted: () => Effect.succeed(undefined),
    beginRecovery: (partition, epoch, known) => ask(() => Effect.sync(() => begin(partition, epoch)), known),
    writeMark: (partition, mark, known) => ask(() => writeMark(partition, mark), known),
    checkpoint: (partition, mark, known) => ask(() => moveCheckpoint(partition, mark), known),
    session: Effect.sync(() => session),
    isUp: Effect.succeed(true)
  })

  const unused = (what: string) => () => Effect.die(new Error(`the processor does not ${what}`))
  const write = (status: StatusRecord) =>
    Effect.suspend(() => {
      const current = stored.statuses.get(status.requestId)
      if (current !== undefined && !isForward(current, status)) return Effect.void
      const isChange = current?.attempt === status.attempt && current.status !== status.status
      if (current !== undefined && isFinal(current.status) && isChange) {
        broken.push(`${status.requestId} was ${current.status} and became ${status.status}`)
      }
      change({ ...stored, statuses: new Map(stored.statuses).set(status.requestId, status) })
      return trace.note(`status ${status.requestId} ${status.status}, attempt ${status.attempt}`)
    })
  const statuses = Layer.succeed(OrderStatuses, {
    admit: unused("admit"),
    keep: unused("keep"),
    release: unused("release"),
    read: unused("read"),
    readAll: unused("readAll"),
    write: (written) => ask(() => Effect.forEach(written, write, { discard: true }))
  })

  return {
    layer: Layer.merge(items, statuses),
    /** What went wrong on the way, whatever came afterwards. */
    broken,
    statuses: () => stored.statuses,
    item: (itemId: ItemId): Item => foldedOf(itemId).item,
    position: (itemId: ItemId): number => foldedOf(itemId).position,
    /** Somebody types `SET inventory:<item>`, this much away from what is there. */
    typeByHand: (itemId: ItemId, delta: number) =>
      Effect.suspend(() => {
        const hand = handOf(itemId)
        setHand(itemId, { ...hand, unannounced: hand.unannounced + delta })
        return trace.note(`SET of ${itemId} by ${delta}`)
      }),
    /** Whether everything typed has been counted. */
    isHandFree: (itemId: ItemId): boolean => {
      const { parked, unannounced } = handOf(itemId)
      return parked === undefined && unannounced === 0
    },
    /** It is started again, and falls back to an earlier state: the last `writes` are gone. */
    loseWrites: (writes: number) =>
      Effect.suspend(() => {
        const kept = snapshots.slice(0, Math.max(1, snapshots.length - writes))
        stored = kept.at(-1)!
        snapshots = kept
        session++
        return trace.note(`the store loses its last ${writes} writes`)
      }),
    flush: Effect.suspend(() => {
      stored = nothing
      snapshots = [stored]
      return trace.note("the store is emptied")
    })
  }
}
