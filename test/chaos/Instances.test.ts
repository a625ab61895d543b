/** Real processes report themselves: those that run are listed, and one that is killed is gone some seconds later. */
import * as Summary from "@flash-sale/domain/instances/Summary"
import type { Report } from "@flash-sale/domain/ports/Instances"
import { Instances, LIVES_MILLIS } from "@flash-sale/domain/ports/Instances"
import { release } from "@flash-sale/infra/http/Release"
import * as Infra from "@flash-sale/infra/Infra"
import * as RedisInfra from "@flash-sale/infra/redis/RedisInfra"
import { Effect, type Layer, ManagedRuntime, Schedule } from "effect"
import { describe, expect, it, onTestFinished } from "vitest"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 300_000
/** What a report takes to be made and to be listed, beside the time for which it counts. */
const SLACK_MILLIS = 1_500

const lib = needed(kafkaLib())
needed(redisServerProgram())

/** Who is listed, as soon as the store answers. */
const list = Effect.retry(
  Effect.flatMap(Instances, ({ list }) => list),
  Schedule.spaced("50 millis").pipe(Schedule.upTo({ times: 400 }))
)

/** Who is listed by an adapter that lives as long as the test. */
const listOver = <A, E>(layer: Layer.Layer<A, E>): () => Promise<ReadonlyArray<Report>> => {
  const runtime = ManagedRuntime.make(layer)
  onTestFinished(() => runtime.dispose())
  return () => runtime.runPromise(list)
}

const services = (reports: ReadonlyArray<Report>): ReadonlyArray<string> =>
  reports.map(({ instance }) => instance.service).toSorted()

const untilListed = (list: () => Promise<ReadonlyArray<Report>>, wanted: ReadonlyArray<string>) =>
  until(`listed: ${wanted.join(", ")}`, async () => services(await list()).join() === wanted.join())

describe("Instances", () => {
  it("two gateways and two processors are listed; kill -9 and SIGTERM take one out", { timeout: TIMEOUT }, async () => {
    const redis = await RedisServer.make()
    onTestFinished(() => redis.stop())
    const kafka = await KafkaBroker.make(lib)
    onTestFinished(() => kafka.stop())
    await Promise.all([redis.start(), kafka.start()])
    const env = { REDIS_ADDR: redis.address, KAFKA_ADDR: kafka.address, SHUTDOWN_NOTICE: "0ms" }
    const names = ["gateway", "gateway", "processor", "processor"] as const
    const [gateway, other, processor, killed] = await Promise.all(names.map((name) => Services.service(name, env)))
    const all = [gateway!, other!, processor!, killed!]
    await Promise.all(all.map((service) => service.start()))
    await Promise.all(all.map((service) => service.untilHealth(200)))
    const listed = listOver(RedisInfra.layer({ host: redis.host, port: redis.port }))
    await untilListed(listed, names)
    const overview = () => listed().then(Summary.of)
    // A partition that moves is said to run by both, until the one that gave it away reports again.
    await until("each partition is owned, by one of them", async () => {
      const { processors: { partitions }, status } = await overview()
      return status === "healthy" && partitions.running === 12
    })
    const { processors, versions } = await overview()
    expect(versions).toEqual([release.version])
    expect(processors.partitions).toMatchObject({ total: 12, unowned: 0, running: 12 })

    const at = performance.now()
    await killed!.killHard()
    await untilListed(listed, ["gateway", "gateway", "processor"])
    const took = performance.now() - at
    expect(took).toBeGreaterThan(LIVES_MILLIS - SLACK_MILLIS)
    expect(took).toBeLessThan(LIVES_MILLIS + SLACK_MILLIS)

    expect(await other!.stop()).toEqual({ code: 0, signal: null })
    expect(services(await listed())).toEqual(["gateway", "processor"])

    // Redis is lost with everything in it: the reports are there again by themselves.
    await redis.kill()
    await redis.start()
    await untilListed(listed, ["gateway", "processor"])
    for (const { output } of [gateway!, processor!]) expect(output()).not.toMatch(/report no more|did not report/)
  })

  it(
    "both services of one process are listed beside it, and gone when it has stopped",
    { timeout: TIMEOUT },
    async () => {
      const dataDir = await Services.folder()
      const engine = await Services.service("serve", { DATA_DIR: dataDir, SHUTDOWN_NOTICE: "0ms" })
      await engine.start()
      await engine.untilHealth(200)
      const listed = listOver(Infra.layerEmbeddedBeside({ dataDir }))
      await until("the engine is healthy", async () => Summary.of(await listed()).status === "healthy")
      expect(services(await listed())).toEqual(["gateway", "processor"])
      await engine.killHard()
      await untilListed(listed, [])
      await engine.start()
      await untilListed(listed, ["gateway", "processor"])
      expect(await engine.stop()).toEqual({ code: 0, signal: null })
      expect(await listed()).toEqual([])
    }
  )
})
