/** `flash-sale archive` on a Kafka that lets each user do what docs/operations.md says, and no more. */
import { ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as InfraArchives from "@flash-sale/infra/InfraArchives"
import { Effect, Redacted } from "effect"
import { Kafka, logLevel } from "kafkajs"
import { expect, it, onTestFinished } from "vitest"
import * as Certificates from "../servers/Certificates.ts"
import { PostgresServer } from "../servers/PostgresServer.ts"
import { until } from "../servers/Processes.ts"
import * as SecuredServers from "../servers/SecuredServers.ts"
import { kafkaLib, needed, postgresPrograms } from "../servers/servers.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 120_000
const PARTITIONS = 2
const FOR_EVER = ["retention.ms", "retention.bytes"].map((name) => ({ name, value: "-1" }))

/** The topics as services make them, with a record in each that the archive passes over. */
const fill = async (address: string): Promise<void> => {
  const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      { topic: "order-events", numPartitions: PARTITIONS, configEntries: FOR_EVER },
      { topic: "orders-dlq", numPartitions: 1, configEntries: FOR_EVER }
    ]
  })
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  for (const topic of ["order-events", "orders-dlq"]) {
    await producer.send({ topic, messages: [{ partition: 0, key: "101", value: "rubbish" }] })
  }
  await producer.disconnect()
}

/** How far the archive has read each source. */
const positions = (url: string) =>
  Effect.gen(function*() {
    const { position } = yield* ArchiveWriter
    const partition = PartitionId.make(0)
    return [yield* position("order-events", partition), yield* position("orders-dlq", partition)].map((one) =>
      one?.next
    )
  }).pipe(Effect.provide(InfraArchives.layer({ url: Redacted.make(url) })), Effect.runPromise)

it("reads events and letters with its user's least rights", { timeout: TIMEOUT }, async () => {
  const certificates = await Certificates.make()
  onTestFinished(() => certificates.remove())
  const kafka = await SecuredServers.kafka(needed(kafkaLib()), certificates, { isLimited: true })
  onTestFinished(() => kafka.stop())
  const postgres = await PostgresServer.make(needed(postgresPrograms()))
  onTestFinished(() => postgres.stop())
  await postgres.start()
  await fill(kafka.address)
  const url = `postgres://postgres@${postgres.address}/postgres`
  const env = { ...kafka.envOf("archive"), ARCHIVE_URL: url, KAFKA_PARTITIONS: String(PARTITIONS) }
  const archive = await Services.service("archive", env)
  await archive.start()
  await archive.untilHealth(200)
  const health = async () => (await fetch(`${archive.url}/health`)).text()
  await until("it has the partitions", async () => (await health()).includes(`"partitions":${PARTITIONS}`))
  await until("both are read", async () => JSON.stringify(await positions(url)) === "[1,1]")
  expect(archive.output()).not.toMatch(/authori[sz]/i)
  expect(archive.output()).not.toContain(SecuredServers.PASSWORD)
  // Kafka does look at who may do what.
  const foreign = await Services.service("archive", { ...env, ...kafka.envOf("gateway") })
  await foreign.start()
  await until("it is denied", () => /authori[sz]/i.test(foreign.output()))
  expect(await archive.stop()).toEqual({ code: 0, signal: null })
})
