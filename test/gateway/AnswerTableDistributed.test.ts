/** The answer table on a real Kafka and a real Redis. */
import * as Infra from "@flash-sale/infra/Infra"
import { Duration, Effect, Layer } from "effect"
import { settingsAt } from "../infra/kafka/Settings.ts"
import * as OwnRedis from "../infra/redis/OwnRedis.ts"
import { kafkaAddr, needed } from "../servers/servers.ts"
import * as AnswerTable from "./AnswerTable.ts"
import * as Door from "./Door.ts"

const kafka = settingsAt(needed(kafkaAddr()))

const ports = Layer.unwrap(Effect.gen(function*() {
  const { address, start } = yield* OwnRedis.OwnRedis
  yield* start
  return Infra.layerDistributed({ redis: address, kafka })
})).pipe(Layer.provide(OwnRedis.layerStopped))

AnswerTable.suite(
  "on Kafka and Redis",
  Door.layerOver(ports, { rateLimit: { maxRequests: AnswerTable.MAX_REQUESTS, window: Duration.minutes(1) } })
)
