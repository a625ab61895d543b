/** The embedded adapters do what every adapter does. */
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as DeadLettersContract from "../../contract/DeadLettersContract.ts"
import * as ItemStoreContract from "../../contract/ItemStoreContract.ts"
import * as LiveEventsContract from "../../contract/LiveEventsContract.ts"
import * as OrderLogContract from "../../contract/OrderLogContract.ts"
import * as OrderStatusesContract from "../../contract/OrderStatusesContract.ts"

const NAME = "SQLite in memory"

ItemStoreContract.suite(NAME, SqliteInfra.layerMemory)
OrderStatusesContract.suite(NAME, SqliteInfra.layerMemory)
LiveEventsContract.suite(NAME, SqliteInfra.layerMemory)
DeadLettersContract.suite(NAME, SqliteInfra.layerMemory)
OrderLogContract.suite(NAME, SqliteInfra.layerMemory)
