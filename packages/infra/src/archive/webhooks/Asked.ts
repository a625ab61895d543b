/** What operators ask of webhooks, over the database of the archive. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import {
  MAX_REPLAYS,
  TooManyAsked,
  UnknownEndpoint,
  UnknownEvents,
  type Webhooks
} from "@flash-sale/domain/ports/Webhooks"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { ReplayCount, Replayed } from "@flash-sale/domain/webhooks/Standing"
import { Effect } from "effect"
import * as EntryRow from "../rows/EntryRow.ts"
import * as WebhookChangeRow from "../rows/WebhookChangeRow.ts"
import * as Columns from "../sql/Columns.ts"
import { decoded } from "../sql/Decoded.ts"
import * as Keyset from "../sql/Keyset.ts"
import type { ArchiveDatabase, Session } from "../sql/Session.ts"
import * as Counts from "./Counts.ts"
import * as DeliveryRows from "./DeliveryRows.ts"
import * as EntriesById from "./EntriesById.ts"
import * as ReplayCounts from "./ReplayCounts.ts"
import * as ReplayRows from "./ReplayRows.ts"
import * as TestRows from "./TestRows.ts"

/** The replays of an endpoint that are shown. */
const MAX_SHOWN = 100

const known = (session: Session, endpoint: EndpointName) =>
  Effect.map(
    session.all("SELECT 1 AS known FROM webhook_endpoints WHERE name = $1", endpoint),
    (rows) => rows.length > 0
  )

const countOf = (session: Session, sql: string, endpoint: string) =>
  Effect.flatMap(session.all(sql, endpoint), ([row]) => decoded(() => Columns.integer(row!, "n")))

const ASKED_TESTS = "SELECT count(*) AS n FROM webhook_tests WHERE endpoint = $1 AND done_at IS NULL"
const ASKED_REPLAYS = "SELECT count(*) AS n FROM webhook_replays WHERE endpoint = $1 AND done_at IS NULL"

const ENABLE = "UPDATE webhook_endpoints SET gone_at = NULL WHERE name = $1 AND gone_at IS NOT NULL RETURNING name"
/** What waited for an endpoint that was gone does not wait for its schedule. */
const HURRY = `UPDATE webhook_deliveries SET due_at = 0 WHERE endpoint = $1 AND state = '${DeliveryRows.WAITING}'`

/** A transaction's work tells a refusal as a value, as only what the database says is an error there. */
const refusing = <A, Refusal extends UnknownEndpoint | UnknownEvents | TooManyAsked>(
  done: Effect.Effect<{ readonly done: A } | { readonly refused: Refusal }, ArchiveUnavailable>
): Effect.Effect<A, ArchiveUnavailable | Refusal> =>
  Effect.flatMap(done, (asked) => "done" in asked ? Effect.succeed(asked.done) : Effect.fail(asked.refused))

/** Among the changes by hand. */
const enter = (session: Session, change: EntryRow.EntryValues) => session.each(EntryRow.INSERT, [change])

const unknown = (name: EndpointName) => ({ refused: new UnknownEndpoint({ name }) })
const missing = (session: Session, replayed: Replayed) =>
  replayed._tag === "Ids" ? EntriesById.missing(session, replayed.ids) : Effect.succeed([])
const tooMany = (detail: string) => ({ refused: new TooManyAsked({ detail }) })

export const askedOf = ({ dialect, session, snapshot, write }: ArchiveDatabase): Webhooks["Service"] => ({
  list: snapshot((opened) => Counts.standings(opened, dialect)),
  deliveries: ({ endpoint, state }, from, limit) => {
    const conditions = Keyset.conditions([["endpoint = ?", endpoint], ["state = ?", state]])
    const { parameters, sql } = Keyset.select("webhook_deliveries", "created_at", conditions, from, limit)
    return Effect.flatMap(
      session.all(sql, ...parameters),
      (rows) => decoded(() => Keyset.page(rows, "created_at", limit, DeliveryRows.read))
    )
  },
  test: (endpoint, id, operator, now) =>
    refusing<void, UnknownEndpoint | TooManyAsked>(write((opened) =>
      Effect.gen(function*() {
        if (!(yield* known(opened, endpoint))) return unknown(endpoint)
        if ((yield* countOf(opened, ASKED_TESTS, endpoint)) >= TestRows.MAX_ASKED) {
          return tooMany(`${TestRows.MAX_ASKED} tests of ${endpoint} wait to be sent already`)
        }
        yield* enter(opened, WebhookChangeRow.of(endpoint, { type: "webhook.tested", test: id }, operator, now))
        return { done: yield* TestRows.insert(opened, endpoint, id, now) }
      })
    )),
  outcome: (id) =>
    Effect.flatMap(
      session.all("SELECT * FROM webhook_tests WHERE id = $1", id),
      ([row]) => decoded(() => row === undefined ? undefined : TestRows.read(row))
    ),
  replay: (endpoint, replayed, operator, now, key) =>
    refusing<number, UnknownEndpoint | UnknownEvents | TooManyAsked>(write((opened) =>
      Effect.gen(function*() {
        if (!(yield* known(opened, endpoint))) return unknown(endpoint)
        const before = key === undefined ? undefined : yield* ReplayRows.findByKey(opened, key)
        if (before !== undefined) return { done: before }
        const ids = yield* missing(opened, replayed)
        if (ids.length > 0) return { refused: new UnknownEvents({ ids }) }
        if ((yield* countOf(opened, ASKED_REPLAYS, endpoint)) >= MAX_REPLAYS) {
          return tooMany(`${MAX_REPLAYS} replays of ${endpoint} are not done yet`)
        }
        const replay = yield* ReplayRows.insert(opened, endpoint, replayed, operator, now, key)
        const change = { type: "webhook.replayed", replay, replayed } as const
        yield* enter(opened, WebhookChangeRow.of(endpoint, change, operator, now))
        return { done: replay }
      })
    )),
  count: (endpoint, replayed) =>
    refusing<ReplayCount, UnknownEndpoint | UnknownEvents>(Effect.gen(function*() {
      const [row] = yield* session.all("SELECT events FROM webhook_endpoints WHERE name = $1", endpoint)
      if (row === undefined) return unknown(endpoint)
      const ids = yield* missing(session, replayed)
      if (ids.length > 0) return { refused: new UnknownEvents({ ids }) }
      return { done: yield* ReplayCounts.count(session, endpoint, replayed, yield* decoded(() => Counts.globsOf(row))) }
    })),
  replays: (endpoint) =>
    Effect.flatMap(
      session.all(`SELECT * FROM webhook_replays WHERE endpoint = $1 ORDER BY n DESC LIMIT ${MAX_SHOWN}`, endpoint),
      (rows) => decoded(() => rows.map(ReplayRows.readStanding))
    ),
  enable: (endpoint, operator, now) =>
    refusing(write((opened) =>
      Effect.gen(function*() {
        if (!(yield* known(opened, endpoint))) return unknown(endpoint)
        if ((yield* opened.all(ENABLE, endpoint)).length === 0) return { done: undefined }
        yield* opened.all(HURRY, endpoint)
        yield* enter(opened, WebhookChangeRow.of(endpoint, { type: "webhook.enabled" }, operator, now))
        return { done: undefined }
      })
    ))
})
