/** Takes a replay on: looks through what there is, a bounded number at a time. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { ActiveReplay } from "@flash-sale/domain/webhooks/Sending"
import { Effect } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Row, Session } from "../sql/Session.ts"
import * as DeliveryRows from "./DeliveryRows.ts"
import * as EventPages from "./EventPages.ts"
import * as ReplayRows from "./ReplayRows.ts"

/** Entries that one step looks at. */
const LOOKED_AT = 1_000

/** What a step has found, and up to where it has looked. */
interface Found {
  readonly sent: number
  readonly cursor: number
}

const SCAN = "SELECT n, id, type, at FROM archive_entries WHERE n > $1 AND n <= $2 ORDER BY n"

const scan = (
  session: Session,
  endpoint: string,
  { cursor, last, replayed }: ActiveReplay,
  matches: (type: string) => boolean,
  { now, room }: { readonly now: number; readonly room: number }
): Effect.Effect<Found, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const until = Math.min(last, cursor + LOOKED_AT)
    const ids = new Set(replayed._tag === "Ids" ? replayed.ids : [])
    const isMeant = (row: Row): boolean => {
      const type = Columns.text(row, "type")
      if (!EntryRow.isEvent(type)) return false
      if (replayed._tag !== "Times") return ids.has(Columns.text(row, "id"))
      const at = Columns.integer(row, "at")
      return at >= replayed.from && at < replayed.until && matches(type)
    }
    const rows = yield* session.all(SCAN, cursor, until)
    const meant = yield* decoded(() => rows.filter(isMeant).map((row) => Columns.integer(row, "n")))
    const fitting = meant.slice(0, room)
    const events = yield* session.each(EventPages.FIND, fitting.map((n) => ({ n })))
    yield* DeliveryRows.insertAsked(session, endpoint, yield* decoded(() => events.map(EventPages.read)), now)
    return { sent: fitting.length, cursor: fitting.length < meant.length ? fitting.at(-1) ?? cursor : until }
  })

const REVIVE = `UPDATE webhook_deliveries SET state = '${DeliveryRows.WAITING}', attempts = 0, due_at = $5
  WHERE n IN (
    SELECT n FROM webhook_deliveries
    WHERE endpoint = $1 AND state = '${DeliveryRows.DEAD}' AND n > $2 AND n <= $3 ORDER BY n LIMIT $4
  ) RETURNING n`

const revive = (
  session: Session,
  endpoint: string,
  { cursor, last }: ActiveReplay,
  { now, room }: { readonly now: number; readonly room: number }
): Effect.Effect<Found, ArchiveUnavailable> =>
  Effect.flatMap(session.all(REVIVE, endpoint, cursor, last, Math.min(room, LOOKED_AT), now), (rows) =>
    decoded(() => ({
      sent: rows.length,
      cursor: rows.length === 0 ? last : Math.max(...rows.map((row) => Columns.integer(row, "n")))
    })))

const MOVE = `UPDATE webhook_replays SET cursor = $2, sent = sent + $3 WHERE n = $1`
const END = `UPDATE webhook_replays SET done_at = $2 WHERE n = $1`

const FIND = "SELECT * FROM webhook_replays WHERE n = $1 AND done_at IS NULL"

/** Goes on where the replay has come to, whatever the caller knows of that. */
export const step = (
  session: Session,
  endpoint: string,
  id: number,
  matches: (type: string) => boolean,
  bounds: { readonly now: number; readonly room: number }
) =>
  Effect.gen(function*() {
    const [row] = yield* session.all(FIND, id)
    if (row === undefined) return { sent: 0, isDone: true }
    if (bounds.room <= 0) return { sent: 0, isDone: false }
    const replay = yield* decoded(() => ReplayRows.readActive(row))
    const found = replay.replayed._tag === "Dead"
      ? yield* revive(session, endpoint, replay, bounds)
      : yield* scan(session, endpoint, replay, matches, bounds)
    const isDone = found.cursor >= replay.last
    yield* session.all(MOVE, replay.id, found.cursor, found.sent)
    if (isDone) yield* session.all(END, replay.id, bounds.now)
    return { sent: found.sent, isDone }
  })
