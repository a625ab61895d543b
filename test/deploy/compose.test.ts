/** `docker-compose.yml` says what the runbook relies on. */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { parse } from "yaml"
import { variablesRead } from "../../scripts/check-docs.ts"

interface Service {
  readonly image?: string
  readonly command: ReadonlyArray<string>
  readonly container_name?: string
  readonly ports?: ReadonlyArray<string>
  readonly volumes?: ReadonlyArray<string>
  readonly environment?: Readonly<Record<string, string | number>>
  readonly healthcheck: { readonly test: ReadonlyArray<string> }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly networks?: { readonly default: { readonly aliases: ReadonlyArray<string> } }
  readonly restart: string
  readonly stop_grace_period: string
}
interface Compose {
  readonly name: string
  readonly services: Readonly<Record<"redis" | "redpanda" | "gateway" | "processor", Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (path: string) => readFileSync(`${root}/${path}`, "utf8")
const compose: Compose = parse(read("docker-compose.yml"), { merge: true })
const { gateway, processor, redis, redpanda } = compose.services
const services = Object.entries(compose.services)

it("has the names that the runbook types", () => {
  expect(compose.name).toBe("flash-sale-engine")
  expect(Object.keys(compose.services)).toEqual(["redis", "redpanda", "gateway", "processor"])
  expect(Object.keys(compose.volumes)).toEqual(["redis-data", "redpanda-data"])
})

it.each(services)("%s is checked, restarted, given time to stop, and may be scaled", (_, service) => {
  expect(service.healthcheck.test.length).toBeGreaterThan(1)
  expect(service.restart).toBe("unless-stopped")
  expect(service.stop_grace_period).toBe("35s")
  // A fixed container name can be taken once only.
  expect(service.container_name).toBeUndefined()
})

it.each(services)("%s sets only variables that the engine reads", (_, service) => {
  const path = "packages/infra/src/Settings.ts"
  const known = variablesRead({ path, text: read(path) }).map(({ name }) => name)
  expect(known).toContain("REDIS_ADDR")
  expect(known).toEqual(expect.arrayContaining(Object.keys(service.environment ?? {})))
})

it("keeps Redis and Redpanda on disk, in volumes of their own", () => {
  expect(redis.volumes).toEqual(["redis-data:/data", "./deploy/redis/start.sh:/usr/local/bin/start.sh:ro"])
  expect(redis.command).toEqual(["sh", "/usr/local/bin/start.sh"])
  expect(redpanda.volumes).toEqual(["redpanda-data:/var/lib/redpanda/data"])
})

it("has Redpanda put on disk what it acknowledges", () => {
  const flags = redpanda.command.join(" ")
  expect(flags).toContain("--unsafe-bypass-fsync=false")
  expect(flags).toContain("--set redpanda.write_caching_default=false")
  expect(flags).not.toContain("--mode")
})

it.each([["gateway", gateway], ["processor", processor]])("%s finds Redis and Kafka by their names", (_, service) => {
  expect(service.environment).toMatchObject({ REDIS_ADDR: "redis-service:6379", KAFKA_ADDR: "kafka-service:9092" })
  expect(redis.networks?.default.aliases).toEqual(["redis-service"])
  expect(redpanda.networks?.default.aliases).toEqual(["kafka-service"])
  expect(redpanda.command).toContain("--advertise-kafka-addr=kafka-service:9092")
  expect(service.depends_on).toEqual({
    redis: { condition: "service_started" },
    redpanda: { condition: "service_started" }
  })
})

it("publishes the gateway, and as many processors as there are partitions", () => {
  expect(gateway.ports).toEqual(["8080:8080"])
  const [from = 0, to = 0, inside] = (processor.ports?.join() ?? "").split(/[-:]/).map(Number)
  expect(inside).toBe(Number(processor.environment?.["METRICS_PORT"]))
  expect(from).toBe(9090)
  expect(to - from + 1).toBe(12)
  expect([redis.ports, redpanda.ports]).toEqual([undefined, undefined])
})

it("asks each service for its health at its own port", () => {
  expect(gateway.healthcheck.test.slice(-2)).toEqual(["HTTP_PORT", String(gateway.environment?.["HTTP_PORT"])])
  expect(processor.healthcheck.test.slice(-2)).toEqual(["METRICS_PORT", "9090"])
})

it("runs commands that there are", () => {
  const commands = readdirSync(`${root}/packages/cli/src`)
  for (const { command } of [gateway, processor]) {
    const [program, name = ""] = command
    expect(program).toBe("flash-sale")
    expect(commands).toContain(`${name[0]?.toUpperCase()}${name.slice(1)}.ts`)
  }
})
