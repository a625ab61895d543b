/**
 * The connection to Kafka ends with its scope, also where a question is under way then: one left open holds a process.
 */
import { assert, it } from "@effect/vitest"
import * as KafkaClient from "@flash-sale/infra/kafka/client/KafkaClient"
import { Context, Deferred, Effect, Exit, Layer, Schedule, Scope } from "effect"
import { kafkaAddr, needed } from "../../../servers/servers.ts"
import { TcpProxy } from "../../../servers/TcpProxy.ts"
import { settingsAt } from "../TestSettings.ts"

const address = needed(kafkaAddr())

const aProxy = Effect.acquireRelease(
  Effect.promise(() => TcpProxy.open(Number(address.split(":")[1]))),
  (proxy) => Effect.promise(() => proxy.close())
)

it.live("a request that outlives the scope leaves no connection behind", () =>
  Effect.gen(function*() {
    const proxy = yield* aProxy
    const scope = yield* Scope.make()
    const built = yield* Layer.buildWithScope(KafkaClient.layer(settingsAt(proxy.address)), scope)
    const client = Context.get(built, KafkaClient.KafkaClient)
    const isAsked = yield* Deferred.make<void>()
    const isClosed = Promise.withResolvers<void>()
    const isOver = Promise.withResolvers<void>()
    yield* client.ask("a slow question", async (admin) => {
      Deferred.doneUnsafe(isAsked, Exit.void)
      await isClosed.promise
      try {
        return await admin.listTopics()
      } finally {
        isOver.resolve()
      }
    }).pipe(Effect.exit, Effect.forkIn(scope))
    yield* Deferred.await(isAsked)
    assert.isAbove(proxy.connections, 0)

    yield* Scope.close(scope, Exit.void)
    const isGone = Effect.suspend(() => proxy.connections === 0 ? Effect.void : Effect.fail("connected")).pipe(
      Effect.retry(Schedule.spaced("20 millis")),
      Effect.timeout("5 seconds")
    )
    yield* isGone
    isClosed.resolve()
    yield* Effect.promise(() => isOver.promise)
    yield* isGone
  }))
