/** The embedded file as operators' commands see it. */
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as SqliteLogReader from "@flash-sale/infra/sqlite/SqliteLogReader"
import * as SqliteOrderLog from "@flash-sale/infra/sqlite/SqliteOrderLog"
import { Effect, Layer } from "effect"
import * as LogReaderContract from "../../contract/LogReaderContract.ts"
import * as StoredItemsContract from "../../contract/StoredItemsContract.ts"
import * as Folders from "./Folders.ts"

LogReaderContract.suite(
  "SQLite",
  Layer.merge(SqliteLogReader.layer, SqliteOrderLog.layer).pipe(Layer.provide(SqliteDatabase.layer("memory")))
)
StoredItemsContract.suite(
  "SQLite",
  Layer.unwrap(Effect.map(Folders.temporary, (folder) => SqliteInfra.layerItemsAlone({ folder })))
)
