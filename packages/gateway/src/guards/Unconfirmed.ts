/**
 * Orders that were accepted and have no status: the store took neither their claim nor its confirmation. Until their
 * records are folded nobody may say of an id that it was never placed. Decision 0047.
 */
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Layer } from "effect"
import { StoreBreaker } from "./StoreBreaker.ts"

/** How long a status may be written after its record was folded, in milliseconds. */
export const PUBLISHED_WITHIN = 2_000

export class Unconfirmed extends Context.Service<Unconfirmed, {
  /** The order at this position was accepted, and has no status that is kept. */
  readonly add: (position: LogPosition) => void
  /** Whether one of them may have no status yet. */
  readonly isAny: Effect.Effect<boolean, StoreUnavailable>
}>()("@flash-sale/gateway/guards/Unconfirmed") {}

/** The last one of a partition. */
interface Last {
  readonly offset: number
  /** When it was seen to be folded first, as `Monotonic.now` gives it. */
  readonly foldedAt: number | undefined
}

export const layer: Layer.Layer<Unconfirmed, never, StoreBreaker> = Layer.effect(
  Unconfirmed,
  Effect.gen(function*() {
    const backlogs = yield* Backlogs
    const storeBreaker = yield* StoreBreaker
    const monotonic = yield* Monotonic.reader
    /** One for each partition at the most. */
    const waiting = new Map<PartitionId, Last>()

    return {
      add: ({ offset, partition }) => {
        const { offset: before = offset } = waiting.get(partition) ?? {}
        waiting.set(partition, { offset: Math.max(offset, before), foldedAt: undefined })
      },
      isAny: Effect.gen(function*() {
        if (waiting.size === 0) return false
        const read = yield* storeBreaker.askAside(backlogs.read)
        const now = monotonic()
        for (const [partition, { foldedAt, offset }] of waiting) {
          if ((read.get(partition)?.folded ?? 0) <= offset) continue
          if (foldedAt !== undefined && now - foldedAt >= PUBLISHED_WITHIN) waiting.delete(partition)
          else waiting.set(partition, { offset, foldedAt: foldedAt ?? now })
        }
        return waiting.size > 0
      })
    }
  })
)
