/** How many events a replay would send, before it is asked for. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { matcher } from "@flash-sale/domain/webhooks/Endpoint"
import { MAX_COUNTED, type ReplayCount, type Replayed } from "@flash-sale/domain/webhooks/Standing"
import { Effect } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Session } from "../sql/Session.ts"
import * as DeliveryRows from "./DeliveryRows.ts"
import * as EntriesById from "./EntriesById.ts"

/** Entries that one statement looks at: a file does nothing else meanwhile. */
const LOOKED_AT = 2_000

const DEAD = `SELECT count(*) AS events FROM webhook_deliveries WHERE endpoint = $1 AND state = '${DeliveryRows.DEAD}'`
const ENDS = "SELECT coalesce(min(n), 1) - 1 AS before, coalesce(max(n), 0) AS last FROM archive_entries"
const FOUND = `SELECT type, count(*) AS events FROM archive_entries
  WHERE n > $1 AND n <= $2 AND at >= $3 AND at < $4 GROUP BY type`
const NEWEST = "SELECT coalesce(max(at), 0) AS newest FROM archive_entries WHERE n > $1 AND n <= $2"

type Times = Extract<Replayed, { readonly _tag: "Times" }>

const byTimes = (
  session: Session,
  { from, until }: Times,
  globs: ReadonlyArray<string>
): Effect.Effect<ReplayCount, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const matches = matcher(globs)
    const [ends] = yield* session.all(ENDS)
    const [before, last] = yield* decoded(() => [Columns.integer(ends!, "before"), Columns.integer(ends!, "last")])
    const bottom = Math.max(before!, last! - MAX_COUNTED)
    let events = 0
    for (let upTo = last!; upTo > bottom; upTo -= LOOKED_AT) {
      const after = Math.max(bottom, upTo - LOOKED_AT)
      const rows = yield* session.all(FOUND, after, upTo, from, until)
      events += yield* decoded(() =>
        rows.filter((row) => EntryRow.isEvent(Columns.text(row, "type")) && matches(Columns.text(row, "type")))
          .reduce((sum, row) => sum + Columns.integer(row, "events"), 0)
      )
      const [row] = yield* session.all(NEWEST, after, upTo)
      if ((yield* decoded(() => Columns.integer(row!, "newest"))) < from) return { events, isAll: true }
    }
    return { events, isAll: bottom === before }
  })

/** `globs`: the types of events that the endpoint is told. */
export const count = (
  session: Session,
  endpoint: string,
  replayed: Replayed,
  globs: ReadonlyArray<string>
): Effect.Effect<ReplayCount, ArchiveUnavailable> => {
  switch (replayed._tag) {
    case "Ids":
      return Effect.map(EntriesById.find(session, replayed.ids), ({ length }) => ({ events: length, isAll: true }))
    case "Dead":
      return Effect.flatMap(
        session.all(DEAD, endpoint),
        ([row]) => decoded(() => ({ events: Columns.integer(row!, "events"), isAll: true }))
      )
    case "Times":
      return byTimes(session, replayed, globs)
  }
}
