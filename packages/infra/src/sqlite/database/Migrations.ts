/**
 * The tables of the embedded file, as a list of steps from an empty file. Some names are older words: decision 0023.
 */
import { CHECKOUT, NOTED } from "../tables/CheckoutTables.ts"
import { firstTables } from "../tables/FirstTables.ts"
import { COUNTED } from "../tables/LetterTables.ts"
import { BY_ARRIVAL } from "../tables/PlacedTables.ts"
import { LETTER_LOG, TOLD } from "../tables/ReaderTables.ts"
import { type Connection, integer, rollBack } from "./Connection.ts"
import * as LogChain from "./LogChain.ts"

/** The number of partitions of the embedded log. Written into the file when it is created, and kept for ever. */
export const EMBEDDED_PARTITIONS = 4

/** The operators' repairs, kept for ever: they are few. */
const REPAIRS = `
CREATE TABLE repairs(at TEXT NOT NULL, item TEXT NOT NULL, partition INTEGER NOT NULL, why TEXT NOT NULL) STRICT;
`

/** The record by which a recovery recognises the log, and the log that an operator accepted in its place. */
const SEEN = `
ALTER TABLE marks ADD COLUMN seen INTEGER;
ALTER TABLE marks ADD COLUMN digest TEXT;
CREATE TABLE accepted(partition INTEGER PRIMARY KEY, start INTEGER NOT NULL, told INTEGER NOT NULL) STRICT;
`

/** The price of an order when its dead letter was put. */
const CHARGED = `
ALTER TABLE letters ADD COLUMN price INTEGER;
ALTER TABLE letters ADD COLUMN currency TEXT;
`

/** Which request each idempotency key of the admin API belongs to. */
const KEYED = `
CREATE TABLE IF NOT EXISTS idempotency(
  key TEXT PRIMARY KEY, request TEXT NOT NULL, expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_by_expiry ON idempotency(expires);
`

/** The names of a partition's items, in their order. */
const NAMED = `
CREATE INDEX IF NOT EXISTS items_by_partition ON items(partition, name);
`

/** How many orders each reason has turned away, of each item: unknown of what an older release has folded. */
const REFUSED = "ALTER TABLE items ADD COLUMN refused TEXT NOT NULL DEFAULT ''"

/** A digest for each record. Those that are there count as what was written. */
const chained = (connection: Connection): void => {
  connection.script("ALTER TABLE log ADD COLUMN digest INTEGER NOT NULL DEFAULT 0")
  for (const row of connection.all("SELECT DISTINCT partition FROM log")) {
    LogChain.rechain(connection, integer(row, "partition"), 0)
  }
}

/** What the gateway and the processor said last, by id; `at` in milliseconds since 1970. Swept with every report. */
const INSTANCES = `
CREATE TABLE IF NOT EXISTS instances(
  id TEXT PRIMARY KEY, at INTEGER NOT NULL, report TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`

/** What is wrong where the log of the file has another number of partitions than this build's. Decision 0029. */
export const wrongPartitions = (connection: Connection): string | undefined => {
  const written = integer(connection.get("SELECT value FROM settings WHERE name = 'partitions'") ?? {}, "value")
  if (written === EMBEDDED_PARTITIONS) return undefined
  return `its orders were written with ${written} partitions, and this build has ${EMBEDDED_PARTITIONS}: items would ` +
    `be at home in other partitions. Use a build with ${written}; nothing was changed`
}

type Step = (connection: Connection) => void
const sql = (text: string): Step => (connection) => connection.script(text)

/**
 * Each step brings the file from the version of its index to the next. Released steps never change; new ones follow.
 */
const migrations: ReadonlyArray<Step> = [
  sql(firstTables(EMBEDDED_PARTITIONS)),
  sql(REPAIRS),
  sql(SEEN),
  sql(CHARGED),
  chained,
  sql(NAMED),
  sql(INSTANCES),
  sql(KEYED),
  sql(CHECKOUT),
  sql(TOLD),
  sql(NOTED),
  sql(LETTER_LOG),
  sql(REFUSED),
  sql(COUNTED),
  sql(BY_ARRIVAL)
]

/** The version from which on records have digests. */
export const CHAINED = 5

/** The version of the tables that this build writes. */
export const LATEST = migrations.length

export const versionOf = (connection: Connection): number =>
  integer(connection.get("PRAGMA user_version") ?? {}, "user_version")

/**
 * Brings the file to this version. Returns what is wrong where it is of a later one than this build knows, and then
 * changes nothing.
 */
export const migrate = (connection: Connection, target = LATEST): string | undefined => {
  // Nothing is written where nothing is to be done: commands read also where the disk is full, or another one writes.
  const found = versionOf(connection)
  if (found >= target && found <= LATEST) return undefined
  connection.script("BEGIN IMMEDIATE")
  try {
    const version = versionOf(connection)
    if (version > LATEST) {
      connection.script("ROLLBACK")
      return `its tables are of version ${version}, and this build knows versions up to ${LATEST}: use a newer build`
    }
    for (const step of migrations.slice(version, target)) step(connection)
    connection.script(`PRAGMA user_version = ${target}; COMMIT`)
    return undefined
  } catch (error) {
    rollBack(connection)
    throw error
  }
}
