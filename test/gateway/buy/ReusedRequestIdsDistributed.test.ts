/** A request id used again, on Kafka and Redis. */
import { RequestId } from "@flash-sale/domain/records/Ids"
import * as Infra from "@flash-sale/infra/Infra"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { Effect, Layer } from "effect"
import { settingsAt } from "../../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../../infra/redis/OwnRedis.ts"
import { kafkaAddr, needed } from "../../servers/servers.ts"
import * as ReusedRequestIds from "../ReusedRequestIds.ts"
import * as TestGateway from "../TestGateway.ts"

const kafka = settingsAt(needed(kafkaAddr()))

const ports = Layer.unwrap(Effect.gen(function*() {
  const { address, start } = yield* OwnRedis.OwnRedis
  yield* start
  return Infra.layerDistributed({ redis: address, kafka })
}))

const statuses = Layer.effect(
  ReusedRequestIds.Statuses,
  Effect.map(OwnRedis.OwnRedis, ({ cli }) => ({
    forget: (requestId: string) => Effect.asVoid(cli("DEL", Keys.orderStatus(RequestId.make(requestId))))
  }))
)

ReusedRequestIds.suite(
  "on Kafka and Redis",
  statuses.pipe(Layer.provideMerge(TestGateway.layerOver(ports)), Layer.provideMerge(OwnRedis.layerStopped))
)
