/** An engine on Kafka and Redis with one partition, whose health is served, and the commands that look at it. */
import * as Reconcile from "@flash-sale/cli/reconcile/ReconcileRun"
import * as Accept from "@flash-sale/cli/recover/Accept"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as MetricsServer from "@flash-sale/infra/http/MetricsServer"
import * as Infra from "@flash-sale/infra/Infra"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as Health from "@flash-sale/processor/Health"
import { Context, Effect, Layer, Logger } from "effect"
import type { Admin } from "kafkajs"
import * as TestListener from "../infra/http/TestListener.ts"
import * as KafkaSettingsOfTest from "../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../infra/redis/OwnRedis.ts"
import * as KafkaAdmin from "../servers/KafkaAdmin.ts"
import { freePort } from "../servers/Ports.ts"
import * as CapturedCommand from "./CapturedCommand.ts"
import * as CutLog from "./CutLog.ts"

export const ITEM = "shoes"

/** A partition, a Redis, and a processor whose health is served. */
export const make = Effect.fnUntraced(function*(kafka: string) {
  const settings = KafkaSettingsOfTest.settingsAt(kafka, { partitions: 1 })
  const redis = Context.get(yield* Layer.build(OwnRedis.layerStopped), OwnRedis.OwnRedis)
  yield* redis.start
  const port = yield* Effect.promise(() => freePort())
  const charges = CutLog.makeCharges()
  const silent = Logger.layer([])
  const ports = Layer.provide(Infra.layerDistributed({ redis: redis.address, kafka: settings }), silent)
  const items = Layer.merge(Infra.layerItems(redis.address), Infra.layerReader(settings)).pipe(Layer.provide(silent))
  const reconcile = (apply: boolean) =>
    CapturedCommand.capture(Effect.provide(Reconcile.run({ item: undefined, apply }), items))
  return {
    settings,
    redis,
    ports,
    charges: charges.keys,
    url: `http://127.0.0.1:${port}/health`,
    processor: MetricsServer.layer({
      port,
      ...TestListener.OPEN,
      health: Health.check,
      isReady: Health.isReady,
      metrics: "processor"
    }).pipe(
      Layer.provide(Telemetry.layerMetrics("processor")),
      Layer.provideMerge(CutLog.processor(charges.layer)),
      Layer.provideMerge(ports),
      Layer.provide(silent)
    ),
    accept: (partition: number | undefined, yes: boolean) =>
      CapturedCommand.capture(Effect.provide(Accept.run({ partition, yes }), items)),
    reconcile: reconcile(false),
    reconcileAndApply: reconcile(true),
    /** What the store holds, for `recover`. */
    items
  }
})

/** Asks the broker. */
export const administer = <A>(kafka: string, what: (admin: Admin) => Promise<A>) =>
  Effect.promise(() => KafkaAdmin.administer(kafka, what))

/** The status and the body of the health. */
export const healthAt = (url: string) =>
  Effect.promise(async () => {
    const answer = await fetch(url)
    return [answer.status, JSON.stringify(await answer.json())] as const
  })

/** What the store holds of the item. */
export const counts = Effect.gen(function*() {
  const store = yield* ItemStore
  const { available, held, stocked, sold } = yield* store.read(PartitionId.make(0), ItemId.make(ITEM))
  return { available, held, put: stocked, sold }
})
