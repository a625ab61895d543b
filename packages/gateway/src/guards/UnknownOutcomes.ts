/**
 * Orders of which nobody knows whether they are in the log, and that have no claim which would say so: while the log
 * may still have them, nobody says that they were never placed. Decision 0047.
 */
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import * as AgeOrderedMap from "@flash-sale/infra/collections/AgeOrderedMap"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Layer } from "effect"

/** How long an order is remembered, in milliseconds: as long as a claim that nobody ends. */
export const KEPT_MILLIS = 30_000
/** The most orders that are remembered. Beyond them every id that nobody knows is in doubt for as long. */
export const MAX_KEPT = 10_000

interface Kept {
  readonly fingerprint: string
  readonly at: number
}

export class UnknownOutcomes extends Context.Service<UnknownOutcomes, {
  /** Nobody knows whether this order is in the log. */
  readonly add: (requestId: RequestId, fingerprint: string) => void
  /** What a look-up says once these orders are looked at as well: one that is unknown may be on its way. */
  readonly judged: (requestId: RequestId, found: StatusLookup) => StatusLookup
  /** Whether orders are forgotten of which nobody knows what became of them. */
  readonly isOverflowing: () => boolean
}>()("@flash-sale/gateway/guards/UnknownOutcomes") {}

export const layer: Layer.Layer<UnknownOutcomes> = Layer.effect(
  UnknownOutcomes,
  Effect.map(Monotonic.reader, (now) => {
    const kept = AgeOrderedMap.make<RequestId, Kept>()
    let forgotAt = Number.NEGATIVE_INFINITY

    const isOver = ({ at }: Kept): boolean => now() - at >= KEPT_MILLIS
    return {
      add: (requestId, fingerprint) => {
        kept.deleteWhile(({ value }) => isOver(value))
        kept.set(requestId, { fingerprint, at: now() })
        if (kept.size() <= MAX_KEPT) return
        kept.deleteWhile(() => kept.size() > MAX_KEPT)
        forgotAt = now()
      },
      judged: (requestId, found) => {
        if (kept.size() === 0 || found._tag !== "Unknown") return found
        const order = kept.get(requestId)
        return order === undefined || isOver(order) ? found : { _tag: "Leased", fingerprint: order.fingerprint }
      },
      isOverflowing: () => now() - forgotAt < KEPT_MILLIS
    }
  })
)
