/** What the embedded file has of holds and refunds, and what shops have noted on orders. */

/** Holds and refunds: version 2 of the rules. */
export const CHECKOUT = `
ALTER TABLE items ADD COLUMN hold_seconds INTEGER;
ALTER TABLE items ADD COLUMN max_hold_seconds INTEGER;
ALTER TABLE orders ADD COLUMN hold INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN confirmed INTEGER;
ALTER TABLE orders ADD COLUMN reference TEXT;
CREATE TABLE open_orders(
  item INTEGER NOT NULL, request TEXT NOT NULL, due INTEGER, correlation_id TEXT NOT NULL, traceparent TEXT,
  PRIMARY KEY(item, request)
) STRICT, WITHOUT ROWID;
CREATE TABLE refunds_due(
  item INTEGER NOT NULL, request TEXT NOT NULL, offset INTEGER NOT NULL, reference TEXT NOT NULL, user TEXT,
  PRIMARY KEY(item, request, offset)
) STRICT, WITHOUT ROWID;
ALTER TABLE statuses ADD COLUMN expires_at TEXT;
ALTER TABLE statuses ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE statuses ADD COLUMN refund TEXT;
ALTER TABLE statuses ADD COLUMN refund_due TEXT;
ALTER TABLE letters ADD COLUMN user TEXT;
ALTER TABLE letters ADD COLUMN amount INTEGER;
`

/** The shop's notes on an order, as JSON: of a hold until it is final, and of a letter. */
export const NOTED = `
ALTER TABLE open_orders ADD COLUMN metadata TEXT;
ALTER TABLE letters ADD COLUMN metadata TEXT;
`
