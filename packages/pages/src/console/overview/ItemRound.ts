/**
 * All items, looked at a page after the other and round again: as many as the engine may be asked for at once are
 * asked for each time. Pure but for the question itself.
 */
import type { ItemPage, ItemRow } from "../calls/Wire.ts"

/** Items that are remembered. Those after them are not looked at. */
export const MOST_ITEMS = 2_000
/** Pages without an item that are passed over at one time: as many as the partitions of a log may need. */
const MOST_EMPTY = 16

type Ask = (cursor: string | undefined) => Promise<ItemPage>

export class ItemRound {
  readonly #ask: Ask
  /** What was seen in this round, and in the one before. */
  #seen = new Map<string, ItemRow>()
  #before: ReadonlyMap<string, ItemRow> = new Map()
  #cursor: string | undefined
  #isWhole = true

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** Every item as it was seen last. */
  get items(): ReadonlyArray<ItemRow> {
    return [...new Map([...this.#before, ...this.#seen]).values()]
  }

  /** Whether there are no items but these. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** Looks at the next page, and gives what is on it. */
  async next(): Promise<ReadonlyArray<ItemRow>> {
    let page = await this.#ask(this.#cursor)
    for (let passed = 0; page.items.length === 0 && page.next !== undefined && passed < MOST_EMPTY; passed++) {
      page = await this.#ask(page.next)
    }
    for (const item of page.items) this.#seen.set(item.item_id, item)
    this.#cursor = page.next
    if (page.next === undefined || this.#seen.size >= MOST_ITEMS) this.#turn(page.next === undefined)
    return page.items
  }

  #turn(isWhole: boolean): void {
    this.#before = this.#seen
    this.#seen = new Map()
    this.#cursor = undefined
    this.#isWhole = isWhole
  }
}
