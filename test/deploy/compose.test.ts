/** `docker-compose.yml` says what the runbook relies on. */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { parse } from "yaml"
import { variablesRead } from "../../scripts/check-docs.ts"
import { sources } from "../../scripts/Source.ts"

interface Service {
  readonly image?: string
  readonly command: ReadonlyArray<string>
  readonly entrypoint?: ReadonlyArray<string>
  readonly container_name?: string
  readonly ports?: ReadonlyArray<string>
  readonly volumes?: ReadonlyArray<string>
  readonly environment?: Readonly<Record<string, string | number>>
  readonly healthcheck?: { readonly test: ReadonlyArray<string> }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly networks?: { readonly default: { readonly aliases: ReadonlyArray<string> } }
  readonly profiles?: ReadonlyArray<string>
  readonly restart: string
  readonly stop_grace_period: string
}
type Engine = "redis" | "redpanda" | "gateway" | "proxy" | "processor"
type Archiving = "postgres" | "archive" | "webhooks"
type Observer = "reconcile" | "prometheus" | "grafana" | "jaeger"
interface Compose {
  readonly name: string
  readonly services: Readonly<Record<Engine | Archiving | Observer, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (path: string) => readFileSync(`${root}/${path}`, "utf8")
const compose: Compose = parse(read("docker-compose.yml"), { merge: true })
const {
  archive,
  gateway,
  grafana,
  jaeger,
  postgres,
  processor,
  prometheus,
  proxy,
  reconcile,
  redis,
  redpanda,
  webhooks
} = compose.services
const services = Object.entries(compose.services)
const engine: ReadonlyArray<readonly [string, Service]> = Object.entries({
  gateway,
  processor,
  archive,
  webhooks,
  reconcile
})
const observers = Object.entries({ reconcile, prometheus, grafana, jaeger })

it("has the names that the runbook types", () => {
  expect(compose.name).toBe("flash-sale-engine")
  const always = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name)
  expect(always).toEqual(["redis", "redpanda", "gateway", "proxy", "processor"])
  expect(Object.keys(compose.volumes)).toEqual(["redis-data", "redpanda-data", "postgres-data"])
})

it.each(services)("%s is checked, restarted, given time to stop, and may be scaled", (name, service) => {
  // The image of Jaeger has nothing in it that could ask.
  if (name !== "jaeger") expect(service.healthcheck?.test.length).toBeGreaterThan(1)
  expect(service.restart).toBe("unless-stopped")
  expect(service.stop_grace_period).toBe("35s")
  // A fixed container name can be taken once only.
  expect(service.container_name).toBeUndefined()
})

const known = sources("packages/infra/src/**/*.ts").flatMap(variablesRead).map(({ name }) => name)
/** The variables that no container reads: those of a single machine, and of commands that are typed elsewhere. */
const ELSEWHERE = ["DATA_DIR", "FLASH_SALE_URL", "FLASH_SALE_KEY", "FLASH_SALE_KEY_FILE"]

it.each(engine)("%s sets only variables that the engine reads", (_, { environment }) => {
  expect(known).toContain("REDIS_ADDR")
  expect(known).toEqual(expect.arrayContaining(Object.keys(environment ?? {})))
})

it("passes on every variable that the engine reads", () => {
  const set = engine.flatMap(([, { environment }]) => Object.keys(environment ?? {}))
  expect(known.filter((name) => !set.includes(name) && !ELSEWHERE.includes(name))).toEqual([])
})

