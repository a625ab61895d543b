/** Deletes events that the log does not explain any more, page by page, each in a transaction of its own. */
import type { ArchiveUnavailable, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { Effect } from "effect"
import type { ArchiveDatabase, Session } from "../sql/Session.ts"
import * as UnexplainedCounts from "./UnexplainedCounts.ts"
import * as UnexplainedEntries from "./UnexplainedEntries.ts"

/** Events that are looked at in one transaction. */
const PAGE = 1_000

type Arguments = Parameters<ArchiveWriter["Service"]["deleteUnexplained"]>

/** Where a page has ended: `key` decides between rows of one offset. */
export interface Place {
  readonly sequence: number
  readonly key: string | number
}

/** A page behind a place, at most `size` rows, of which at most `room` may go. */
export interface Page {
  readonly after: Place
  readonly size: number
  readonly room: number
}

/** One of the tables that hold what was told. */
export interface Told {
  /** Before the key of each row. */
  readonly first: Place["key"]
  /** Looks at a page. Returns how many rows it has deleted, and where it ended; undefined where no more follow. */
  readonly remove: (
    session: Session,
    page: Page,
    args: Arguments
  ) => Effect.Effect<{ readonly deleted: number; readonly end: Place | undefined }, ArchiveUnavailable>
}

const removeFrom = Effect.fnUntraced(function*(database: ArchiveDatabase, told: Told, limit: number, args: Arguments) {
  const [, { from }] = args
  let deleted = 0
  let after: Place | undefined = { sequence: from, key: told.first }
  while (after !== undefined && deleted < limit) {
    const page: Page = { after, size: PAGE, room: limit - deleted }
    const done = yield* database.write((session) => told.remove(session, page, args))
    deleted += done.deleted
    after = done.end
  }
  return deleted
})

export const remove = (
  database: ArchiveDatabase,
  ...args: Arguments
): Effect.Effect<number, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const [, , , limit] = args
    const entries = yield* removeFrom(database, UnexplainedEntries.told, limit, args)
    return entries + (yield* removeFrom(database, UnexplainedCounts.told, limit - entries, args))
  })
