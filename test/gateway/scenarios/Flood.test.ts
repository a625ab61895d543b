/** A flood of orders that cannot succeed, on one file. */
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Flood from "../Flood.ts"

Flood.suite("embedded", SqliteInfra.layerMemory)
