/** All items, a page after the other, each handed on as soon as it is there: a shop may have more than fit a screen. */
import { MAX_PAGE } from "@flash-sale/domain/api/admin/AdminFields"
import type { ShownItem } from "@flash-sale/operations/items/ItemView"
import type * as Cursor from "@flash-sale/operations/paging/Cursor"
import { Effect } from "effect"
import { Engine } from "../engine/Engine.ts"

/** Calls `show` with the items of each page that has some, `limit` of them at the most. Returns how many there were. */
export const each = Effect.fnUntraced(function*<E, R>(
  limit: number,
  show: (items: ReadonlyArray<ShownItem>) => Effect.Effect<unknown, E, R>
) {
  const engine = yield* Engine
  let shown = 0
  let cursor: string | undefined
  do {
    const options = { cursor, limit: Math.min(limit - shown, MAX_PAGE) }
    const page: Cursor.Page<ShownItem> = yield* engine.items(options)
    if (page.entries.length > 0) yield* show(page.entries)
    shown += page.entries.length
    cursor = page.next
  } while (cursor !== undefined && shown < limit)
  return { shown, isAll: cursor === undefined }
})
