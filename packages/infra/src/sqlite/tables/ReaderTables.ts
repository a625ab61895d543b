/** The tables that others than the engine read on in their order. Steps of the migrations: they never change. */

/** Letters and handlings in the order in which they were put, for who reads them on. */
export const LETTER_LOG = `
CREATE TABLE letter_log(
  n INTEGER PRIMARY KEY, partition INTEGER NOT NULL, offset INTEGER NOT NULL, handled INTEGER NOT NULL
) STRICT;
INSERT INTO letter_log(partition, offset, handled)
  SELECT partition, offset, 0 FROM letters ORDER BY timestamp, partition, offset;
INSERT INTO letter_log(partition, offset, handled)
  SELECT partition, offset, 1 FROM handlings ORDER BY timestamp, partition, offset;
`

/** What was told of orders and items, and how far each of its readers has come. */
export const TOLD = `
CREATE TABLE order_events(
  partition INTEGER NOT NULL, offset INTEGER NOT NULL, key TEXT, value BLOB NOT NULL, traceparent TEXT,
  next INTEGER NOT NULL, timestamp INTEGER NOT NULL, PRIMARY KEY(partition, offset)
) STRICT, WITHOUT ROWID;
CREATE TABLE order_events_read(
  reader TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY(reader, partition)
) STRICT, WITHOUT ROWID;
`
