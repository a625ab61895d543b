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
  #seen: ReadonlyMap<string, ReadonlyArray<Seen>> = new Map()

  /** Takes what is left of these items now, in seconds of a clock that nobody sets; others are forgotten. */
  see(items: ReadonlyArray<Pick<ItemRow, "item_id" | "available">>, at: number): void {
    this.#seen = new Map(items.map(({ available, item_id: id }) => {
      const before = this.#seen.get(id) ?? []
      return [id, [...before.filter((seen) => seen.at >= at - WINDOW), { at, available }]]
    }))
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
