/** The tables of the first version of the embedded file. Later versions are steps from these. */
export const firstTables = (partitions: number): string => `
CREATE TABLE settings(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO settings VALUES ('partitions', ${partitions});

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