it.each(engine)("%s takes its settings from the shell, but for addresses and ports", (_, { environment }) => {
  for (const [name, value] of Object.entries(environment ?? {})) {
    // The file of the shell is mounted at a place of the container's own.
    if (/_(ADDR|PORT)$|^WEBHOOKS_FILE$/.test(name)) expect(String(value)).not.toContain("$")
    else expect(String(value)).toMatch(new RegExp(`^\\$\\{${name}:-[^}]*\\}$`))
  }
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

it("opens no port to other machines that nobody asked for", () => {
  const ports = services.flatMap(([, service]) => service.ports ?? [])
  expect(ports.length).toBe(5)
  expect(ports.filter((port) => !/^(?:\$\{BIND_ADDRESS:-127\.0\.0\.1\}|127\.0\.0\.1):/.test(port))).toEqual([])
})

it("publishes a proxy in front of any number of gateways, and as many processors as there are partitions", () => {
  expect(gateway.ports).toBeUndefined()
  expect(proxy.ports).toEqual(["${BIND_ADDRESS:-127.0.0.1}:8080:8080"])
  const config = read("deploy/haproxy/compose.cfg")
  expect(proxy.volumes).toEqual(["./deploy/haproxy/compose.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"])
  expect(config).toMatch(/^ {2}bind :8080$/m)
  expect(config).toMatch(
    new RegExp(`^ {2}server-template gateway 20 gateway:${gateway.environment?.["HTTP_PORT"]}$`, "m")
  )
  const [, published = ""] = /^.*?\}:(.*)$/.exec(processor.ports?.join() ?? "") ?? []
  const [from = 0, to = 0, inside] = published.split(/[-:]/).map(Number)
  expect(inside).toBe(Number(processor.environment?.["METRICS_PORT"]))
  expect(from).toBe(9090)
  expect(to - from + 1).toBe(12)
  expect([redis.ports, redpanda.ports]).toEqual([undefined, undefined])
})

it("asks each service for its health at its own port", () => {
  expect(gateway.healthcheck?.test.slice(-2)).toEqual(["HTTP_PORT", String(gateway.environment?.["HTTP_PORT"])])
  expect(processor.healthcheck?.test.slice(-2)).toEqual(["METRICS_PORT", "9090"])
  expect(archive.healthcheck?.test.slice(-2)).toEqual(["METRICS_PORT", String(archive.environment?.["METRICS_PORT"])])
})

it("runs commands that there are", () => {
  const commands = sources("packages/cli/src/**/*.ts").flatMap(({ text }) =>
    [...text.matchAll(/^export const command = Command\.make\(\s*"([\w-]+)"/gm)].map(([, name]) => name)
  )
  for (const { command } of [gateway, processor, archive, reconcile]) {
    const [program, name] = command
    expect(program).toBe("flash-sale")
    expect(commands).toContain(name)
  }
})

it("has an archive where its profile is wanted, in a database that has a password or does not start", () => {
  expect([postgres.profiles, archive.profiles]).toEqual([["archive"], ["archive"]])
  expect(postgres.image).toMatch(/^postgres:17-/)
  expect(postgres.volumes).toEqual(["postgres-data:/var/lib/postgresql/data"])
  expect(postgres.environment).toEqual({
    POSTGRES_USER: "archive",
    POSTGRES_DB: "archive",
    POSTGRES_PASSWORD: "${POSTGRES_PASSWORD:-}",
    POSTGRES_PASSWORD_FILE: "${POSTGRES_PASSWORD_FILE:-}"
  })
  expect([postgres.ports, archive.ports]).toEqual([undefined, undefined])
  expect(postgres.networks?.default.aliases).toEqual(["postgres-service"])
  expect(read("docker-compose.yml")).toContain("ARCHIVE_URL=postgres://archive:…@postgres-service:5432/archive")
  // Who fills it and who asks it are told of the same one.
  for (const { environment } of [archive, gateway]) {
    expect(environment).toMatchObject({ ARCHIVE_URL: "${ARCHIVE_URL:-}", ARCHIVE_URL_FILE: "${ARCHIVE_URL_FILE:-}" })
  }
})

it("lets nobody log in to Grafana by a password that everybody knows", () => {
  expect(grafana.environment?.["GF_SECURITY_ADMIN_PASSWORD"]).toBe("${GRAFANA_ADMIN_PASSWORD:-}")
  const [program = "", flag = "", script = ""] = grafana.entrypoint ?? []
  // As docker-compose gives it to the container, with something that shows the password in the place of Grafana.
  const shown = script.replaceAll("$$", "$").replace("exec /run.sh", "env")
  const passwordOf = (given: string) => {
    const env = { PATH: process.env["PATH"], GF_SECURITY_ADMIN_PASSWORD: given }
    return /^GF_SECURITY_ADMIN_PASSWORD=(.*)$/m.exec(execFileSync(program, [flag, shown], { env, encoding: "utf8" }))
      ?.[1]
  }
  expect(passwordOf("mine")).toBe("mine")
  expect(passwordOf("")).toMatch(/^[A-Za-z0-9+/]{32}$/)
  expect(passwordOf("")).not.toBe(passwordOf(""))
})

it("watches itself where the profile observe is wanted, at ports that nobody else has", () => {
  for (const [, { profiles }] of observers) expect(profiles).toEqual(["observe"])
  expect(observers.flatMap(([, { ports }]) => ports ?? [])).toEqual([
    "127.0.0.1:9190:9090",
    "127.0.0.1:3000:3000",
    "127.0.0.1:16686:16686"
  ])
  expect(prometheus.volumes).toEqual(["./deploy/prometheus:/etc/prometheus:ro"])
  for (const mounted of observers.flatMap(([, { volumes }]) => volumes ?? [])) {
    expect(existsSync(`${root}/${mounted.split(":")[0]}`), mounted).toBe(true)
  }
})
