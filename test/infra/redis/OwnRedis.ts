/** A Redis of a test's own, in a folder of its own, that the test may kill and start again. Needs `redis-server`. */
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import type { RedisSettings } from "@flash-sale/infra/redis/client/RedisSettings"
import * as IoRedis from "@flash-sale/infra/redis/IoRedis"
import * as RedisInfra from "@flash-sale/infra/redis/RedisInfra"
import { Context, Effect, Layer, Schedule } from "effect"
import { Redis } from "ioredis"
import { RedisServer } from "../../servers/RedisServer.ts"
import { needed, redisServerProgram } from "../../servers/servers.ts"
import { isUnavailable } from "../../servers/Unavailable.ts"

const TIMEOUT = Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 500 }))

// Whoever imports this cannot do without the program, so all tests of that file are skipped where it is missing.
needed(redisServerProgram())

export class OwnRedis extends Context.Service<OwnRedis, {
  readonly address: RedisSettings
  /** Waits until it answers. */
  readonly start: Effect.Effect<void>
  /** kill -9, and waits until it is gone. */
  readonly kill: Effect.Effect<void>
  /** An operator's `redis-cli`; waits for the server. */
  readonly cli: (command: string, ...args: ReadonlyArray<string | number>) => Effect.Effect<unknown>
}>()("test/infra/redis/OwnRedis") {}

const make = Effect.gen(function*() {
  const server = yield* Effect.acquireRelease(
    Effect.promise(() => RedisServer.make()),
    (server) => Effect.promise(() => server.stop())
  )
  const address = { host: server.host, port: server.port }
  const client = yield* Effect.acquireRelease(
    Effect.sync(() => new Redis({ ...address, lazyConnect: true, disableClientInfo: true, protocol: 2 })),
    (client) => Effect.sync(() => client.disconnect())
  )
  client.on("error", () => {
    // The operator's client waits for the server as well.
  })
  const cli = (command: string, ...args: ReadonlyArray<string | number>) =>
    Effect.promise(() => client.call(command, ...args))
  const start = Effect.promise(() => server.start()).pipe(Effect.andThen(Effect.asVoid(cli("PING"))))
  const kill = Effect.promise(() => server.kill())
  return OwnRedis.of({ address, start, kill, cli })
})

/** Not started yet. */
export const layerStopped: Layer.Layer<OwnRedis> = Layer.effect(OwnRedis, make)

/** Waits until the store answers. */
export const untilUp = Effect.flatMap(
  IoRedis.IoRedis,
  ({ isUp }) => Effect.filterOrFail(isUp, (up) => up, () => "Redis did not come up")
).pipe(Effect.retry(TIMEOUT), Effect.orDie)

/** Our adapters over the server. */
const infra = Layer.unwrap(Effect.map(OwnRedis, ({ address }) => RedisInfra.layer(address)))

/** The adapters over a server that is not started yet. */
export const layerAway = Layer.provideMerge(infra, layerStopped)

/** The adapters over a running, empty server; where there is no program to run, no test uses them. */
export const layer = isUnavailable(redisServerProgram()) ? layerAway : Layer.effectDiscard(untilUp).pipe(
  Layer.provideMerge(infra),
  Layer.provideMerge(Layer.effectDiscard(Effect.flatMap(OwnRedis, ({ start }) => start))),
  Layer.provideMerge(layerStopped)
)

/** The adapters of the items alone over an empty server, once it answers over their connection. */
export const layerItems = Layer.effectDiscard(
  Effect.flatMap(StoredItems, ({ isEmpty }) => Effect.retry(isEmpty, Schedule.spaced("10 millis")))
).pipe(
  Layer.provideMerge(Layer.unwrap(Effect.gen(function*() {
    const { address, start } = yield* OwnRedis
    yield* start
    return RedisInfra.layerItems(address)
  }))),
  Layer.provideMerge(layerStopped)
)
