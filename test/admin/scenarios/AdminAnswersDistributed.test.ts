/** The admin API on a real Kafka and a real Redis. */
import * as Infra from "@flash-sale/infra/Infra"
import { Effect, Layer } from "effect"
import { settingsAt } from "../../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../../infra/redis/OwnRedis.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import * as AdminAnswers from "../AdminAnswers.ts"
import * as TestAdmin from "../TestAdmin.ts"

const kafka = settingsAt(needed(kafkaAddr()))

const ports = Layer.unwrap(Effect.gen(function*() {
  const { address, start } = yield* OwnRedis.OwnRedis
  yield* start
  return Infra.layerDistributed({ redis: address, kafka })
}))

AdminAnswers.suite("on Kafka and Redis", TestAdmin.layerOver(ports).pipe(Layer.provideMerge(OwnRedis.layerStopped)))
