/** The answer table of holds on a real Kafka and a real Redis. */
import * as Infra from "@flash-sale/infra/Infra"
import { Duration, Effect, Layer } from "effect"
import { settingsAt } from "../../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../../infra/redis/OwnRedis.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import * as CheckoutTable from "../CheckoutTable.ts"
import * as TestGateway from "../TestGateway.ts"

const kafka = settingsAt(needed(kafkaAddr()))

const ports = Layer.unwrap(Effect.gen(function*() {
  const { address, start } = yield* OwnRedis.OwnRedis
  yield* start
  return Infra.layerDistributed({ redis: address, kafka })
}))

CheckoutTable.suite(
  "on Kafka and Redis",
  TestGateway.layerOver(ports, {
    rateLimit: { maxRequests: CheckoutTable.MAX_REQUESTS, window: Duration.minutes(1) }
  }).pipe(Layer.provideMerge(OwnRedis.layerStopped))
)
