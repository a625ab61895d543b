/** Takes a replay on: looks through what there is, a bounded number at a time. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { ActiveReplay } from "@flash-sale/domain/webhooks/Sending"
import type { Replayed } from "@flash-sale/domain/webhooks/Standing"
import { Effect } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Row, Session } from "../sql/Session.ts"
import * as DeliveryRows from "./DeliveryRows.ts"
import * as EntriesById from "./EntriesById.ts"
import * as EventPages from "./EventPages.ts"
import * as ReplayRows from "./ReplayRows.ts"

/** Entries that one step looks at. */
const LOOKED_AT = 1_000

/** What a step has found, and up to where it has looked. */
interface Found {
  readonly sent: number
  readonly cursor: number
}

type Times = Extract<Replayed, { readonly _tag: "Times" }>
type Ids = Extract<Replayed, { readonly _tag: "Ids" }>

const SCAN = "SELECT n, type, at FROM archive_entries WHERE n > $1 AND n <= $2 ORDER BY n"

/** Room for deliveries, and the moment at which they are due. */
interface Bounds {
  readonly now: number
  readonly room: number
}

/** What is meant among the entries up to `until` becomes deliveries, as far as there is room. */
const take = (
  session: Session,
  endpoint: string,
  { meant, until }: { readonly meant: ReadonlyArray<number>; readonly until: number },
  { now, room }: Bounds
): Effect.Effect<Found, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const fitting = meant.slice(0, room)
    const events = yield* session.each(EventPages.FIND, fitting.map((n) => ({ n })))
    yield* DeliveryRows.insertAsked(session, endpoint, yield* decoded(() => events.map(EventPages.read)), now)
    return { sent: fitting.length, cursor: fitting.length < meant.length ? fitting.at(-1)! : until }
  })

const byTimes = (
  session: Session,
  endpoint: string,
  { cursor, from, last, until }: Pick<ActiveReplay, "cursor" | "last"> & Times,
  matches: (type: string) => boolean,
  bounds: Bounds
): Effect.Effect<Found, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const upTo = Math.min(last, cursor + LOOKED_AT)
    const isMeant = (row: Row): boolean => {
      const type = Columns.text(row, "type")
      const at = Columns.integer(row, "at")
      return EntryRow.isEvent(type) && at >= from && at < until && matches(type)
    }
    const rows = yield* session.all(SCAN, cursor, upTo)
    const meant = yield* decoded(() => rows.filter(isMeant).map((row) => Columns.integer(row, "n")))
    return yield* take(session, endpoint, { meant, until: upTo }, bounds)
  })

const byIds = (
  session: Session,
  endpoint: string,
  { cursor, ids, last }: Pick<ActiveReplay, "cursor" | "last"> & Ids,
  bounds: Bounds
): Effect.Effect<Found, ArchiveUnavailable> =>
  Effect.flatMap(EntriesById.find(session, ids), (found) => {
    const meant = found.filter((n) => n > cursor && n <= last)
    return take(session, endpoint, { meant, until: last }, bounds)
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
  { now, room }: Bounds
): Effect.Effect<Found, ArchiveUnavailable> =>
  Effect.flatMap(session.all(REVIVE, endpoint, cursor, last, Math.min(room, LOOKED_AT), now), (rows) =>
    decoded(() => ({
      sent: rows.length,
      cursor: rows.length === 0 ? last : Math.max(...rows.map((row) => Columns.integer(row, "n")))
    })))

const MOVE = `UPDATE webhook_replays SET cursor = $2, sent = sent + $3 WHERE n = $1`
const END = `UPDATE webhook_replays SET done_at = $2 WHERE n = $1`

const FIND = "SELECT * FROM webhook_replays WHERE n = $1 AND done_at IS NULL"

const stepOf = (
  session: Session,
  endpoint: string,
  replay: ActiveReplay,
  matches: (type: string) => boolean,
  bounds: Bounds
) => {
  const { cursor, last, replayed } = replay
  switch (replayed._tag) {
    case "Dead":
      return revive(session, endpoint, replay, bounds)
    case "Ids":
      return byIds(session, endpoint, { cursor, last, ...replayed }, bounds)
    case "Times":
      return byTimes(session, endpoint, { cursor, last, ...replayed }, matches, bounds)
  }
}

/** Goes on where the replay has come to, whatever the caller knows of that. */
export const step = (
  session: Session,
  endpoint: string,
  id: number,
  matches: (type: string) => boolean,
  bounds: Bounds
) =>
  Effect.gen(function*() {
    const [row] = yield* session.all(FIND, id)
    if (row === undefined) return { sent: 0, isDone: true }
    if (bounds.room <= 0) return { sent: 0, isDone: false }
    const replay = yield* decoded(() => ReplayRows.readActive(row))
    const found = yield* stepOf(session, endpoint, replay, matches, bounds)
    const isDone = found.cursor >= replay.last
    yield* session.all(MOVE, replay.id, found.cursor, found.sent)
    if (isDone) yield* session.all(END, replay.id, bounds.now)
    return { sent: found.sent, isDone }
  })
