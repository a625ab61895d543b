/** A table that holds what was told, as whoever looks for what is not explained goes through it: page by page. */
import type { ArchiveUnavailable, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import type { Effect } from "effect"
import type { Session } from "../sql/Session.ts"

export type Arguments = Parameters<ArchiveWriter["Service"]["deleteUnexplained"]>

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
