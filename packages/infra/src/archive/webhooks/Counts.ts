/** How much waits, is dead and is behind, and since when. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { EndpointBacklog, HeldEndpoint } from "@flash-sale/domain/webhooks/Sending"
import { type EndpointCondition, type EndpointStanding, MAX_WAITING } from "@flash-sale/domain/webhooks/Standing"
import { Effect, Schema } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import type { Dialect, Row, Session } from "../sql/Session.ts"
import * as DeliveryRows from "./DeliveryRows.ts"
import * as ReplayRows from "./ReplayRows.ts"

const COUNT = `SELECT
  (SELECT count(*) FROM webhook_deliveries WHERE endpoint = $1 AND state = '${DeliveryRows.WAITING}') AS waiting,
  (SELECT count(*) FROM webhook_deliveries WHERE endpoint = $1 AND state = '${DeliveryRows.DEAD}') AS dead,
  (SELECT min(created_at) FROM webhook_deliveries WHERE endpoint = $1 AND state = '${DeliveryRows.WAITING}') AS since,
  (SELECT count(*) FROM webhook_replays WHERE endpoint = $1 AND done_at IS NULL) AS replays`

const BEHIND = `SELECT at FROM archive_entries WHERE n > $1 AND ${EntryRow.IS_EVENT} ORDER BY n LIMIT 1`

const TESTS = "SELECT id FROM webhook_tests WHERE endpoint = $1 AND done_at IS NULL ORDER BY n"

const REPLAY = "SELECT * FROM webhook_replays WHERE endpoint = $1 AND done_at IS NULL ORDER BY n LIMIT 1"

const countsOf = (session: Session, endpoint: Row) =>
  Effect.gen(function*() {
    const name = yield* decoded(() => EndpointName.make(Columns.text(endpoint, "name")))
    const cursor = yield* decoded(() => Columns.integer(endpoint, "cursor"))
    const [counts] = yield* session.all(COUNT, name)
    const [behind] = yield* session.all(BEHIND, cursor)
    return yield* decoded(() => ({
      name,
      cursor,
      waiting: Columns.integer(counts!, "waiting"),
      dead: Columns.integer(counts!, "dead"),
      replays: Columns.integer(counts!, "replays"),
      waitingSince: Columns.optionalInteger(counts!, "since"),
      behindSince: behind === undefined ? undefined : Columns.integer(behind, "at")
    }))
  })

/** For who asks what nobody tells it. */
export const backlog = (session: Session, endpoint: Row): Effect.Effect<EndpointBacklog, ArchiveUnavailable> =>
  Effect.map(
    countsOf(session, endpoint),
    ({ behindSince, name, waiting, waitingSince }) => ({ name, waiting, behindSince, waitingSince })
  )

/** For who holds it. */
export const held = (session: Session, endpoint: Row) =>
  Effect.gen(function*() {
    const { replays: _, ...counts } = yield* countsOf(session, endpoint)
    const tests = yield* session.all(TESTS, counts.name)
    const [replay] = yield* session.all(REPLAY, counts.name)
    return yield* decoded((): HeldEndpoint => ({
      ...counts,
      isGone: Columns.optionalInteger(endpoint, "gone_at") !== undefined,
      tests: tests.map((row) => Columns.text(row, "id")),
      replay: replay === undefined ? undefined : ReplayRows.readActive(replay)
    }))
  })

const readGlobs = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Array(Schema.String)))

/** The types of events that an endpoint is told. */
export const globsOf = (endpoint: Row): ReadonlyArray<string> => readGlobs(Columns.text(endpoint, "events"))

const conditionOf = (row: Row, waiting: number, now: number): EndpointCondition => {
  if (Columns.integer(row, "listed") === 0) return "unlisted"
  if (Columns.integer(row, "disabled") === 1) return "disabled"
  if (Columns.optionalInteger(row, "gone_at") !== undefined) return "gone"
  if (waiting >= MAX_WAITING) return "full"
  return (Columns.optionalInteger(row, "held_until") ?? 0) > now ? "delivering" : "unheld"
}

const least = (...moments: ReadonlyArray<number | undefined>): number | undefined => {
  const known = moments.filter((moment) => moment !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** For those who ask. `now` is by the clock of the database. */
const standing = (session: Session, row: Row, now: number) =>
  Effect.flatMap(
    countsOf(session, row),
    ({ behindSince, dead, name, replays, waiting, waitingSince }) =>
      decoded((): EndpointStanding => ({
        name,
        url: Columns.text(row, "url"),
        events: globsOf(row),
        condition: conditionOf(row, waiting, now),
        waiting,
        dead,
        oldestAt: least(behindSince, waitingSince),
        lastSuccessAt: Columns.optionalInteger(row, "last_success_at"),
        lastFailureAt: Columns.optionalInteger(row, "last_failure_at"),
        lastFailure: Columns.optionalText(row, "last_failure"),
        goneAt: Columns.optionalInteger(row, "gone_at"),
        holder: Columns.optionalText(row, "holder"),
        replays
      }))
  )

/** How every endpoint is that is kept, by name. */
export const standings = Effect.fnUntraced(function*(session: Session, dialect: Pick<Dialect, "now">) {
  const [clock] = yield* session.all(`SELECT ${dialect.now} AS now`)
  const now = yield* decoded(() => Columns.integer(clock!, "now"))
  const rows = yield* session.all("SELECT * FROM webhook_endpoints ORDER BY name")
  return yield* Effect.forEach(rows, (row) => standing(session, row, now))
})
