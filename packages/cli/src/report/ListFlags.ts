/** Flags that lists out of the archive have, and how they are shown: a table, CSV, or JSON. */
import { type ArchiveCursor, MAX_PAGE } from "@flash-sale/domain/archive/Questions"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { Clock, Effect, Option, Schema } from "effect"
import { Flag } from "effect/cli"
import type { Page, PageOptions } from "../engine/archive/ArchiveView.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as PastTime from "./PastTime.ts"

const MAX_LINES = 100_000_000
const LINES = 10_000

export const limit = Flag.Int("limit").pipe(
  Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MAX_LINES }))),
  Flag.withDescription(`The most lines to print, the newest first; ${LINES} by default`),
  Flag.withDefault(LINES)
)

export const csv = Flag.Boolean("csv").pipe(
  Flag.withDescription("Print a table for spreadsheets (RFC 4180), in UTF-8"),
  Flag.withDefault(false)
)

/** Only what is of one item. */
export const item = Flag.String("item").pipe(
  Flag.withSchema(ItemId),
  Flag.withDescription("Only of this item; of all where it is absent"),
  Flag.optional
)

/** A moment that is over. */
export const time = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.filterMap(PastTime.read, () => PastTime.EXPECTED),
    Flag.withDescription(`${description}, ${PastTime.FORMS}`),
    Flag.optional
  )

/** In milliseconds since 1970 (UTC). */
export const instant = (given: Option.Option<PastTime.PastTime>): Effect.Effect<number | undefined> =>
  Effect.map(
    Clock.currentTimeMillis,
    (now) => Option.getOrUndefined(Option.map(given, (time) => PastTime.resolve(time, now)))
  )

/** How a list is printed. */
export type Form = "table" | "csv" | "json"

export const formOf = (
  { csv, json }: { readonly csv: boolean; readonly json: boolean }
): Effect.Effect<Form, CommandFailed.CommandFailed> =>
  csv && json
    ? Effect.fail(CommandFailed.usage("either --csv or --json: not both"))
    : Effect.succeed(csv ? "csv" : json ? "json" : "table")

/** Calls `show` with each page that has entries, `limit` of them in all. Returns how many, and whether that is all. */
export const eachPage = Effect.fnUntraced(function*<A, E, E2, R>(
  limit: number,
  read: (options: PageOptions) => Effect.Effect<Page<A>, E>,
  show: (entries: ReadonlyArray<A>, isFirst: boolean) => Effect.Effect<unknown, E2, R>
) {
  let shown = 0
  let cursor: ArchiveCursor | undefined
  do {
    const page: Page<A> = yield* read({ cursor, limit: Math.min(limit - shown, MAX_PAGE) })
    if (page.entries.length > 0) yield* show(page.entries, shown === 0)
    shown += page.entries.length
    cursor = page.next
  } while (cursor !== undefined && shown < limit)
  return { shown, isAll: cursor === undefined }
})
