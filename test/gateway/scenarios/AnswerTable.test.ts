/** The answer table on one embedded file. */
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Duration } from "effect"
import * as AnswerTable from "../AnswerTable.ts"
import * as TestGateway from "../TestGateway.ts"

AnswerTable.suite(
  "embedded",
  TestGateway.layerOver(SqliteInfra.layerMemory, {
    allowedHosts: AnswerTable.HOSTS,
    rateLimit: { maxRequests: AnswerTable.MAX_REQUESTS, window: Duration.minutes(1) }
  })
)
