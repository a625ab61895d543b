/** The answer table of holds on one embedded file, on both ways that requests take. */
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Duration, Effect, Layer } from "effect"
import * as CheckoutTable from "../CheckoutTable.ts"
import * as TestGateway from "../TestGateway.ts"

const engine = TestGateway.layerOver(SqliteInfra.layerMemory, {
  rateLimit: { maxRequests: CheckoutTable.MAX_REQUESTS, window: Duration.minutes(1) }
})

CheckoutTable.suite("embedded", engine)

/** A body that comes in chunks has no length, so the hot route leaves it to the framework. */
const chunked = Layer.effect(
  TestGateway.TestGateway,
  Effect.map(TestGateway.TestGateway, (gateway) => ({
    ...gateway,
    sendTo: (path: string, body: string | Uint8Array<ArrayBuffer>, headers?: Record<string, string>) =>
      gateway.sendInChunksTo(path, body, headers)
  }))
)

CheckoutTable.suite("by the framework", Layer.provideMerge(chunked, engine))
