/**
 * How fast items change, measured since they were first asked for and over a minute at the most. Nothing is measured of
 * an item that nobody asks for: what is asked for again is compared with what it was.
 */
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Layer } from "effect"

/** The longest time over which is measured, in milliseconds. */
const WINDOW = 60_000
/** How far two samples are apart at the least, in milliseconds. */
const APART = 1_000
/** Items of which samples are kept; those that were not asked for for longest go first. */
export const MAX_ITEMS = 1_000

type Counts = Pick<ItemSummary, "available" | "sold" | "position">
interface Sample extends Counts {
  readonly at: number
}

/** A second, over this many seconds. */
export interface Rates {
  readonly seconds: number
  readonly records: number
  readonly sold: number
  readonly left: number
}

export class ItemRates extends Context.Service<ItemRates, {
  /** Notes how an item is now, and says how fast it has changed; undefined where it was not asked for before. */
  readonly note: (itemId: ItemId, now: Counts) => Effect.Effect<Rates | undefined>
}>()("@flash-sale/admin/items/ItemRates") {}

const rounded = (rate: number): number => Math.round(rate * 1_000) / 1_000

const between = (before: Sample, { at, available, position, sold }: Sample): Rates | undefined => {
  const seconds = (at - before.at) / 1_000
  // A store that was folded anew meanwhile says nothing of how fast orders came.
  if (seconds < APART / 1_000 || position < before.position) return undefined
  return {
    seconds: rounded(seconds),
    records: rounded((position - before.position) / seconds),
    sold: rounded((sold - before.sold) / seconds),
    left: rounded((before.available - available) / seconds)
  }
}

export const layer: Layer.Layer<ItemRates> = Layer.effect(
  ItemRates,
  Effect.map(Monotonic.reader, (clock) => {
    /** Oldest first; the item that was asked for last comes last. */
    const known = new Map<ItemId, ReadonlyArray<Sample>>()
    return {
      note: (itemId, { available, position, sold }) =>
        Effect.sync(() => {
          const at = clock()
          const now = { at, available, sold, position }
          const samples = (known.get(itemId) ?? []).filter((sample) => at - sample.at <= WINDOW)
          const last = samples.at(-1)
          known.delete(itemId)
          known.set(itemId, last === undefined || at - last.at >= APART ? [...samples, now] : samples)
          const [oldest] = known.keys()
          if (known.size > MAX_ITEMS && oldest !== undefined) known.delete(oldest)
          return samples[0] === undefined ? undefined : between(samples[0], now)
        })
    }
  })
)
