/** The embedded adapters do what every adapter does. */
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Effect, Layer } from "effect"
import * as BacklogsContract from "../../contract/BacklogsContract.ts"
import * as DeadLettersContract from "../../contract/DeadLettersContract.ts"
import * as IdempotencyKeysContract from "../../contract/IdempotencyKeysContract.ts"
import * as InstancesContract from "../../contract/InstancesContract.ts"
import * as ItemStoreContract from "../../contract/ItemStoreContract.ts"
import * as LetterReaderContract from "../../contract/LetterReaderContract.ts"
import * as LiveEventsContract from "../../contract/LiveEventsContract.ts"
import * as OrderEventsContract from "../../contract/OrderEventsContract.ts"
import * as OrderLogContract from "../../contract/OrderLogContract.ts"
import * as OrderStatusesContract from "../../contract/OrderStatusesContract.ts"
import * as RecoveryMarksContract from "../../contract/RecoveryMarksContract.ts"
import * as Folders from "./Folders.ts"

const NAME = "SQLite in memory"
const NAME_OF_FILE = "SQLite in a file"

/** An engine with a folder of its own for each suite. */
const inFile = Layer.unwrap(Effect.map(Folders.temporary, (folder) => SqliteInfra.layer({ folder })))

ItemStoreContract.suite(NAME, SqliteInfra.layerMemory)
RecoveryMarksContract.suite(NAME, SqliteInfra.layerMemory)
OrderStatusesContract.suite(NAME, SqliteInfra.layerMemory)
LiveEventsContract.suite(NAME, SqliteInfra.layerMemory)
DeadLettersContract.suite(NAME, SqliteInfra.layerMemory)
LetterReaderContract.suite(NAME, SqliteInfra.layerMemory)
OrderLogContract.suite(NAME, SqliteInfra.layerMemory)
OrderEventsContract.suite(NAME, SqliteInfra.layerMemory)
BacklogsContract.suite(NAME, SqliteInfra.layerMemory)
IdempotencyKeysContract.suite(NAME, SqliteInfra.layerMemory)
InstancesContract.suite(NAME, SqliteInfra.layerMemory)

ItemStoreContract.suite(NAME_OF_FILE, inFile)
RecoveryMarksContract.suite(NAME_OF_FILE, inFile)
OrderStatusesContract.suite(NAME_OF_FILE, inFile)
LiveEventsContract.suite(NAME_OF_FILE, inFile)
DeadLettersContract.suite(NAME_OF_FILE, inFile)
LetterReaderContract.suite(NAME_OF_FILE, inFile)
OrderLogContract.suite(NAME_OF_FILE, inFile)
OrderEventsContract.suite(NAME_OF_FILE, inFile)
IdempotencyKeysContract.suite(NAME_OF_FILE, inFile)
InstancesContract.suite(NAME_OF_FILE, inFile)
