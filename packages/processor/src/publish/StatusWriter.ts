/** Writes the statuses of what the items of a partition have decided: at once, after a while, or by what is there. */
import { OrderStatuses, retention } from "@flash-sale/domain/ports/OrderStatuses"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Effect, type Scope } from "effect"
import type { Action, Amendment } from "../order/Action.ts"
import { type PartitionRun, RecoveryNeeded } from "../run/PartitionRun.ts"
import * as Amendments from "./Amendments.ts"
import * as DeferredStatuses from "./DeferredStatuses.ts"

export interface StatusWriter {
  /** Writes what the actions tell; `now` in milliseconds since 1970 (UTC). Those that can wait are noted. */
  readonly write: (actions: ReadonlyArray<Action>, now: number) => Effect.Effect<void, RecoveryNeeded>
}

interface Parts {
  /** Says what becomes of a failure where nobody waits for the write. */
  readonly guarded: (write: Effect.Effect<void, RecoveryNeeded>) => Effect.Effect<void>
  /** Whether there is something else to publish now. */
  readonly isBusy: () => boolean
}

/** A refund may wait for longer than statuses are kept, and another record tells of its end. */
const isRefund = ({ refund, status }: StatusRecord): boolean => refund !== undefined || status === "REFUNDED"

/**
 * Writes all that records at or above `run.publishFrom` tell; of earlier ones only what buyers may still ask for. Until
 * its scope closes.
 */
export const make = Effect.fnUntraced(function*(
  run: Pick<PartitionRun, "publishFrom">,
  { guarded, isBusy }: Parts
): Effect.fn.Return<StatusWriter, never, OrderStatuses | Scope.Scope> {
  const statuses = yield* OrderStatuses
  const { endedMillis } = yield* retention

  const orRecover = <A>(asked: Effect.Effect<A, StoreUnavailable>): Effect.Effect<A, RecoveryNeeded> =>
    Effect.mapError(asked, ({ detail }) => new RecoveryNeeded({ why: detail }))

  const write = (records: ReadonlyArray<StatusRecord>): Effect.Effect<void, RecoveryNeeded> =>
    records.length === 0 ? Effect.void : orRecover(statuses.write(records))

  const deferred = yield* DeferredStatuses.make((records) => guarded(write(records)), isBusy)

  /** Whether the status is news, or buyers may still ask for it: judged by the age of the record that tells it. */
  const isWanted = ({ status, toldBy }: Action, now: number): boolean =>
    toldBy === undefined || toldBy.offset >= run.publishFrom || toldBy.timestamp + endedMillis > now ||
    (status !== undefined && isRefund(status))

  /** The statuses to write now, and those to amend after them: they may be among those. */
  const of = (actions: ReadonlyArray<Action>, now: number) => {
    const records: Array<StatusRecord> = []
    const amendments: Array<Amendment> = []
    for (const action of actions) {
      const { amendment, held, status } = action
      if ((status ?? held ?? amendment) === undefined || !isWanted(action, now)) continue
      if (amendment !== undefined) amendments.push(amendment)
      if (status === undefined) {
        if (held !== undefined) deferred.defer(held)
        continue
      }
      if (status.placedAtOffset !== undefined) deferred.supersede(status.placedAtOffset)
      records.push(status)
    }
    return { records, amendments }
  }

  return {
    write: Effect.fnUntraced(function*(actions, now) {
      const { amendments, records } = of(actions, now)
      yield* write(records)
      if (amendments.length > 0) yield* write(yield* orRecover(Amendments.resolve(statuses, amendments)))
    })
  }
})
