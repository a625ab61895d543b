/** `flash-sale doctor` on a Kafka and a Redis of its own, which are well, ill, and away. */
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import * as ApiKeys from "@flash-sale/infra/access/keys/ApiKeys"
import type { CheckId } from "@flash-sale/operations/doctor/Check"
import { Effect } from "effect"
import { Redis } from "ioredis"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as Services from "../../chaos/Services.ts"
import * as KafkaAdmin from "../../servers/KafkaAdmin.ts"
import { KafkaBroker } from "../../servers/KafkaBroker.ts"
import { RedisServer } from "../../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../../servers/servers.ts"
import { isUnavailable } from "../../servers/Unavailable.ts"
import * as Patient from "./Patient.ts"

const isMissing = isUnavailable(kafkaLib()) || isUnavailable(redisServerProgram())
const lib = needed(kafkaLib())
needed(redisServerProgram())
const TIMEOUT = 180_000
/** Longer than the questions that nobody answers, with the start of a process on a machine that is busy. */
const BOUND_MILLIS = 40_000
/** The brokers of this test are one, and what nobody knows of the machine is not of interest here. */
const OF_THE_MACHINE: ReadonlyArray<CheckId> = [
  "clock.server",
  "machine.files",
  "access.mode",
  "keys.expiry",
  "payments.token_keys",
  "kafka.replicas"
]

