/** The archive, whatever is killed while it is filled: afterwards it is what the log tells, order by order. */
import * as Infra from "@flash-sale/infra/Infra"
import * as InfraArchives from "@flash-sale/infra/InfraArchives"
import * as KafkaSettings from "@flash-sale/infra/kafka/client/KafkaSettings"
import { Effect, Layer, Redacted } from "effect"
import { describe, expect, it, onTestFinished } from "vitest"
import * as ArchiveAudit from "../archive/ArchiveAudit.ts"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { PostgresServer } from "../servers/PostgresServer.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, postgresPrograms, redisServerProgram } from "../servers/servers.ts"
import * as Load from "./Load.ts"
import * as Services from "./Services.ts"

const FULL = process.env["FULL"] === "1"
/** `ORDERS` and `RATE` of the environment make it a larger sale. */
const ORDERS = Number(process.env["ORDERS"] ?? (FULL ? 12_000 : 1_800))
const RATE = Number(process.env["RATE"] ?? 200)
/** With a hundredth of a second for each order. */
const TIMEOUT = 300_000 + ORDERS * 10

/** A figure of a sale whose size somebody has given. */
const say = (words: string): void => {
  if (process.env["ORDERS"] !== undefined) process.stderr.write(`${words}\n`)
}

/** Says how long something takes. */
const timed = async <A>(name: string, work: Promise<A>): Promise<A> => {
  const from = performance.now()
  const done = await work
  say(`${name}: ${((performance.now() - from) / 1_000).toFixed(1)} s`)
  return done
}

/** The value of a metric without labels. */
const metric = async (url: string, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1])
}

needed(redisServerProgram())

const noDifferences = { differences: [] }

describe("The archive", () => {
  it(
    "is the fold of the log of Kafka, with kill -9 of what fills it and of PostgreSQL",
    { timeout: TIMEOUT },
    async () => {
      const redis = await RedisServer.make()
      const kafka = await KafkaBroker.make(needed(kafkaLib()))
      const postgres = await PostgresServer.make(needed(postgresPrograms()))
      onTestFinished(async () => void await Promise.all([redis.stop(), kafka.stop(), postgres.stop()]))
      await Promise.all([redis.start(), kafka.start(), postgres.start()])
      const url = `postgres://postgres@${postgres.address}/postgres`
      const env = {
        REDIS_ADDR: redis.address,
        KAFKA_ADDR: kafka.address,
        ARCHIVE_URL: url,
        PAYMENT_LATENCY: "50ms",
        PAYMENT_FAILURE_RATE: "0.1",
        SHUTDOWN_NOTICE: "0ms"
      }
      const gateway = await Services.service("gateway", env)
      const processor = await Services.service("processor", env)
      const archives = [await Services.service("archive", env), await Services.service("archive", env)] as const
      await Promise.all([gateway, processor, ...archives].map((one) => one.start()))
      await Promise.all([gateway, processor, ...archives].map((one) => one.untilHealth(200)))
      const killArchives = async () => {
        await Promise.all(archives.map((one) => one.killHard()))
        await Promise.all(archives.map((one) => one.start()))
      }
      const killPostgres = async () => {
        await postgres.kill()
        await postgres.start()
      }
      const sale = Load.balanced({
        url: gateway.url,
        env,
        orders: ORDERS,
        rate: RATE,
        shares: Load.HOLDS,
        blows: [killArchives, killPostgres, killArchives]
      })
      await timed(`${ORDERS} orders`, sale)
      const isRead = async () => (await metric(archives[0].url, "archive_lag_seconds")) === 0
      await timed("reading what is left", until("the archive has no lag", isRead, TIMEOUT))
      const audit = () =>
        Effect.runPromise(
          ArchiveAudit.run("counted").pipe(
            Effect.provide(Layer.merge(
              Infra.layerReader({ ...KafkaSettings.defaults, brokers: [kafka.address] }),
              InfraArchives.layer({ url: Redacted.make(url) })
            ))
          )
        )
      await until("the archive has read all", async () => (await audit()).differences.length === 0, 60_000)
        .catch(async () => expect(await audit()).toMatchObject(noDifferences))
      expect(await metric(archives[0].url, "archive_lag_seconds")).toBe(0)
      expect(await metric(archives[0].url, "archive_up")).toBe(1)
      for (const one of archives) expect(await one.stop()).toEqual({ code: 0, signal: null })
      const rebuilt = await timed("archive rebuild", Services.run(["archive", "rebuild"], env))
      expect(rebuilt.output).toMatch(/, 0 events deleted/)
      expect(rebuilt).toMatchObject({ code: 0 })
      const found = await audit()
      say(`${found.orders} orders in the archive, ${found.differences.length} differences`)
      expect(found).toMatchObject(noDifferences)
    }
  )
})
