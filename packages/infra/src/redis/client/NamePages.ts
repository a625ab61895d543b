/**
 * The names in a partition's index, a page after the other, by scans.
 *
 * **Details**: a scan gives as many names as it likes, all of a small index for example. What a page has no room for is
 * scanned again with the next one, and given from the last name on, in alphabetical order. So each scan asks for as
 * many names as every other: with another number it would end elsewhere, and names between would be left out.
 */
import { NamesCursor, type NamesPage } from "@flash-sale/domain/ports/ItemReads"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Effect } from "effect"

/** Where a scan ends, and begins. */
const EDGE = "0"

/** Names that one scan asks for, whatever the size of the page. */
const SCANNED = 100

/** Scans of one page: many may find nothing where items were removed. */
const MAX_SCANS = 100

/** Scans the index from a place on, for about so many names; and says where the next scan begins. */
export type Scan<E> = (
  from: string,
  count: number
) => Effect.Effect<readonly [next: string, names: ReadonlyArray<string>], E>

const partsOf = (from: NamesCursor | undefined): readonly [scan: string, after: string] => {
  if (from === undefined) return [EDGE, ""]
  const at = from.indexOf(":")
  return [from.slice(0, at), from.slice(at + 1)]
}

const pageOf = (itemIds: ReadonlyArray<ItemId>, from?: string, after = ""): NamesPage => ({
  itemIds,
  next: from === undefined ? undefined : NamesCursor.make(`${from}:${after}`)
})

/** The page that begins at the cursor. */
export const read = Effect.fnUntraced(function*<E>(scan: Scan<E>, cursor: NamesCursor | undefined, limit: number) {
  const itemIds: Array<ItemId> = []
  let [from, after] = partsOf(cursor)
  for (let scans = 0; scans < MAX_SCANS && itemIds.length < limit; scans++) {
    const room = limit - itemIds.length
    const [next, names] = yield* scan(from, SCANNED)
    const others = [...new Set(names)].filter((name) => name > after).toSorted()
    itemIds.push(...others.slice(0, room).map((name) => ItemId.make(name)))
    if (others.length > room) return pageOf(itemIds, from, itemIds.at(-1))
    if (next === EDGE) return pageOf(itemIds)
    from = next
    after = ""
  }
  return pageOf(itemIds, from)
})
