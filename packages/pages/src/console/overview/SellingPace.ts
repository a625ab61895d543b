/** How fast items go, by what was seen of them within the last minute, and when that empties them. Pure. */
import type { ItemRow } from "../calls/Wire.ts"

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

  /** Units a second by which what is left goes down; undefined where that is not known yet. */
  of(id: string): number | undefined {
    const seen = this.#seen.get(id) ?? []
    const [first, last] = [seen[0], seen.at(-1)]
    if (first === undefined || last === undefined || last.at - first.at < LEAST) return undefined
    return (first.available - last.available) / (last.at - first.at)
  }

  /** In how many seconds nothing is left, if it goes on like this; undefined where it does not go down. */
  soldOutIn({ available, item_id: id }: Pick<ItemRow, "item_id" | "available">): number | undefined {
    const pace = this.of(id)
    return pace === undefined || pace <= 0 || available === 0 ? undefined : available / pace
  }
}
