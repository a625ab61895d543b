/** The rows of endpoints: what the file says of them, and who delivers to them. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { Holder, ListedEndpoint } from "@flash-sale/domain/webhooks/Sending"
import { Effect } from "effect"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Dialect, Row, Session, Statement } from "../sql/Session.ts"
import * as Shares from "./Shares.ts"

/** In the order of what is archived: what comes later is sent. */
export const END = "SELECT coalesce(max(n), 0) AS n FROM archive_entries"

const LIST: Statement = {
  columns: { name: "text", url: "text", events: "text", disabled: "integer", cursor: "integer" },
  sql: `INSERT INTO webhook_endpoints(name, url, events, listed, disabled, cursor)
    SELECT name, url, events, 1, disabled, cursor FROM input WHERE true
    ON CONFLICT(name) DO UPDATE SET listed = 1, unlisted_at = NULL, disabled = excluded.disabled,
      events = excluded.events, url = excluded.url,
      gone_at = CASE WHEN webhook_endpoints.url = excluded.url THEN webhook_endpoints.gone_at END`
}

/** Runs in the transaction of who writes. */
export const list = (
  { now }: Pick<Dialect, "now">,
  session: Session,
  endpoints: ReadonlyArray<ListedEndpoint>
) =>
  Effect.gen(function*() {
    const [end] = yield* session.all(END)
    const cursor = yield* decoded(() => Columns.integer(end!, "n"))
    yield* session.all(`UPDATE webhook_endpoints SET listed = 0, unlisted_at = ${now} WHERE listed = 1`)
    yield* session.each(
      LIST,
      endpoints.map(({ events, isDisabled, name, url }) => ({
        name,
        url,
        events: JSON.stringify(events),
        disabled: isDisabled ? 1 : 0,
        cursor
      }))
    )
  })

/** Who holds it has it in its file, whatever another instance has said of its own. */
const HOLD: Statement = {
  columns: { name: "text", holder: "text", held_until: "integer" },
  sql: `UPDATE webhook_endpoints SET holder = input.holder, held_until = input.held_until, listed = 1,
      unlisted_at = NULL, disabled = 0
    FROM input WHERE webhook_endpoints.name = input.name`
}

const ASK = "UPDATE webhook_endpoints SET asked_by = $2, asked_at = $3 WHERE name = $1"

const GIVE_UP: Statement = {
  columns: { name: "text" },
  sql: `UPDATE webhook_endpoints SET holder = NULL, held_until = NULL
    WHERE name IN (SELECT name FROM input)`
}

const leaseOf = (row: Row): Shares.Lease => ({
  name: Columns.text(row, "name"),
  holder: Columns.optionalText(row, "holder"),
  heldUntil: Columns.optionalInteger(row, "held_until") ?? 0,
  askedBy: Columns.optionalText(row, "asked_by"),
  askedAt: Columns.optionalInteger(row, "asked_at") ?? 0
})

const nowOf = ({ now }: Pick<Dialect, "now">, session: Session) =>
  Effect.flatMap(session.all(`SELECT ${now} AS now`), ([row]) => decoded(() => Columns.integer(row!, "now")))

/** Gives the rows that are held then. Runs in the transaction of who writes. */
export const hold = (
  dialect: Pick<Dialect, "now">,
  session: Session,
  { leaseMillis, name: holder, asks }: Holder,
  names: ReadonlyArray<EndpointName>
): Effect.Effect<ReadonlyArray<Row>, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const now = yield* nowOf(dialect, session)
    const rows = yield* session.all("SELECT * FROM webhook_endpoints ORDER BY name")
    const leases = yield* decoded(() => rows.map(leaseOf))
    const shares = Shares.decide(leases, { holder, leaseMillis, now, wanted: new Set<string>(names) })
    const leased = [...shares.hold.map((name) => ({ name, to: holder })), ...shares.handOver]
    yield* session.each(GIVE_UP, shares.giveUp.map((name) => ({ name })))
    yield* session.each(HOLD, leased.map(({ name, to }) => ({ name, holder: to, held_until: now + leaseMillis })))
    if (asks && shares.ask !== undefined) yield* session.all(ASK, shares.ask, holder, now)
    const held = new Set(shares.hold)
    return rows.filter((row) => held.has(String(row["name"])))
  })

const WANTED = "SELECT * FROM webhook_endpoints WHERE listed = 1 AND disabled = 0 ORDER BY name"

/** The rows of those that a file lists and nobody delivers to. */
export const unheld = (
  dialect: Pick<Dialect, "now">,
  session: Session,
  leaseMillis: number
): Effect.Effect<ReadonlyArray<Row>, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const now = yield* nowOf(dialect, session)
    const rows = yield* session.all(WANTED)
    return yield* decoded(() => rows.filter((row) => Shares.isFree(leaseOf(row), { leaseMillis, now })))
  })

export const release = (session: Session, holder: string) =>
  Effect.asVoid(
    session.all("UPDATE webhook_endpoints SET holder = NULL, held_until = NULL WHERE holder = $1", holder)
  )
