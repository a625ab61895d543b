/**
 * The answer table once more, by the way that only few orders go: a body that comes in chunks has no length, so the hot
 * route leaves it to the framework and to the endpoint of the API's definition. The answers must be the same.
 */
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Duration, Effect, Layer } from "effect"
import * as AnswerTable from "../AnswerTable.ts"
import * as TestGateway from "../TestGateway.ts"

const chunked = Layer.effect(
  TestGateway.TestGateway,
  Effect.map(TestGateway.TestGateway, (gateway) => ({
    ...gateway,
    send: (body: string | Uint8Array<ArrayBuffer>, headers?: Record<string, string>) =>
      gateway.sendInChunks(body, headers)
  }))
)

AnswerTable.suite(
  "by the framework",
  chunked.pipe(Layer.provideMerge(TestGateway.layerOver(SqliteInfra.layerMemory, {
    allowedHosts: AnswerTable.HOSTS,
    rateLimit: { maxRequests: AnswerTable.MAX_REQUESTS, window: Duration.minutes(1) }
  })))
)
