/** A Redis of a test's own, in a folder of its own, that the test may kill and start again. Needs `redis-server`. */
import * as IoRedis from "@flash-sale/infra/redis/IoRedis"
import * as RedisInfra from "@flash-sale/infra/redis/RedisInfra"
import { Context, Effect, Layer, Schedule } from "effect"
import { Redis } from "ioredis"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

const PATIENCE = Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 500 }))

export class OwnRedis extends Context.Service<OwnRedis, {
  readonly address: IoRedis.RedisAddress
  /** Waits until it answers. */
  readonly start: Effect.Effect<void>
  /** kill -9, and waits until it is gone. */
  readonly kill: Effect.Effect<void>
  /** An operator's `redis-cli`; waits for the server. */
  readonly cli: (command: string, ...args: ReadonlyArray<string | number>) => Effect.Effect<unknown>
}>()("test/infra/redis/OwnRedis") {}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  if (address === null || typeof address === "string") throw new Error("no port")
  return address.port
}

const make = Effect.gen(function*() {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "flash-sale-redis-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
  )
  const address = { host: "127.0.0.1", port: yield* Effect.promise(freePort) }
  let server: ChildProcess | undefined
  const client = yield* Effect.acquireRelease(
    Effect.sync(() => new Redis({ ...address, lazyConnect: true, disableClientInfo: true, protocol: 2 })),
    (client) => Effect.sync(() => client.disconnect())
  )
  client.on("error", () => {
    // The operator's client waits for the server as well.
  })
  const cli = (command: string, ...args: ReadonlyArray<string | number>) =>
    Effect.promise(() => client.call(command, ...args))
  const start = Effect.sync(() => {
    const options = { dir: folder, port: address.port, bind: address.host, save: "", appendonly: "yes" }
    server = spawn(
      "redis-server",
      [...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]), "--appendfsync", "always"],
      { stdio: "ignore" }
    )
  }).pipe(Effect.andThen(Effect.asVoid(cli("PING"))))
  const kill = Effect.promise(async () => {
    const gone = server
    server = undefined
    if (gone === undefined || gone.exitCode !== null) return
    gone.kill("SIGKILL")
    await once(gone, "exit")
  })
  yield* Effect.addFinalizer(() => kill)
  return OwnRedis.of({ address, start, kill, cli })
})

/** Not started yet. */
export const layerStopped: Layer.Layer<OwnRedis> = Layer.effect(OwnRedis, make)

/** Waits until the store answers. */
export const untilUp = Effect.flatMap(
  IoRedis.IoRedis,
  ({ isUp }) => Effect.filterOrFail(isUp, (up) => up, () => "Redis did not come up")
).pipe(Effect.retry(PATIENCE), Effect.orDie)

/** Our adapters over the server. */
const infra = Layer.unwrap(Effect.map(OwnRedis, ({ address }) => RedisInfra.layer(address)))

/** The adapters over a server that is not started yet. */
export const layerAway = Layer.provideMerge(infra, layerStopped)

/** The adapters over a running, empty server. */
export const layer = Layer.effectDiscard(untilUp).pipe(
  Layer.provideMerge(infra),
  Layer.provideMerge(Layer.effectDiscard(Effect.flatMap(OwnRedis, ({ start }) => start))),
  Layer.provideMerge(layerStopped)
)
