/** How fast items go, by what was seen of them within the last minute. Pure. */
import type { ItemRow } from "../calls/Wire.ts"
import type { Pace } from "../words/SaleWords.ts"

/** How far back is looked, in seconds. */
const WINDOW = 60
/** Less says little, in seconds. */
const LEAST = 4

interface Seen {
  readonly at: number
  readonly available: number
}

export class SellingPace {
  readonly #seen = new Map<string, ReadonlyArray<Seen>>()

  /** Takes what is left of these items now, in seconds of a clock that nobody sets. */
  see(items: ReadonlyArray<Pick<ItemRow, "item_id" | "available">>, at: number): void {
    for (const { available, item_id: id } of items) {
      const before = this.#seen.get(id) ?? []
      this.#seen.set(id, [...before.filter((seen) => seen.at >= at - WINDOW), { at, available }])
    }
    for (const [id, seen] of this.#seen) if ((seen.at(-1)?.at ?? 0) < at - WINDOW) this.#seen.delete(id)
  }

  /** By how many units what is left went down; undefined where that is not known yet. */
  of(id: string): Pace | undefined {
    const seen = this.#seen.get(id) ?? []
    const [first, last] = [seen[0], seen.at(-1)]
    if (first === undefined || last === undefined || last.at - first.at < LEAST) return undefined
    return { seconds: last.at - first.at, units: first.available - last.available }
  }

  /** Units a second; none where it is not known yet, or where units came back. */
  perSecond(id: string): number {
    const pace = this.of(id)
    return pace === undefined ? 0 : Math.max(0, pace.units / pace.seconds)
  }
}
