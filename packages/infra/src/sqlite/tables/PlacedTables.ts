/**
 * What is known of each order, in the order in which they came: request ids are in none, so that rows which stand by
 * them lie all over the file, and each change of one would write a page of its own. Only the index is by request.
 */

/** The ledger and the statuses, which stood by their request ids before. */
export const BY_ARRIVAL = `
CREATE TABLE orders_by_arrival(
  item INTEGER NOT NULL, request TEXT NOT NULL, state TEXT NOT NULL, user TEXT NOT NULL, amount INTEGER NOT NULL,
  attempt INTEGER NOT NULL, place INTEGER NOT NULL, capped INTEGER NOT NULL, price INTEGER, currency TEXT, reason TEXT,
  hold INTEGER NOT NULL DEFAULT 0, confirmed INTEGER, reference TEXT, UNIQUE(item, request)
) STRICT;
INSERT INTO orders_by_arrival(
  item, request, state, user, amount, attempt, place, capped, price, currency, reason, hold, confirmed, reference
) SELECT
  item, request, state, user, amount, attempt, place, capped, price, currency, reason, hold, confirmed, reference
FROM orders;
DROP TABLE orders;
ALTER TABLE orders_by_arrival RENAME TO orders;

CREATE TABLE statuses_by_arrival(
  request TEXT NOT NULL UNIQUE, owner TEXT, expires INTEGER NOT NULL, item TEXT NOT NULL, fingerprint TEXT NOT NULL,
  amount INTEGER, status TEXT NOT NULL, reason TEXT, attempt INTEGER NOT NULL, place INTEGER,
  correlation_id TEXT NOT NULL, updated_at TEXT NOT NULL, expires_at TEXT, confirmed INTEGER NOT NULL DEFAULT 0,
  refund TEXT, refund_due TEXT
) STRICT;
INSERT INTO statuses_by_arrival(
  request, owner, expires, item, fingerprint, amount, status, reason, attempt, place, correlation_id, updated_at,
  expires_at, confirmed, refund, refund_due
) SELECT
  request, owner, expires, item, fingerprint, amount, status, reason, attempt, place, correlation_id, updated_at,
  expires_at, confirmed, refund, refund_due
FROM statuses;
DROP TABLE statuses;
ALTER TABLE statuses_by_arrival RENAME TO statuses;
CREATE INDEX statuses_by_expiry ON statuses(expires);
`
