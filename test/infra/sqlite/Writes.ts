/** Writes that only one test makes. The database that makes them has its connection in the same thread. */
import type * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import type { SqliteDatabase } from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import * as Write from "@flash-sale/infra/sqlite/database/writer/Write"
import { Result } from "effect"

/** A write that changes the file. */
export const changing = (change: (connection: Connection.Connection) => void) =>
  Write.define("test.change", (connection): Result.Result<void> => {
    change(connection)
    return Result.void
  })

/** Makes it now, as one that waits for the disk. */
export const change = (
  { write }: Pick<SqliteDatabase["Service"], "write">,
  change: (connection: Connection.Connection) => void
) => write(changing(change), null)
