/** The rows of endpoints: what the file says of them, and who delivers to them. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { Holder, LastAttempts, ListedEndpoint } from "@flash-sale/domain/webhooks/Sending"
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
    ON CONFLICT(name) DO UPDATE SET listed = 1, disabled = excluded.disabled, events = excluded.events,
      gone_at = CASE WHEN webhook_endpoints.url = excluded.url THEN webhook_endpoints.gone_at END, url = excluded.url`
}

/** Runs in the transaction of who writes. */
export const list = (session: Session, endpoints: ReadonlyArray<ListedEndpoint>) =>
  Effect.gen(function*() {
    const [end] = yield* session.all(END)
    const cursor = yield* decoded(() => Columns.integer(end!, "n"))
    yield* session.all("UPDATE webhook_endpoints SET listed = 0")
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

const HOLD: Statement = {
  columns: { name: "text", holder: "text", held_until: "integer" },
  sql: `UPDATE webhook_endpoints SET holder = input.holder, held_until = input.held_until FROM input
    WHERE webhook_endpoints.name = input.name`
}

const GIVE_UP: Statement = {
  columns: { name: "text" },
  sql: `UPDATE webhook_endpoints SET holder = NULL, held_until = NULL
    WHERE name IN (SELECT name FROM input)`
}

const leaseOf = (row: Row): Shares.Lease => ({
  name: Columns.text(row, "name"),
  holder: Columns.optionalText(row, "holder"),
  heldUntil: Columns.optionalInteger(row, "held_until") ?? 0
})

/** Says that this instance is there, forgets those that are not, and gives the moment and how many are. */
const appear = ({ now }: Dialect, session: Session, { leaseMillis, name }: Holder) =>
  Effect.gen(function*() {
    const [clock] = yield* session.all(`SELECT ${now} AS now`)
    const moment = yield* decoded(() => Columns.integer(clock!, "now"))
    yield* session.all(
      `INSERT INTO webhook_instances(holder, seen_until) VALUES ($1, $2)
        ON CONFLICT(holder) DO UPDATE SET seen_until = excluded.seen_until`,
      name,
      moment + leaseMillis
    )
    yield* session.all(
      "DELETE FROM webhook_instances WHERE seen_until <= $1 OR seen_until > $2",
      moment,
      moment + leaseMillis
    )
    const [row] = yield* session.all("SELECT count(*) AS n FROM webhook_instances")
    return { moment, live: yield* decoded(() => Columns.integer(row!, "n")) }
  })

/** Gives the rows that are held then. Runs in the transaction of who writes. */
export const hold = (
  dialect: Dialect,
  session: Session,
  holder: Holder,
  names: ReadonlyArray<EndpointName>
): Effect.Effect<ReadonlyArray<Row>, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const { live, moment } = yield* appear(dialect, session, holder)
    const wanted = new Set<string>(names)
    const rows = yield* session.all("SELECT * FROM webhook_endpoints ORDER BY name")
    const leases = yield* decoded(() => rows.map(leaseOf))
    const shares = Shares.decide(leases.filter(({ name }) => wanted.has(name)), {
      holder: holder.name,
      leaseMillis: holder.leaseMillis,
      live,
      now: moment
    })
    const unwanted = leases.filter((lease) => lease.holder === holder.name && !wanted.has(lease.name))
    yield* session.each(GIVE_UP, [...shares.giveUp, ...unwanted.map(({ name }) => name)].map((name) => ({ name })))
    yield* session.each(
      HOLD,
      shares.hold.map((name) => ({ name, holder: holder.name, held_until: moment + holder.leaseMillis }))
    )
    const held = new Set(shares.hold)
    return rows.filter((row) => held.has(String(row["name"])))
  })

export const release = (session: Session, holder: string) =>
  Effect.andThen(
    session.all("UPDATE webhook_endpoints SET holder = NULL, held_until = NULL WHERE holder = $1", holder),
    Effect.asVoid(session.all("DELETE FROM webhook_instances WHERE holder = $1", holder))
  )

/** Whether this instance still holds the endpoint: asked in the transaction that changes its state. */
export const isHeld = (session: Session, endpoint: string, holder: string) =>
  Effect.map(
    session.all("SELECT 1 AS held FROM webhook_endpoints WHERE name = $1 AND holder = $2", endpoint, holder),
    (rows) => rows.length > 0
  )

/** Moves the cursor, never back, and keeps the last attempts, where this instance still holds the endpoint. */
const ADVANCE = `UPDATE webhook_endpoints SET
    cursor = CASE WHEN cursor < $3 THEN $3 ELSE cursor END,
    last_success_at = coalesce($4, last_success_at),
    last_failure_at = coalesce($5, last_failure_at),
    last_failure = coalesce($6, last_failure)
  WHERE name = $1 AND holder = $2 RETURNING name`

/** False where another holds it now, and nothing is changed. One statement: it is run for each page of events. */
export const advance = (
  session: Session,
  endpoint: string,
  holder: string,
  cursor: number,
  { failure, successAt }: LastAttempts
): Effect.Effect<boolean, ArchiveUnavailable> => {
  const failed = failure === undefined ? [null, null] : [failure.at, Columns.storable(failure.error)]
  return Effect.map(
    session.all(ADVANCE, endpoint, holder, cursor, successAt ?? null, ...failed),
    (rows) => rows.length > 0
  )
}

/** Keeps the last attempts for who asks. */
export const saveLast = (session: Session, endpoint: string, { failure, successAt }: LastAttempts) =>
  Effect.gen(function*() {
    if (successAt !== undefined) {
      yield* session.all("UPDATE webhook_endpoints SET last_success_at = $2 WHERE name = $1", endpoint, successAt)
    }
    if (failure === undefined) return
    yield* session.all(
      "UPDATE webhook_endpoints SET last_failure_at = $2, last_failure = $3 WHERE name = $1",
      endpoint,
      failure.at,
      Columns.storable(failure.error)
    )
  })
