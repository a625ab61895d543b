/**
 * Reads of items for requests: at most `SOLD_OUT_CACHE` old, and one at a time for each item, whatever the traffic.
 *
 * **Details**: a read may find that an operator changed the stock by hand. Such a change counts only once its record is
 * in the log, so the record is appended before the read is answered: orders that come after it find it there.
 */
import type { ItemSummary, PendingEdit } from "@flash-sale/domain/ports/ItemReads"
import { type ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as OperatorRecord from "@flash-sale/domain/records/operator/OperatorRecord"
import { home } from "@flash-sale/domain/records/Partition"
import * as Completion from "@flash-sale/infra/actor/Completion"
import * as AgeOrderedMap from "@flash-sale/infra/collections/AgeOrderedMap"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Duration, Effect, type Exit, Layer } from "effect"
import { PartitionCount } from "../guards/PartitionCount.ts"
import { StoreBreaker } from "../guards/StoreBreaker.ts"

/** Items of which a read is kept. The oldest read is dropped first. */
const MAX_ITEMS = 10_000
/** How long a read waits for the record of a hand-made change. The processor appends it too, within a second. */
const ANNOUNCE_TIMEOUT = "1 second"

/** What a read found; a defect where it ended by a bug. */
export type ItemRead = Exit.Exit<ItemSummary, StoreUnavailable | ItemDamaged>

export class ItemReads extends Context.Service<ItemReads, {
  /** The item as it was at most `SOLD_OUT_CACHE` ago. Failures are kept as long. */
  readonly look: (itemId: ItemId) => Effect.Effect<ItemSummary, StoreUnavailable | ItemDamaged>
  /**
   * The item by a read that is at most `maxAgeMillis` old or still under way; undefined where there is none, so that a
   * new one would be made.
   */
  readonly recent: (
    itemId: ItemId,
    maxAgeMillis: number
  ) => Effect.Effect<ItemSummary, StoreUnavailable | ItemDamaged> | undefined
  /** `look` by a callback, which is called once, mostly at once. Why: docs/decisions/0013-the-hot-route.md. */
  readonly ask: (itemId: ItemId, completion: Completion.Completion<ItemRead>) => void
}>()("@flash-sale/gateway/reads/ItemReads") {}

/** One read: what it found, once it has ended, and the completions that wait for it until then. */
interface Read {
  readonly begunAt: number
  found: ItemRead | undefined
  waiting: Array<Completion.Completion<ItemRead>>
}

export const layer = (
  maxAge: Duration.Duration
): Layer.Layer<ItemReads, never, OrderLog | ItemStore | PartitionCount | StoreBreaker> =>
  Layer.effect(
    ItemReads,
    Effect.gen(function*() {
      const log = yield* OrderLog
      const store = yield* ItemStore
      const partitionCount = yield* PartitionCount
      const storeBreaker = yield* StoreBreaker
      const monotonic = yield* Monotonic.reader
      const run = Effect.runCallbackWith(yield* Effect.context<never>())
      const maxAgeMillis = Duration.toMillis(maxAge)
      const reads = AgeOrderedMap.make<ItemId, Read>()

      const announce = ({ delta, itemId, seq }: PendingEdit) =>
        log.append(OperatorRecord.ofEdit(itemId, seq, delta)).pipe(
          Effect.timeoutOption(ANNOUNCE_TIMEOUT),
          Effect.catch(({ detail }) =>
            Log.debug(`A hand-made change of ${itemId} is not in the log: ${detail}`, { event: "stock_adjusted" })
          )
        )

      const lookNow = Effect.fnUntraced(function*(itemId: ItemId) {
        const look = yield* storeBreaker.ask(store.read(home(itemId, yield* partitionCount.partitions), itemId))
        if (look.pendingEdit !== undefined) yield* announce(look.pendingEdit)
        return look
      })

      const begin = (itemId: ItemId): Read => {
        const read: Read = { begunAt: monotonic(), found: undefined, waiting: [] }
        reads.set(itemId, read)
        reads.deleteWhile(() => reads.size() > MAX_ITEMS)
        run(lookNow(itemId), {
          onExit: (found) => {
            read.found = found
            for (const completion of read.waiting) completion(found)
            read.waiting = []
          }
        })
        return read
      }

      const isFresh = ({ begunAt, found }: Read): boolean => found === undefined || monotonic() - begunAt < maxAgeMillis

      const ask: ItemReads["Service"]["ask"] = (itemId, completion) => {
        const last = reads.get(itemId)
        const read = last !== undefined && isFresh(last) ? last : begin(itemId)
        if (read.found === undefined) read.waiting.push(completion)
        else completion(read.found)
      }
      const recent: ItemReads["Service"]["recent"] = (itemId, maxAgeMillis) => {
        const last = reads.get(itemId)
        if (last === undefined) return undefined
        if (last.found !== undefined) return monotonic() - last.begunAt < maxAgeMillis ? last.found : undefined
        return Completion.wait((completion) =>
          last.found === undefined ? void last.waiting.push(completion) : completion(last.found)
        )
      }
      return { ask, recent, look: (itemId) => Completion.wait((completion) => ask(itemId, completion)) }
    })
  )
