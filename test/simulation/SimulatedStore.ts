/** The store: items, marks and statuses. It may be away, lose replies, fall back to an earlier state, or be emptied. */
import type { BuyerQuestion, BuyerUnits, ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import { type FoldRequest, ItemDamaged, ItemStore, PositionBehind } from "@flash-sale/domain/ports/ItemStore"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { home } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import type { Item } from "@flash-sale/domain/rules/Item"
import { bought } from "@flash-sale/domain/rules/OrderLookup"
import * as Refused from "@flash-sale/domain/rules/Refused"
import { Effect, HashMap, Layer } from "effect"
import type * as Chance from "./Chance.ts"
import * as SimulatedBacklogs from "./SimulatedBacklogs.ts"
import { PARTITIONS } from "./SimulatedLog.ts"
import * as SimulatedMarks from "./SimulatedMarks.ts"
import * as SimulatedStatuses from "./SimulatedStatuses.ts"
import * as SimulatedStoredItems from "./SimulatedStoredItems.ts"
import * as StoredOrders from "./StoredOrders.ts"
import * as StoreState from "./StoreState.ts"
import type { Told } from "./Told.ts"
import type { Trace } from "./Trace.ts"

export interface Options {
  readonly faults: Chance.Faults
  readonly trace: Trace
  readonly told: Told
  /** Which orders may come to another end than was published. */
  readonly mayChange: (requestId: string) => boolean
  /** Gets from where a partition is folded from now on, as the log was accepted; says which log that is. */
  readonly onAccepted: (partition: number, from: number) => StoreState.FoldedLog
  /** The logs as they are. */
  readonly logs: () => ReadonlyMap<number, StoreState.FoldedLog>
}

export const make = ({ faults, logs, mayChange, onAccepted, told, trace }: Options) => {
  const state = StoreState.make(faults)
  const { ask, checkMark } = state
  const broken: Array<string> = []
  const expired = new Set<RequestId>()

  const setHand = (itemId: ItemId, hand: StoreState.Hand): void =>
    state.change({ hands: new Map(state.now().hands).set(itemId, hand) })

  /** Announces what was typed, one change at a time, where the partition is wholly folded. */
  const announce = (itemId: ItemId): void => {
    const { parked, unannounced } = state.hand(itemId)
    if (state.refusal() !== undefined || parked !== undefined || unannounced === 0) return
    if (!state.isWhole(home(itemId, PARTITIONS))) return
    const seq = state.folded(itemId).item.seq + 1
    setHand(itemId, { unannounced: 0, parked: { itemId, seq, delta: unannounced } })
  }

  /** What is parked is counted once a record of its number is folded; another one of that number means once more. */
  const counted = (itemId: ItemId, seq: number, delta: number): void => {
    const { parked, unannounced } = state.hand(itemId)
    if (parked === undefined || parked.seq > seq) return
    const isIt = parked.seq === seq && parked.delta === delta
    setHand(itemId, { unannounced: isIt ? unannounced : unannounced + parked.delta, parked: undefined })
  }

  const summaryOf = (partition: number, itemId: ItemId): ItemSummary => {
    announce(itemId)
    const { item, position } = state.folded(itemId)
    const { available, held, rules, stocked, settings, sold } = item
    const { hands, items } = state.now()
    const { parked: pendingEdit } = state.hand(itemId)
    const isKnown = items.has(itemId) || hands.has(itemId)
    return {
      isKnown,
      available,
      held,
      sold,
      stocked,
      refused: Refused.of(item),
      settings,
      rules,
      position,
      isComplete: state.isWhole(partition),
      pendingEdit
    }
  }

  const unitsOf = ({ itemId, partition, requestId, userId }: BuyerQuestion): BuyerUnits | undefined => {
    const { isComplete, isKnown, pendingEdit } = summaryOf(partition, itemId)
    if (!isComplete || !isKnown || pendingEdit !== undefined) return undefined
    const { item } = state.folded(itemId)
    return { bought: bought(item, userId), held: item.held, isKnown: HashMap.has(item.orders, requestId) }
  }

  const fold = Effect.fnUntraced(function*(request: FoldRequest) {
    yield* checkMark(request.partition, request.epoch)
    const { itemId } = request
    const before = state.folded(itemId)
    const result = Fold.fold(before, request)
    if (result._tag === "Behind") return yield* new PositionBehind({ itemId, position: result.position })
    if (result._tag === "Stopped") return yield* new ItemDamaged({ itemId, detail: result.detail })
    state.change({ items: new Map(state.now().items).set(itemId, result.state) })
    for (const { command, offset } of request.commands) {
      if (command._tag === "Adjust" && "seq" in command.adjustment && offset > before.position) {
        counted(itemId, command.adjustment.seq, command.adjustment.delta)
      }
    }
    const { available, held, sold } = result.state.item
    yield* trace.note(`fold ${itemId} to ${result.state.position}: available ${available}, held ${held}, sold ${sold}`)
    if (available < 0 || held < 0 || sold < 0) broken.push(`${itemId} is negative`)
    return {
      outcomes: request.withoutOutcomes === true ? [] : result.outcomes,
      summary: summaryOf(request.partition, itemId)
    }
  })

  const items = Layer.succeed(ItemStore, {
    fold: (request) => ask(() => fold(request), request.session),
    read: (partition, itemId) => ask(() => Effect.sync(() => summaryOf(partition, itemId)), undefined, "read"),
    readBuyers: (questions) => ask(() => Effect.sync(() => questions.map(unitsOf)), undefined, "read"),
    detectEdits: (partition, epoch, known) =>
      ask(() =>
        Effect.map(checkMark(partition, epoch), () =>
          [...state.now().hands.keys()].flatMap((itemId) => {
            const isThere = home(itemId, PARTITIONS) === partition
            const parked = isThere ? summaryOf(partition, itemId).pendingEdit : undefined
            return parked === undefined ? [] : [parked]
          })), known),
    levels: (partition, limit) =>
      ask(
        () =>
          Effect.sync(() =>
            [...state.now().items].filter(([itemId]) => home(itemId, PARTITIONS) === partition).slice(0, limit).map(
              ([itemId, { item }]) => [itemId, item.available] as const
            )
          ),
        undefined,
        "read"
      ),
    ...StoredOrders.reads(state),
    trouble: Effect.sync(state.refusal),
    isUp: Effect.sync(() => state.refusal() === undefined)
  })

  const statuses = SimulatedStatuses.layer(state, trace, told, (what, requestId) => {
    if (!mayChange(requestId)) broken.push(what)
  })

  const storedItems = SimulatedStoredItems.layer(state, trace, onAccepted, (what) => void broken.push(what))

  return {
    layer: Layer.mergeAll(items, SimulatedMarks.layer(state), SimulatedBacklogs.layer(state), statuses, storedItems),
    /** What went wrong on the way, whatever came afterwards. */
    broken,
    statuses: () => state.now().statuses,
    item: (itemId: ItemId): Item => state.folded(itemId).item,
    position: (itemId: ItemId): number => state.folded(itemId).position,
    /** The partition's mark, where there is a whole one. */
    mark: (partition: number) => state.isWhole(partition) ? state.now().marks.get(partition) : undefined,
    /** It falls back to no state before this one. */
    keep: state.keep,
    /** Whether a log was accepted that is not wholly folded yet. */
    isAccepting: (): boolean => state.now().accepted.size > 0,
    /** Which log is folded. */
    log: (partition: number): StoreState.FoldedLog => state.now().logs.get(partition) ?? StoreState.wholeLog,
    /** The status under the request id has expired: nobody claims the id. */
    expire: (requestId: RequestId) =>
      Effect.suspend(() => {
        expired.add(requestId)
        state.change({ statuses: StoreState.without(state.now().statuses, [requestId]) })
        return trace.note(`the status of ${requestId} has expired`)
      }),
    hasExpired: (requestId: RequestId): boolean => expired.has(requestId),
    /** The status under the request id has expired, and a gateway claims the id. */
    claimExpired: (status: StatusRecord) =>
      Effect.suspend(() => {
        state.change({ statuses: new Map(state.now().statuses).set(status.requestId, status) })
        return trace.note(`the status of ${status.requestId} has expired, and ${status.fingerprint} claims the id`)
      }),
    /** Somebody types `SET inventory:<item>`, this much away from what is there. */
    typeByHand: (itemId: ItemId, delta: number) =>
      Effect.suspend(() => {
        const hand = state.hand(itemId)
        setHand(itemId, { ...hand, unannounced: hand.unannounced + delta })
        return trace.note(`SET of ${itemId} by ${delta}`)
      }),
    /** Whether everything typed has been counted. */
    isHandFree: (itemId: ItemId): boolean => {
      const { parked, unannounced } = state.hand(itemId)
      return parked === undefined && unannounced === 0
    },
    /** It is started again, and falls back to an earlier state: the last `writes` are gone. */
    loseWrites: (writes: number) =>
      Effect.suspend(() => {
        state.fallBack(writes)
        return trace.note(`the store loses its last ${writes} writes`)
      }),
    /** It is a replica for so long, and then a primary that lacks the last `writes`, as a failover leaves it. */
    failOver: (millis: number, writes: number) =>
      Effect.gen(function*() {
        state.refuseWrites("READONLY")
        yield* trace.note("the store takes no writes")
        yield* Effect.sleep(millis).pipe(
          Effect.andThen(Effect.sync(() => {
            state.refuseWrites(undefined)
            state.fallBack(writes)
          })),
          Effect.andThen(trace.note(`the store takes writes again, without its last ${writes}`)),
          Effect.forkDetach
        )
      }),
    /** It is full for so long: it answers reads, and takes no writes. */
    fill: (millis: number) =>
      Effect.gen(function*() {
        state.refuseWrites("OOM")
        yield* trace.note("the store is full")
        yield* Effect.sleep(millis).pipe(
          Effect.andThen(Effect.sync(() => state.refuseWrites(undefined))),
          Effect.andThen(trace.note("the store has room again")),
          Effect.forkDetach
        )
      }),
    flush: Effect.suspend(() => {
      state.empty(logs())
      return trace.note("the store is emptied")
    })
  }
}
