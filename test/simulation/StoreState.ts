/** All that the store holds, and its earlier states: to one of them it falls back when it loses writes. */
import type { PendingEdit } from "@flash-sale/domain/ports/ItemReads"
import type { AcceptedLog, Mark, Session } from "@flash-sale/domain/ports/RecoveryMarks"
import { MarkMoved } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import type { Folded } from "@flash-sale/domain/rules/Fold"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { Effect, Fiber, Semaphore } from "effect"
import * as Chance from "./Chance.ts"
import * as Process from "./Process.ts"
import type { Lease } from "./SimulatedClaims.ts"

/** Earlier states that the store can fall back to. */
const SNAPSHOTS = 200

/** What an operator typed by hand: not announced yet, and announced under a number but not counted yet. */
export interface Hand {
  readonly unannounced: number
  readonly parked: PendingEdit | undefined
}
const noHand: Hand = { unannounced: 0, parked: undefined }

/** Everything that the store may lose. */
export interface Stored {
  readonly items: ReadonlyMap<ItemId, Folded>
  readonly hands: ReadonlyMap<ItemId, Hand>
  /** Without a checkpoint while a recovery is under way. */
  readonly marks: ReadonlyMap<number, Omit<Mark, "checkpoint"> & { readonly checkpoint: number | undefined }>
  readonly statuses: ReadonlyMap<RequestId, StatusRecord>
  readonly leases: ReadonlyMap<RequestId, Lease>
  /** What an operator accepted in a mark's place. */
  readonly accepted: ReadonlyMap<number, AcceptedLog>
  readonly logs: ReadonlyMap<number, FoldedLog>
}

/** Which log of a partition is folded, and from where. */
export interface FoldedLog {
  readonly from: number
  /** How often the log had been cut. */
  readonly cuts: number
}

/** Why a store takes no writes: it is a replica, or full. */
export type Refusal = "READONLY" | "OOM"

export const wholeLog: FoldedLog = { from: 0, cuts: 0 }

const nothing: Stored = {
  items: new Map(),
  hands: new Map(),
  marks: new Map(),
  statuses: new Map(),
  leases: new Map(),
  accepted: new Map(),
  logs: new Map()
}

export const without = <K, V>(map: ReadonlyMap<K, V>, keys: ReadonlyArray<K>): ReadonlyMap<K, V> =>
  new Map([...map].filter(([key]) => !keys.includes(key)))

export const make = (faults: Chance.Faults) => {
  let stored = nothing
  let snapshots: Array<Stored> = [stored]
  /** It loses writes only when it is started again, and then every client connects anew. */
  let session = 0
  let emptied = 0
  /** Why it answers reads and refuses each write. As a replica it ends the connection with that; full it does not. */
  let refusal: Refusal | undefined

  const lines = new WeakMap<Process.Process, Semaphore.Semaphore>()
  const arriving = (process: Process.Process) => {
    if (process === Process.world) return <A, E>(request: Effect.Effect<A, E>) => request
    const line = lines.get(process) ?? Semaphore.makeUnsafe(1)
    lines.set(process, line)
    return line.withPermit
  }

  return {
    now: () => stored,
    session: () => session,
    /** How often it was emptied. */
    emptied: () => emptied,
    change: (next: Partial<Stored>): void => {
      stored = { ...stored, ...next }
      snapshots.push(stored)
      if (snapshots.length > 2 * SNAPSHOTS) snapshots = snapshots.slice(-SNAPSHOTS)
    },
    fallBack: (writes: number): void => {
      snapshots = snapshots.slice(0, Math.max(1, snapshots.length - writes))
      stored = snapshots.at(-1)!
      session++
    },
    refusal: (): Refusal | undefined => refusal,
    refuseWrites: (why: Refusal | undefined): void => {
      refusal = why
    },
    /** It falls back to no state before this one. */
    keep: (): void => {
      snapshots = [stored]
    },
    /** What is folded from then on is the log as it is. */
    empty: (logs: ReadonlyMap<number, FoldedLog>): void => {
      emptied++
      stored = { ...nothing, logs }
      snapshots = [stored]
    },
    folded: (itemId: ItemId): Folded => stored.items.get(itemId) ?? Fold.nothing,
    hand: (itemId: ItemId): Hand => stored.hands.get(itemId) ?? noHand,
    isWhole: (partition: number): boolean => stored.marks.get(partition)?.checkpoint !== undefined,
    checkMark: (partition: number, epoch: string | undefined): Effect.Effect<void, MarkMoved> =>
      stored.marks.get(partition)?.epoch === epoch ? Effect.void : Effect.fail(new MarkMoved({ partition })),
    /**
     * A round trip: it may be away, and its reply may be lost after it did what it was asked. What a process asks comes
     * in the order in which it asks, as on one connection, and whether or not it still waits for the reply.
     */
    ask: <A, E>(
      step: () => Effect.Effect<A, E>,
      known?: Session,
      access: "read" | "write" = "write"
    ): Effect.Effect<A, E | StoreUnavailable> =>
      Effect.gen(function*() {
        const request = Effect.gen(function*() {
          yield* Chance.slowly(faults.storeSlow)
          if (known !== undefined && known !== session) {
            return yield* new StoreUnavailable({ detail: "connected anew" })
          }
          if (yield* Chance.happens(faults.storeAway)) return yield* new StoreUnavailable({ detail: "away" })
          if (refusal !== undefined && access === "write") {
            if (refusal === "READONLY") session++
            return yield* new StoreUnavailable({ detail: refusal })
          }
          return yield* step()
        })
        const sent = Effect.forkDetach(arriving(yield* Process.Process)(request), { startImmediately: true })
        const answer = yield* Fiber.join(yield* sent)
        yield* Chance.slowly(faults.storeSlow)
        if (yield* Chance.happens(faults.storeReplyLost)) return yield* new StoreUnavailable({ detail: "reply lost" })
        return answer
      })
  }
}

export type State = ReturnType<typeof make>
