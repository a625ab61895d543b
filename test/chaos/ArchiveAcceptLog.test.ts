/** A log that is lost, another that is accepted in its place, and an archive that still has what is gone. */
import * as Infra from "@flash-sale/infra/Infra"
import * as InfraArchives from "@flash-sale/infra/InfraArchives"
import * as KafkaSettings from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as Policies from "@flash-sale/infra/kafka/topics/Policies"
import { Effect, Layer, Logger, Redacted } from "effect"
import { describe, expect, it, onTestFinished } from "vitest"
import * as ArchiveAudit from "../archive/ArchiveAudit.ts"
import * as ItemSales from "../cli/ItemSales.ts"
import * as OwnDatabase from "../infra/archive/OwnDatabase.ts"
import { administer } from "../servers/KafkaAdmin.ts"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { PostgresServer } from "../servers/PostgresServer.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, postgresPrograms, redisServerProgram } from "../servers/servers.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 480_000
const PARTITIONS = 2
const ITEMS = ["shoes", "mug", "cap", "pen", "scarf", "book"]
const REBUILT = "rebuilt"

const kept = Object.entries(Policies.KEPT).map(([name, value]) => ({ name, value }))

/** All rows but for the numbers that the database gives; letters are of no log of orders. */
const ROWS = {
  orders: "SELECT to_jsonb(o) - 'n' AS row FROM archive_orders AS o ORDER BY item_id, request_id",
  entries: `SELECT to_jsonb(e) - 'n' AS row FROM archive_entries AS e WHERE type NOT LIKE 'letter.%'
    ORDER BY item_id, request_id, id`,
  sums: "SELECT to_jsonb(s) AS row FROM archive_sums AS s ORDER BY item_id, status, currency",
  refused: "SELECT to_jsonb(r) AS row FROM archive_refused AS r ORDER BY item_id"
}

const rowsOf = (address: string, database: string) =>
  Effect.runPromise(Effect.all(
    Object.fromEntries(
      Object.entries(ROWS).map(([name, sql]) => [name, OwnDatabase.administer(address, sql, database)])
    )
  ))

needed(redisServerProgram())

const startServers = async () => {
  const redis = await RedisServer.make()
  const kafka = await KafkaBroker.make(needed(kafkaLib()))
  const postgres = await PostgresServer.make(needed(postgresPrograms()))
  onTestFinished(async () => void await Promise.all([redis.stop(), kafka.stop(), postgres.stop()]))
  await Promise.all([redis.start(), kafka.start(), postgres.start()])
  await Effect.runPromise(OwnDatabase.administer(postgres.address, `CREATE DATABASE ${REBUILT}`))
  return { redis, kafka, postgres }
}

/** The topic of orders is gone with all that was in it, and another of its name is there. */
const lose = async (kafka: string) => {
  await administer(kafka, (admin) => admin.deleteTopics({ topics: ["orders"] }))
  const topic = { topic: "orders", numPartitions: PARTITIONS, configEntries: kept }
  // Kafka answers before a topic is really gone.
  await until(
    "the topic is gone",
    () => administer(kafka, async (admin) => !(await admin.listTopics()).includes("orders"))
  )
  await until(
    "the topic is made anew",
    () => administer(kafka, (admin) => admin.createTopics({ topics: [topic] })).then(() => true, () => false)
  )
}

describe("An archive after recover --accept-log", () => {
  it("is brought to what the new log says, row by row, by archive rebuild", { timeout: TIMEOUT }, async () => {
    const { kafka, postgres, redis } = await startServers()
    const url = (database: string) => Redacted.value(OwnDatabase.urlOf(postgres.address, database))
    const env = {
      REDIS_ADDR: redis.address,
      KAFKA_ADDR: kafka.address,
      KAFKA_PARTITIONS: `${PARTITIONS}`,
      ARCHIVE_URL: url("postgres"),
      PAYMENT_LATENCY: "5ms",
      PAYMENT_FAILURE_RATE: "0.3",
      SHUTDOWN_NOTICE: "0ms"
    }
    const settings = { ...KafkaSettings.defaults, brokers: [kafka.address], partitions: PARTITIONS }
    const [host = "", port] = redis.address.split(":")
    const at = { host, port: Number(port) }
    const append = (...sale: Parameters<typeof ItemSales.append>) =>
      Effect.runPromise(
        ItemSales.append(...sale).pipe(
          Effect.provide(Infra.layerDistributed({ redis: at, kafka: settings }).pipe(Layer.provide(Logger.layer([]))))
        )
      )
    const audit = (database: string) =>
      Effect.runPromise(
        ArchiveAudit.run("counted").pipe(
          Effect.provide(Layer.merge(
            Infra.layerReader(settings),
            InfraArchives.layer({ url: OwnDatabase.urlOf(postgres.address, database) })
          ))
        )
      )
    const isWhole = async () => {
      const { differences, orders } = await audit("postgres")
      return orders > 0 && differences.length === 0
    }
    const processor = await Services.service("processor", env)
    const archive = await Services.service("archive", env)
    await Promise.all([processor.start(), archive.start()])
    await processor.untilHealth(200)
    await append(ITEMS, 4, ITEMS)
    await until("the archive has all of the first log", isWhole)
      .catch(async () => expect((await audit("postgres")).differences).toEqual([]))
    expect(await processor.stop()).toMatchObject({ code: 0 })

    await lose(kafka.address)
    // Some orders again, at other places, others under new ids, and less of them.
    await append(["mug", "cap"], 1, ["first", "before"])
    await append(["mug", "shoes", "cap"], 3, ["mug", "other", "cap"])
    await processor.start()
    await processor.untilHealth(503)
    const halted = await Services.run(["archive", "rebuild"], env)
    expect(halted).toMatchObject({ code: 1 })
    expect(halted.output).toContain("nothing was changed: flash-sale recover --accept-log comes first")
    const accepted = await Services.run(["recover", "--accept-log", "--yes"], env)
    expect(accepted).toMatchObject({ code: 0 })
    expect(accepted.output).toContain("where there is an archive, it still has what is lost")
    await processor.untilHealth(200)
    await append(["pen", "shoes"], 2, ["pen", "more"])

    const caughtUp = async () => {
      const health = await (await fetch(`${archive.url}/health`)).json() as { lag_seconds: number; status: string }
      return health.status === "healthy" && health.lag_seconds === 0
    }
    await until("the archive has read all", caughtUp)
    expect((await audit("postgres")).differences.length).toBeGreaterThan(0)
    const rebuilt = await Services.run(["archive", "rebuild"], env)
    expect(rebuilt).toMatchObject({ code: 0 })
    expect(rebuilt.output).toMatch(/[1-9]\d* events deleted/)
    await until("the archive is what the log tells", isWhole)
      .catch(async () => expect((await audit("postgres")).differences).toEqual([]))
    expect(await archive.stop()).toMatchObject({ code: 0 })

    // Another archive, which nothing but the log has filled.
    expect(await Services.run(["archive", "rebuild"], { ...env, ARCHIVE_URL: url(REBUILT) })).toMatchObject({ code: 0 })
    expect((await audit(REBUILT)).differences).toEqual([])
    const [consumed, anew] = [await rowsOf(postgres.address, "postgres"), await rowsOf(postgres.address, REBUILT)]
    expect(anew["orders"]?.length).toBeGreaterThan(10)
    expect(consumed).toEqual(anew)
  })
})
