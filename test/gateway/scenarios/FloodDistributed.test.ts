/** A flood of orders that cannot succeed, on a real Kafka and a real Redis. */
import * as Infra from "@flash-sale/infra/Infra"
import { Effect, Layer } from "effect"
import { settingsAt } from "../../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../../infra/redis/OwnRedis.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import * as Flood from "../Flood.ts"

const kafka = settingsAt(needed(kafkaAddr()))

const ports = Layer.unwrap(Effect.gen(function*() {
  const { address, start } = yield* OwnRedis.OwnRedis
  yield* start
  return Infra.layerDistributed({ redis: address, kafka })
}))

Flood.suite("on Kafka and Redis", ports.pipe(Layer.provide(OwnRedis.layerStopped)))
