/**
 * The tables of the archive, as a list of steps from an empty database. Names have a prefix, as the database may be
 * shared with the shop.
 */
import * as LetterRow from "../rows/LetterRow.ts"
import type { Dialect } from "../sql/Session.ts"
import { unlisted, webhooks } from "./WebhookTables.ts"

/**
 * - `archive_orders`: a row for each item and request id; `n` decides between orders of the same moment.
 * - `archive_entries`: histories, and changes by hand; `body` is the event, byte for byte. `request_id` is empty of
 *   what is about an item alone, and both ids are empty of a handling that came before its letter.
 * - `archive_sums`: the orders of an item that are alike, added up. Changes with `archive_orders`, in one transaction.
 * - `archive_positions`: where reading goes on. `archive_refused`: what items have counted.
 * - `archive_retired`: items of which orders were deleted that had not moved since a moment.
 * - `archive_gaps`: before which offset of the log something may be missing, and up to which it was rebuilt.
 */
const first = ({ integer, numbered, prepare, text }: Dialect): ReadonlyArray<string> => [
  `CREATE TABLE archive_orders(
    n ${numbered}, request_id ${text} NOT NULL, item_id ${text} NOT NULL, partition ${integer} NOT NULL,
    attempt ${integer} NOT NULL, place ${integer} NOT NULL, step ${integer} NOT NULL, user_id ${text},
    amount ${integer}, price ${integer}, currency ${text}, status ${text} NOT NULL, reason ${text},
    expires_at ${integer}, accepted_at ${integer}, created_at ${integer} NOT NULL, updated_at ${integer} NOT NULL,
    correlation_id ${text}, traceparent ${text}, metadata ${text}, payment_reference ${text}, restocked ${integer},
    UNIQUE(request_id, item_id)
  )`,
  "CREATE INDEX archive_orders_by_time ON archive_orders(created_at, n)",
  "CREATE INDEX archive_orders_by_status ON archive_orders(status, created_at, n)",
  "CREATE INDEX archive_orders_by_item ON archive_orders(item_id, created_at, n)",
  "CREATE INDEX archive_orders_by_item_status ON archive_orders(item_id, status, created_at, n)",
  "CREATE INDEX archive_orders_by_user ON archive_orders(user_id, created_at, n)",
  "CREATE INDEX archive_orders_by_update ON archive_orders(updated_at)",
  `CREATE TABLE archive_entries(
    n ${numbered}, id ${text} NOT NULL, request_id ${text} NOT NULL, item_id ${text} NOT NULL,
    partition ${integer} NOT NULL, sequence ${integer} NOT NULL, type ${text} NOT NULL, at ${integer} NOT NULL,
    by_name ${text}, reason ${text}, body ${text} NOT NULL,
    UNIQUE(request_id, item_id, id)
  )`,
  "CREATE INDEX archive_entries_by_place ON archive_entries(partition, sequence)",
  "CREATE INDEX archive_changes_by_time ON archive_entries(at, n) WHERE by_name IS NOT NULL",
  "CREATE INDEX archive_changes_by_item ON archive_entries(item_id, at, n) WHERE by_name IS NOT NULL",
  "CREATE INDEX archive_changes_by_name ON archive_entries(by_name, at, n) WHERE by_name IS NOT NULL",
  `CREATE INDEX archive_refunds_due ON archive_entries(item_id) WHERE ${LetterRow.IS_REFUND_DUE}`,
  `CREATE TABLE archive_sums(
    item_id ${text} NOT NULL, status ${text} NOT NULL, currency ${text} NOT NULL, orders ${integer} NOT NULL,
    units ${integer} NOT NULL, money_parts ${integer} NOT NULL, money_rest ${integer} NOT NULL,
    restocked ${integer} NOT NULL, PRIMARY KEY(item_id, status, currency)
  )`,
  `CREATE TABLE archive_positions(
    source ${text} NOT NULL, partition ${integer} NOT NULL, next ${integer} NOT NULL, told ${integer},
    PRIMARY KEY(source, partition)
  )`,
  `CREATE TABLE archive_retired(item_id ${text} PRIMARY KEY, until_millis ${integer} NOT NULL)`,
  `CREATE TABLE archive_gaps(
    partition ${integer} PRIMARY KEY, missing_before ${integer} NOT NULL, rebuilt_until ${integer} NOT NULL
  )`,
  `CREATE TABLE archive_refused(
    item_id ${text} PRIMARY KEY, partition ${integer} NOT NULL, sequence ${integer} NOT NULL, counts ${text} NOT NULL
  )`,
  "CREATE INDEX archive_refused_by_place ON archive_refused(partition, sequence)",
  ...prepare
]

/** Each brings the tables from the version of its index to the next. Released steps never change; new ones follow. */
export const STEPS: ReadonlyArray<(dialect: Dialect) => ReadonlyArray<string>> = [first, webhooks, unlisted]
