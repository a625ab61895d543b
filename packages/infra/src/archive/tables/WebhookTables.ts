/** The tables of webhooks. Moments are milliseconds since 1970 (UTC), yes and no are 1 and 0. */
import type { Dialect } from "../sql/Session.ts"

/**
 * - `webhook_endpoints`: a row for each that is in the file, or was. `cursor` is the `n` of the last entry that was
 *   sent or stands in a row. `holder` delivers to it until `held_until`, by the clock of the database; `asked_by`
 *   would, as it holds fewer. `unlisted_at` is since when no file lists it, by the same clock.
 * - `webhook_deliveries`: those that failed or that a replay has asked for; `entry` is the `n` of the event's entry.
 * - `webhook_replays`: `cursor` is the `n` up to which entries, or dead deliveries, were looked through, `last` the end
 *   of that; ids are looked up by an index of the entries. One `asked_key` is one replay, however often it is asked
 *   for.
 * - `webhook_tests`: the last test events.
 */
export const webhooks = ({ integer, numbered, text }: Dialect): ReadonlyArray<string> => [
  `CREATE TABLE webhook_endpoints(
    name ${text} PRIMARY KEY, url ${text} NOT NULL, events ${text} NOT NULL, listed ${integer} NOT NULL,
    disabled ${integer} NOT NULL, cursor ${integer} NOT NULL, gone_at ${integer}, holder ${text}, held_until ${integer},
    asked_by ${text}, asked_at ${integer},
    last_success_at ${integer}, last_failure_at ${integer}, last_failure ${text}
  )`,
  `CREATE TABLE webhook_deliveries(
    n ${numbered}, endpoint ${text} NOT NULL, entry ${integer} NOT NULL, event_id ${text} NOT NULL,
    type ${text} NOT NULL, item_id ${text} NOT NULL, request_id ${text} NOT NULL, body ${text} NOT NULL,
    state ${text} NOT NULL, attempts ${integer} NOT NULL, due_at ${integer} NOT NULL, created_at ${integer} NOT NULL,
    last_attempt_at ${integer}, status ${integer}, error ${text},
    UNIQUE(endpoint, entry)
  )`,
  "CREATE INDEX webhook_deliveries_by_due ON webhook_deliveries(endpoint, state, due_at, n)",
  "CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries(endpoint, state, created_at)",
  "CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries(created_at, n)",
  `CREATE TABLE webhook_replays(
    n ${numbered}, endpoint ${text} NOT NULL, kind ${text} NOT NULL, ids ${text} NOT NULL, from_at ${integer},
    until_at ${integer}, cursor ${integer} NOT NULL, last ${integer} NOT NULL, sent ${integer} NOT NULL,
    by_name ${text} NOT NULL, reason ${text}, asked_at ${integer} NOT NULL, done_at ${integer},
    asked_key ${text} UNIQUE
  )`,
  "CREATE INDEX archive_entries_by_id ON archive_entries(id)",
  `CREATE TABLE webhook_tests(
    n ${numbered}, id ${text} NOT NULL UNIQUE, endpoint ${text} NOT NULL, asked_at ${integer} NOT NULL,
    done_at ${integer}, delivered ${integer}, status ${integer}, error ${text}, took_millis ${integer}
  )`
]

/** Endpoints that have left the file go after a while. */
export const unlisted = ({ integer, now }: Dialect): ReadonlyArray<string> => [
  `ALTER TABLE webhook_endpoints ADD COLUMN unlisted_at ${integer}`,
  `UPDATE webhook_endpoints SET unlisted_at = ${now} WHERE listed = 0`
]
