/**
 * The tables of the embedded file, as a list of steps from an empty file. Some names are older words: decision 0023.
 */
import { type Connection, integer } from "./Connection.ts"
import * as LogChain from "./LogChain.ts"

/** The number of partitions of the embedded log. Written into the file when it is created, and kept for ever. */
export const EMBEDDED_PARTITIONS = 4

const FIRST = `
CREATE TABLE settings(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO settings VALUES ('partitions', ${EMBEDDED_PARTITIONS});

CREATE TABLE log(
  partition INTEGER NOT NULL, offset INTEGER NOT NULL, key TEXT, value BLOB NOT NULL, headers TEXT NOT NULL,
  timestamp INTEGER NOT NULL, PRIMARY KEY(partition, offset)
) STRICT, WITHOUT ROWID;
CREATE TABLE commits(partition INTEGER PRIMARY KEY, next INTEGER NOT NULL) STRICT;

CREATE TABLE items(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, partition INTEGER NOT NULL, position INTEGER NOT NULL,
  available INTEGER NOT NULL, held INTEGER NOT NULL, sold INTEGER NOT NULL, put INTEGER NOT NULL,
  seq INTEGER NOT NULL, rules INTEGER NOT NULL, turned_count INTEGER NOT NULL, command_count INTEGER NOT NULL,
  event_count INTEGER NOT NULL, opens_at INTEGER, closes_at INTEGER, per_user_limit INTEGER,
  paused INTEGER NOT NULL, price INTEGER, currency TEXT
) STRICT;
CREATE TABLE orders(
  item INTEGER NOT NULL, request TEXT NOT NULL, state TEXT NOT NULL, user TEXT NOT NULL, amount INTEGER NOT NULL,
  attempt INTEGER NOT NULL, place INTEGER NOT NULL, capped INTEGER NOT NULL, price INTEGER, currency TEXT, reason TEXT,
  PRIMARY KEY(item, request)
) STRICT, WITHOUT ROWID;
CREATE TABLE turned(
  item INTEGER NOT NULL, request TEXT NOT NULL, n INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY(item, request)
) STRICT, WITHOUT ROWID;
CREATE INDEX turned_by_age ON turned(item, n);
CREATE TABLE buyers(
  item INTEGER NOT NULL, user TEXT NOT NULL, units INTEGER NOT NULL, PRIMARY KEY(item, user)
) STRICT, WITHOUT ROWID;
CREATE TABLE commands(
  item INTEGER NOT NULL, command TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(item, command)
) STRICT, WITHOUT ROWID;
CREATE TABLE untold(
  item INTEGER NOT NULL, offset INTEGER NOT NULL, request TEXT, state TEXT NOT NULL, reason TEXT,
  attempt INTEGER NOT NULL, PRIMARY KEY(item, offset)
) STRICT, WITHOUT ROWID;
CREATE TABLE events(
  item INTEGER NOT NULL, id INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY(item, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE marks(partition INTEGER PRIMARY KEY, epoch TEXT NOT NULL, checkpoint INTEGER NOT NULL) STRICT;

CREATE TABLE statuses(
  request TEXT PRIMARY KEY, owner TEXT, expires INTEGER NOT NULL, item TEXT NOT NULL, fingerprint TEXT NOT NULL,
  amount INTEGER, status TEXT NOT NULL, reason TEXT, attempt INTEGER NOT NULL, place INTEGER,
  correlation_id TEXT NOT NULL, updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX statuses_by_expiry ON statuses(expires);

CREATE TABLE letters(
  partition INTEGER NOT NULL, offset INTEGER NOT NULL, handled INTEGER NOT NULL, timestamp TEXT NOT NULL, key TEXT,
  value BLOB NOT NULL, error TEXT NOT NULL, request TEXT, correlation_id TEXT NOT NULL, attempt INTEGER NOT NULL,
  PRIMARY KEY(partition, offset)
) STRICT, WITHOUT ROWID;
CREATE INDEX letters_open ON letters(timestamp, partition, offset) WHERE handled = 0;
CREATE TABLE handlings(
  partition INTEGER NOT NULL, offset INTEGER NOT NULL, action TEXT NOT NULL, by TEXT NOT NULL, why TEXT NOT NULL,
  timestamp TEXT NOT NULL, PRIMARY KEY(partition, offset)
) STRICT, WITHOUT ROWID;
`

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

/** A digest for each record. Those that are there count as what was written. */
const chained = (connection: Connection): void => {
  connection.script("ALTER TABLE log ADD COLUMN digest INTEGER NOT NULL DEFAULT 0")
  for (const row of connection.all("SELECT DISTINCT partition FROM log")) {
    LogChain.rechain(connection, integer(row, "partition"), 0)
  }
}

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
const migrations: ReadonlyArray<Step> = [sql(FIRST), sql(REPAIRS), sql(SEEN), sql(CHARGED), chained]

/** The version from which on records have digests. */
export const CHAINED = 5

/** The version of the tables that this build writes. */
export const LATEST = migrations.length

export const versionOf = (connection: Connection): number =>
  integer(connection.get("PRAGMA user_version") ?? {}, "user_version")

/**
 * Brings the file to the latest version. Returns what is wrong where it is of a later one, and then changes nothing.
 */
export const migrate = (connection: Connection): string | undefined => {
  // Nothing is written where nothing is to be done: commands read also where the disk is full, or another one writes.
  if (versionOf(connection) === LATEST) return undefined
  connection.script("BEGIN IMMEDIATE")
  try {
    const version = versionOf(connection)
    if (version > LATEST) {
      connection.script("ROLLBACK")
      return `its tables are of version ${version}, and this build knows versions up to ${LATEST}: use a newer build`
    }
    for (const step of migrations.slice(version)) step(connection)
    connection.script(`PRAGMA user_version = ${LATEST}; COMMIT`)
    return undefined
  } catch (error) {
    if (connection.isInTransaction()) connection.script("ROLLBACK")
    throw error
  }
}
