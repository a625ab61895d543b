/** A hundred thousand dead letters in an embedded file, put there without an engine. */
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import { FILE_NAME } from "@flash-sale/infra/sqlite/database/FileCheck"
import { join } from "node:path"

export const MANY = 100_000

/** Each of a buyer of its own, a second apart; the youngest alone is of another item, and has another reason. */
const FILL = `
INSERT INTO letters(partition, offset, handled, timestamp, key, value, error, request, correlation_id, attempt)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${MANY})
SELECT n % 4, 1000000 + n, 0, strftime('%Y-%m-%dT%H:%M:%fZ', 1764000000 + n, 'unixepoch'),
  iif(n = ${MANY}, 'rare', '101'),
  CAST(format('{"request_id":"r-%d","user_id":"u-%d","item_id":"101","amount":1}', n, n) AS BLOB),
  iif(n = ${MANY}, 'Payment Without Order', 'Payment Timeout'), format('r-%d', n), format('c-%d', n), 1
FROM numbers`

/** The engine whose folder it is may run. */
export const fill = (folder: string): void => {
  const connection = Connection.open(join(folder, FILE_NAME))
  connection.script(FILL)
  connection.close()
}
