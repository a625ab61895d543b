/** What open letters are found and counted by, however many there are. A step of the migrations: it never changes. */

/**
 * How many are open by reason, and those of a reason, of an item, and of both, in their order.
 *
 * **Details**: triggers count, so that no writer can forget to. They use no `ON CONFLICT`, as SQLite overrules it there
 * by that of the statement which has fired the trigger.
 */
export const COUNTED = `
CREATE TABLE letter_counts(error TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO letter_counts(error, size) SELECT error, count(*) FROM letters WHERE handled = 0 GROUP BY error;
CREATE TRIGGER letter_put AFTER INSERT ON letters WHEN NEW.handled = 0 BEGIN
  INSERT INTO letter_counts(error, size) SELECT NEW.error, 0
    WHERE NOT EXISTS (SELECT 1 FROM letter_counts WHERE error = NEW.error);
  UPDATE letter_counts SET size = size + 1 WHERE error = NEW.error;
END;
CREATE TRIGGER letter_handled AFTER UPDATE OF handled ON letters WHEN OLD.handled = 0 AND NEW.handled = 1 BEGIN
  UPDATE letter_counts SET size = size - 1 WHERE error = NEW.error;
END;
CREATE INDEX letters_open_by_reason ON letters(error, timestamp, partition, offset) WHERE handled = 0;
CREATE INDEX letters_open_by_item ON letters(key, timestamp, partition, offset) WHERE handled = 0;
CREATE INDEX letters_open_by_both ON letters(key, error, timestamp, partition, offset) WHERE handled = 0;
`