describe.skipIf(isMissing)("flash-sale doctor on Kafka and Redis", () => {
  let kafka: KafkaBroker
  let redis: RedisServer
  let client: Redis
  const env = async () => ({
    ...await Patient.quiet(),
    REDIS_ADDR: redis.address,
    KAFKA_ADDR: kafka.address,
    KAFKA_PARTITIONS: "2"
  })
  const alter = (topic: string, values: Readonly<Record<string, string>>) =>
    KafkaAdmin.administer(kafka.address, (admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{
          type: 2,
          name: topic,
          configEntries: Object.entries(values).map(([name, value]) => ({ name, value }))
        }]
      }))
  /** All that there is at both: what a look must leave as it was. */
  const everything = () =>
    KafkaAdmin.administer(kafka.address, async (admin) => ({
      topics: (await admin.listTopics()).toSorted(),
      groups: (await admin.listGroups()).groups.map(({ groupId }) => groupId).toSorted(),
      keys: (await client.keys("*")).toSorted()
    }))

  beforeAll(async () => {
    kafka = await KafkaBroker.make(lib)
    redis = await RedisServer.make()
    await Promise.all([kafka.start(), redis.start()])
    client = new Redis({ host: redis.host, port: redis.port, disableClientInfo: true })
    await client.config("SET", "maxmemory", "100mb")
    await client.config("SET", "maxmemory-policy", "noeviction")
  }, TIMEOUT)

  afterAll(async () => {
    client.disconnect()
    await Promise.all([kafka.stop(), redis.stop()])
  }, TIMEOUT)

  it("makes nothing where nothing has ever run, and says what is to come", { timeout: TIMEOUT }, async () => {
    const before = await everything()
    const found = await Patient.examine(await env())
    expect(found.ids("wrong")).toEqual([])
    expect(found.of("kafka.partitions")).toMatchObject({ verdict: "warning", detail: "there is no topic yet" })
    expect(found.of("log.recovery").verdict).toBe("not_looked_at")
    expect(found.code).toBe(0)
    expect(await everything()).toEqual(before)
    expect(before.topics.filter((topic) => topic.startsWith("orders"))).toEqual([])
  })

  it("finds nothing wrong in what runs, and changes nothing", { timeout: TIMEOUT }, async () => {
    const servers = await env()
    const { HTTP_PORT: _, METRICS_PORT: __, ...own } = servers
    const processor = await Services.service("processor", own)
    await processor.start()
    await processor.untilHealth(200)
    await Services.run(["stock", "set", "shoes", "5"], servers)
    const before = await everything()
    const found = await Patient.examine({ ...servers, METRICS_PORT: new URL(processor.url).port })
    const left = found.findings.filter(({ id, verdict }) => verdict !== "ok" && !OF_THE_MACHINE.includes(id))
    expect(left).toEqual([])
    expect(found.of("log.processors").detail).toBe("1 at work")
    expect(found.of("processor.port").detail).toMatch(/is healthy$/)
    expect(found.of("kafka.partitions").detail).toBe("2, as KAFKA_PARTITIONS says (2)")
    expect(found.of("redis.persistence").detail).toBe("appendonly yes, appendfsync always")
    expect(found.code).toBe(0)
    expect(await everything()).toEqual(before)

    const keys = join(await Services.folder(), "keys.json")
    const key = await Effect.runPromise(
      ApiKeys.create(keys, { name: KeyName.make("duty"), scopes: ["read"], expiresAt: undefined })
    )
    const gateway = await Services.service("gateway", { ...own, API_KEYS_FILE: keys })
    await gateway.start()
    await gateway.untilHealth(200)
    const beside = await everything()
    const asked = await Patient.ask(gateway.adminUrl, key)
    expect(asked.findings.map(({ id }) => id).toSorted()).toEqual(found.findings.map(({ id }) => id).toSorted())
    const verdictOf = (id: CheckId) => asked.findings.find((one) => one.id === id)?.verdict
    for (const { id, verdict } of found.findings) {
      // What only a processor, and whoever starts one, knows.
      if (["gateway.port", "keys.file", "keys.expiry"].includes(id)) continue
      expect(verdictOf(id), id).toBe(["payments.mode", "processor.port"].includes(id) ? "not_looked_at" : verdict)
    }
    expect(verdictOf("keys.file")).toBe("ok")
    expect(await everything()).toEqual(beside)
    await gateway.stop()
    await processor.stop()
  })

  it("says what is set wrongly at both, each with how to mend it", { timeout: TIMEOUT }, async () => {
    await client.config("SET", "maxmemory-policy", "allkeys-lru")
    await client.config("SET", "appendonly", "no")
    await alter("orders", {
      "cleanup.policy": "compact",
      "retention.ms": "1000000",
      "unclean.leader.election.enable": "true",
      "max.message.bytes": "1000"
    })
    const found = await Patient.examine({
      ...await env(),
      KAFKA_REPLICATION_FACTOR: "3",
      KAFKA_MIN_INSYNC_REPLICAS: "2"
    })
    expect(found.ids("wrong").filter((id) => /^(kafka|redis)/.test(id)).toSorted()).toEqual([
      "kafka.batch",
      "kafka.elections",
      "kafka.events",
      "kafka.insync",
      "kafka.letters",
      "kafka.retention",
      "redis.eviction"
    ])
    expect(found.of("redis.persistence").verdict).toBe("warning")
    expect(found.of("kafka.replicas")).toMatchObject({
      verdict: "warning",
      detail: expect.stringContaining("1 replica")
    })
    expect(found.of("kafka.retention").mend).toContain("--add-config cleanup.policy=delete,retention.ms=-1")
    expect(found.code).toBe(1)
    await client.config("SET", "maxmemory-policy", "noeviction")
    await client.config("SET", "appendonly", "yes")
    await alter("orders", { "retention.ms": "-1" })
  })

  it("tells another number of partitions, and a log that was cut under its store", { timeout: TIMEOUT }, async () => {
    const other = await Patient.examine({ ...await env(), KAFKA_PARTITIONS: "5" })
    expect(other.of("kafka.partitions")).toMatchObject({
      verdict: "wrong",
      detail: expect.stringContaining("set KAFKA_PARTITIONS to 2")
    })
    for (const partition of [0, 1]) {
      await client.hset(`fold:${partition}`, "epoch", "e", "checkpoint", "900", "seen", "899", "digest", "x")
    }
    const cut = await Patient.examine(await env())
    expect(cut.of("log.recovery")).toMatchObject({
      verdict: "wrong",
      detail: expect.stringContaining("partition 0 (ahead_of_log), 1 (ahead_of_log)"),
      mend: expect.stringContaining("--accept-log --partition 0")
    })
  })

  it("names the rights that a user lacks, and goes on without those of its own", { timeout: TIMEOUT }, async () => {
    await client.call(
      "ACL",
      "SETUSER",
      "operator",
      "on",
      ">secret",
      "~*",
      "+@all",
      "-config",
      "-fcall",
      "-set",
      "-xadd"
    )
    const login = { REDIS_USERNAME: "operator", REDIS_PASSWORD: "secret" }
    const few = await Patient.examine({ ...await env(), ...login })
    expect(few.of("redis.rights").detail).toMatch(/^"operator" lacks \+set/)
    expect(few.of("redis.persistence").detail).toContain("appendfsync is not known: NOPERM")
    const wrong = await Patient.examine({ ...await env(), ...login, REDIS_PASSWORD: "not-it" })
    expect(wrong.of("redis.login")).toMatchObject({ verdict: "wrong", detail: expect.stringContaining("WRONGPASS") })
    expect(wrong.of("redis.address").verdict).toBe("ok")
    expect(wrong.of("kafka.address").verdict).toBe("ok")
    expect(JSON.stringify(wrong.findings)).not.toContain("not-it")
    await client.config("SET", "requirepass", "of-all")
    const none = await Patient.examine(await env())
    expect(none.of("redis.login")).toMatchObject({ verdict: "wrong", detail: expect.stringContaining("NOAUTH") })
    await client.config("SET", "requirepass", "")
  })

  it("says of each that it is away, and still looks at the other", { timeout: TIMEOUT }, async () => {
    const without = await Patient.examine({ ...await env(), REDIS_ADDR: "127.0.0.1:1" })
    expect(without.of("redis.address")).toMatchObject({
      verdict: "wrong",
      detail: expect.stringContaining("ECONNREFUSED")
    })
    expect(without.of("kafka.version").verdict).toBe("ok")
    expect(without.of("letters.open").verdict).toBe("ok")
    const alone = await Patient.examine({ ...await env(), KAFKA_ADDR: "127.0.0.1:1" })
    expect(alone.of("kafka.address")).toMatchObject({
      verdict: "wrong",
      detail: expect.stringContaining("ECONNREFUSED")
    })
    expect(alone.of("redis.writes").verdict).toBe("ok")
    expect([without.code, alone.code]).toEqual([1, 1])
  })

  it("ends within its time where both accept connections and answer nothing", { timeout: TIMEOUT }, async () => {
    redis.freeze()
    kafka.freeze()
    try {
      const from = performance.now()
      const frozen = await Patient.examine(await env())
      expect(performance.now() - from).toBeLessThan(BOUND_MILLIS)
      expect(frozen.of("redis.address").verdict).toBe("wrong")
      expect(frozen.of("kafka.address").verdict).toBe("wrong")
      expect(frozen.code).toBe(1)
    } finally {
      redis.thaw()
      kafka.thaw()
    }
  })
})
