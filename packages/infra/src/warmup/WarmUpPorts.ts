/**
 * The ports of a gateway that warms up: the adapters of Kafka and Redis as they are, over connections that lead
 * nowhere. What they write is thrown away, and the answers are made up. Why: docs/decisions/0060-a-warm-start.md.
 */
import { NodeFileSystem } from "@effect/platform-node"
import * as Caller from "@flash-sale/domain/access/Caller"
import { Callers } from "@flash-sale/domain/ports/Callers"
import { Effect, Exit, Layer } from "effect"
import { createHash } from "node:crypto"
import * as ProducerClient from "../kafka/append/ProducerClient.ts"
import { KafkaClient } from "../kafka/client/KafkaClient.ts"
import { defaults, type KafkaSettings } from "../kafka/client/KafkaSettings.ts"
import * as KafkaOrderLog from "../kafka/KafkaOrderLog.ts"
import { Topics } from "../kafka/topics/Topics.ts"
import * as MemoryRateLimits from "../memory/MemoryRateLimits.ts"
import * as RedisClient from "../redis/client/RedisClient.ts"
import * as RedisInfra from "../redis/RedisInfra.ts"
import * as ScriptText from "../redis/rights/ScriptText.ts"
import * as KafkaStandIn from "./KafkaStandIn.ts"
import * as RedisReplies from "./RedisReplies.ts"
import * as RedisStandIn from "./RedisStandIn.ts"

const NOWHERE = "stand-in"
const kafka: KafkaSettings = { ...defaults, brokers: [`${NOWHERE}:9092`] }
const redis = { host: NOWHERE, port: 6379 }

/** Nothing asks it while a gateway warms up: appending has connections of its own. */
const unasked = new Error("Kafka is not there to be asked while a gateway warms up")
const kafkaClient = Layer.succeed(KafkaClient, {
  settings: kafka,
  ask: () => Effect.die(unasked),
  consumer: () => {
    throw unasked
  }
})
const topics = Layer.succeed(Topics, {
  partitions: Effect.succeed(kafka.partitions),
  now: () => Exit.succeed(kafka.partitions),
  whileUsable: (effect) => effect,
  warnings: () => []
})
const log = KafkaOrderLog.layer.pipe(
  Layer.provide([kafkaClient, topics, Layer.succeed(ProducerClient.CurrentConnect, KafkaStandIn.connect)])
)

/** A connection that knows the scripts by the hashes that the adapter calls them by. */
const connector = Effect.map(
  Effect.forEach(
    RedisReplies.SCRIPTS,
    (name) => Effect.map(ScriptText.load(name), (lua) => [createHash("sha1").update(lua).digest("hex"), name] as const)
  ),
  (scripts) => {
    const names = new Map(scripts)
    return RedisStandIn.connector((sha) => names.get(sha))
  }
)
const store = RedisInfra.layer(redis).pipe(
  Layer.provide(Layer.effect(RedisClient.CurrentConnector, Effect.orDie(connector))),
  Layer.provide(NodeFileSystem.layer)
)

/** Nobody has a key: all may order. */
const callers = Layer.succeed(Callers, {
  known: () => ({ _tag: "Identified", caller: Caller.nobody }),
  identify: () => Effect.succeed({ _tag: "Identified", caller: Caller.nobody }),
  keys: () => []
})

export const layer = Layer.mergeAll(log, store, callers, MemoryRateLimits.layer)
