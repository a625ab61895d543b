import { expect, it } from "@effect/vitest"
import * as Settings from "@flash-sale/infra/Settings"
import * as Kind from "@flash-sale/infra/settings/Kind"
import * as Variable from "@flash-sale/infra/settings/Variable"
import { type Config, ConfigProvider, Duration, Effect, Redacted, Schema } from "effect"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"
import { afterAll, describe } from "vitest"

const everything = Variable.group({
  gateway: Settings.GatewaySettings,
  processor: Settings.ProcessorSettings,
  payments: Settings.PaymentSettings,
  redis: Settings.RedisSettings,
  kafka: Settings.KafkaSettings,
  events: Settings.EventSettings,
  embedded: Settings.EmbeddedSettings,
  logs: Settings.LogSettings,
  tracing: Settings.TracingSettings
})

const read = <A>(config: Config.Config<A>, env: Readonly<Record<string, string>>) =>
  Effect.mapError(config.parse(ConfigProvider.fromEnv({ env })), Variable.lines)

const whatIsWrong = (env: Readonly<Record<string, string>>) => Effect.flip(read(everything, env))

describe("Settings: defaults", () => {
  it.effect("the defaults are the runbook's", () =>
    Effect.gen(function*() {
      const found = yield* read(everything, {})
      expect(found.gateway).toEqual({
        httpPort: 8080,
        httpHost: undefined,
        allowedHosts: undefined,
        corsOrigins: new Set(),
        metricsToken: undefined,
        trustTraceparent: false,
        breaker: {
          failureThreshold: 5,
          successThreshold: 2,
          baseTimeout: Duration.seconds(30),
          maxTimeout: Duration.seconds(300)
        },
        rateLimit: { maxRequests: 60, window: Duration.minutes(1) },
        soldOutCache: Duration.millis(100),
        maxInFlight: 5_000,
        keyMaxInFlight: 4_000,
        maxQueueWait: Duration.seconds(30),
        maxListeners: 1_000,
        shutdownNotice: Duration.seconds(1),
        trustedProxies: [],
        docs: false,
        pages: false,
        warmUp: true
      })
      expect(found.processor).toEqual({
        metricsPort: 9090,
        metricsHost: undefined,
        metricsToken: undefined,
        allowedHosts: undefined
      })
      expect(found.payments).toEqual({ failureRate: 0.1, latency: Duration.millis(100) })
      expect(found.redis).toEqual({ host: "redis-service", port: 6379 })
      expect(found.kafka).toMatchObject({
        brokers: ["kafka-service:9092"],
        ordersTopic: "orders",
        partitions: 12,
        replicationFactor: 1,
        minInsyncReplicas: 1,
        batchSize: 500,
        eventsTopic: "order-events"
      })
      expect(found.events).toEqual({ told: "held" })
      expect((yield* read(Settings.ServeEventSettings, {})).told).toBe("all")
      expect(found.embedded).toEqual({ dataDir: "./data" })
      expect(found.logs).toEqual({ level: "Info", orders: 1 })
      expect(found.tracing).toEqual({ isOn: false, isParentBased: true })
    }))

  it.effect("a default stands for an empty value, as compose files write absent ones", () =>
    Effect.gen(function*() {
      expect((yield* read(Settings.GatewaySettings, { HTTP_PORT: " " })).httpPort).toBe(8080)
    }))
})

describe("Settings: given values", () => {
  it.effect("given values are taken", () =>
    Effect.gen(function*() {
      const found = yield* read(everything, {
        HTTP_PORT: "8081",
        HTTP_ALLOWED_HOSTS: "Orders.Shop.example, gateway_1",
        TRUST_TRACEPARENT: "true",
        REDIS_ADDR: "[::1]:6380",
        KAFKA_ADDR: "kafka-1:9092, kafka-2:9093",
        LOG_LEVEL: "WARN",
        RATE_LIMIT_WINDOW: "1m30s",
        TRUSTED_PROXIES: "10.0.0.0/8, 192.0.2.7,2001:db8::/32",
        DOCS: "true",
        SOLD_OUT_CACHE: "0ms",
        PAYMENT_FAILURE_RATE: "0",
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/",
        OTEL_TRACES_SAMPLER: "traceidratio",
        OTEL_TRACES_SAMPLER_ARG: ".25"
      })
      expect(found.gateway.httpPort).toBe(8081)
      expect(found.gateway.allowedHosts).toEqual(new Set(["orders.shop.example", "gateway_1"]))
      expect(found.gateway.trustTraceparent).toBe(true)
      expect(found.redis).toEqual({ host: "::1", port: 6380 })
      expect(found.kafka.brokers).toEqual(["kafka-1:9092", "kafka-2:9093"])
      expect(found.logs.level).toBe("Warn")
      expect(found.gateway.rateLimit.window).toEqual(Duration.seconds(90))
      expect(found.gateway.soldOutCache).toEqual(Duration.zero)
      expect(found.gateway.trustedProxies).toEqual([
        { address: "10.0.0.0", prefix: 8, family: "ipv4" },
        { address: "192.0.2.7", prefix: 32, family: "ipv4" },
        { address: "2001:db8::", prefix: 32, family: "ipv6" }
      ])
      expect(found.gateway.docs).toBe(true)
      expect(found.payments.failureRate).toBe(0)
      expect(found.tracing).toEqual({ isOn: true, isParentBased: false })
    }))

  it.effect("serve has its page of documents, unless it is told not to", () =>
    Effect.gen(function*() {
      expect((yield* read(Settings.ServeGatewaySettings, {})).docs).toBe(true)
      expect((yield* read(Settings.ServeGatewaySettings, {})).breaker.lookEvery).toEqual(Duration.seconds(1))
      expect((yield* read(Settings.ServeGatewaySettings, { DOCS: "" })).docs).toBe(true)
      expect((yield* read(Settings.ServeGatewaySettings, { DOCS: "false" })).docs).toBe(false)
      expect((yield* read(Settings.ServeGatewaySettings, {})).pages).toBe(true)
      expect((yield* read(Settings.ServeGatewaySettings, { PAGES: "off" })).pages).toBe(false)
      expect((yield* read(Settings.GatewaySettings, { PAGES: "on" })).pages).toBe(true)
      expect((yield* read(Settings.GatewaySettings, {})).docs).toBe(false)
    }))

  it.effect("an address of Kafka or Redis switches to both", () =>
    Effect.gen(function*() {
      expect(yield* read(Settings.IsDistributed, {})).toBe(false)
      expect(yield* read(Settings.IsDistributed, { REDIS_ADDR: "" })).toBe(false)
      expect(yield* read(Settings.IsDistributed, { REDIS_ADDR: "r:1" })).toBe(true)
      expect(yield* read(Settings.IsDistributed, { KAFKA_ADDR: "k:1" })).toBe(true)
    }))
})

const aDuration = (least: string, most: string) => `a duration such as 100ms, 30s, 1m, 1h or 1d (${least} to ${most})`
const networks = "a comma-separated list of addresses and networks such as 10.0.0.0/8,192.0.2.7,2001:db8::/32"
const parentBased = "parentbased_always_on, parentbased_always_off, parentbased_traceidratio"
const someHosts = "a comma-separated list of up to 100 names of hosts, without ports, such as orders.shop.example"
const bad: ReadonlyArray<readonly [variable: string, value: string, expects: string]> = [
  ["HTTP_PORT", "abc", "a port (1 to 65535)"],
  ["HTTP_PORT", "0", "a port (1 to 65535)"],
  ...["https://shop.example", "shop.example:80", "a,,b", "-a.example", "a..b", "x".repeat(64)].map((value) =>
    ["HTTP_ALLOWED_HOSTS", value, someHosts] as const
  ),
  ["TRUST_TRACEPARENT", "maybe", "one of true, false"],
  ["METRICS_PORT", "65536", "a port (1 to 65535)"],
  ["REDIS_ADDR", "redis-service", "an address such as redis-service:6379"],
  ["REDIS_ADDR", "redis:0", "an address such as redis-service:6379"],
  ["KAFKA_ADDR", "a:1,,b:2", "a comma-separated list of addresses such as kafka-1:9092,kafka-2:9092"],
  ["LOG_LEVEL", "loud", "one of debug, info, warn, error"],
  ["LOG_LEVEL", "constructor", "one of debug, info, warn, error"],
  ["LOG_ORDERS", "10%", "a share from 0 to 1, such as 0.1"],
  ["CIRCUIT_BREAKER_FAILURE_THRESHOLD", "0", "a whole number from 1 to 1000000"],
  ["CIRCUIT_BREAKER_SUCCESS_THRESHOLD", "1.5", "a whole number from 1 to 1000000"],
  ["CIRCUIT_BREAKER_BASE_TIMEOUT", "30", aDuration("1ms", "1h")],
  ["CIRCUIT_BREAKER_MAX_TIMEOUT", "25h", aDuration("1ms", "1d")],
  ["RATE_LIMIT_MAX_REQUESTS", "-1", "a whole number from 1 to 1000000"],
  ["RATE_LIMIT_WINDOW", "0s", aDuration("1ms", "1d")],
  ["SOLD_OUT_CACHE", "30 seconds", aDuration("0ms", "1m")],
  ["MAX_QUEUE_WAIT", "2d", aDuration("1s", "1d")],
  ["MAX_LISTENERS", "0", "a whole number from 1 to 1000000"],
  ["DOCS", "yes", "one of true, false"],
  ["PAGES", "true", "one of on, off"],
  ["WARM_UP", "true", "one of on, off"],
  ["TRUSTED_PROXIES", "10.0.0.0/33", networks],
  ["TRUSTED_PROXIES", "10.0.0.1,,10.0.0.2", networks],
  ["TRUSTED_PROXIES", "proxy.example", networks],
  ["TRUSTED_PROXIES", "2001:db8::/129", networks],
  ["SHUTDOWN_NOTICE", "6s", aDuration("0ms", "5s")],
  [
    "ORDERS_TOPIC",
    "orders/24",
    "a topic of Kafka: 1 to 249 letters, digits, dots, dashes and underscores, and not orders-dlq"
  ],
  [
    "ORDERS_TOPIC",
    "..",
    "a topic of Kafka: 1 to 249 letters, digits, dots, dashes and underscores, and not orders-dlq"
  ],
  [
    "ORDERS_TOPIC",
    "orders-dlq",
    "a topic of Kafka: 1 to 249 letters, digits, dots, dashes and underscores, and not orders-dlq"
  ],
  [
    "ORDER_EVENTS_TOPIC",
    "orders-dlq",
    "a topic of Kafka: 1 to 249 letters, digits, dots, dashes and underscores, and not orders-dlq"
  ],
  ["ORDER_EVENTS", "some", "one of off, held, all"],
  ["KAFKA_PARTITIONS", "0", "a whole number from 1 to 10000"],
  ["KAFKA_REPLICATION_FACTOR", "1e3", "a whole number from 1 to 32767"],
  ["KAFKA_MIN_INSYNC_REPLICAS", "two", "a whole number from 1 to 32767"],
  ["KAFKA_BATCH_SIZE", "0", "a whole number from 1 to 10000"],
  ["PAYMENTS", "real", "one of simulated, provider"],
  ["PAYMENT_FAILURE_RATE", "1.1", "a share from 0 to 1, such as 0.1"],
  ["PAYMENT_LATENCY", "soon", aDuration("0ms", "5m")],
  ["PAYMENT_URL", "pay.example", "a URL such as http://collector:4318"],
  ["PAYMENT_TIMEOUT", "2", aDuration("1ms", "5m")],
  ["DATA_DIR", "a\0b", "a path"],
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector", "a URL such as http://collector:4318"],
  ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector", "a URL such as http://collector:4318"],
  ["OTEL_EXPORTER_OTLP_PROTOCOL", "udp", "one of grpc, http/protobuf, http/json"],
  ["OTEL_SDK_DISABLED", "yes", "one of true, false"],
  ["OTEL_TRACES_SAMPLER", "sometimes", `one of always_on, always_off, traceidratio, ${parentBased}`],
  ["OTEL_TRACES_EXPORTER", "jaeger", "one of otlp, none"],
  ["OTEL_TRACES_SAMPLER_ARG", "2", "a share from 0 to 1, such as 0.1"]
]

describe("Settings: bad values", () => {
  for (const [variable, value, expects] of bad) {
    it.effect(`a bad value is an error of one line: ${variable}=${JSON.stringify(value)}`, () =>
      Effect.gen(function*() {
        expect(yield* whatIsWrong({ [variable]: value })).toEqual([
          `${variable}: ${JSON.stringify(value)} is not ${expects}`
        ])
      }))
  }

  it.effect("each of several bad values is an error once", () =>
    Effect.gen(function*() {
      const twice = Variable.group({ all: everything, again: Settings.GatewaySettings })
      const found = yield* Effect.flip(read(twice, { HTTP_PORT: "abc", METRICS_PORT: "x", KAFKA_PARTITIONS: "-3" }))
      expect(found.map((line) => line.slice(0, line.indexOf(":")))).toEqual([
        "HTTP_PORT",
        "METRICS_PORT",
        "KAFKA_PARTITIONS"
      ])
    }))

  it.effect("an error shows no password of an address, and has a bounded length", () =>
    Effect.gen(function*() {
      expect(yield* whatIsWrong({ REDIS_ADDR: "user:secret@redis:6379" })).toEqual([
        "REDIS_ADDR: \"***@redis:6379\" is not an address such as redis-service:6379"
      ])
      const [line] = yield* whatIsWrong({ LOG_LEVEL: "x\n".repeat(10_000) })
      expect(line!.length).toBeLessThan(300)
      expect(line).not.toContain("\n")
    }))

  it.effect("two values that contradict each other are an error", () =>
    Effect.gen(function*() {
      expect(
        yield* whatIsWrong({
          CIRCUIT_BREAKER_MAX_TIMEOUT: "10s",
          KAFKA_MIN_INSYNC_REPLICAS: "2"
        })
      ).toEqual([
        "CIRCUIT_BREAKER_MAX_TIMEOUT: \"10s\" is less than CIRCUIT_BREAKER_BASE_TIMEOUT, which is 30s",
        "KAFKA_MIN_INSYNC_REPLICAS: \"2\" is more than KAFKA_REPLICATION_FACTOR, which is 1: " +
        "nothing could ever be appended"
      ])
      expect(yield* whatIsWrong({ ORDERS_TOPIC: "sales", ORDER_EVENTS_TOPIC: "sales" })).toEqual([
        "ORDER_EVENTS_TOPIC: \"sales\" is the topic of the orders: events have one of their own"
      ])
    }))
})

describe("Settings: the payment provider", () => {
  const url = "https://pay.example/v1"
  const payments = (env: Readonly<Record<string, string>>) => read(Settings.PaymentSettings, env)

  it.effect("the payment provider is a URL with a key, and the simulator where both are absent", () =>
    Effect.gen(function*() {
      expect((yield* payments({ PAYMENT_URL: "", PAYMENT_API_KEY: " " })).provider).toBeUndefined()
      const { provider } = yield* payments({ PAYMENT_URL: url, PAYMENT_API_KEY: "sk_1" })
      expect(provider?.url.href).toBe(url)
      expect(provider?.timeout).toEqual(Duration.seconds(2))
      expect(Redacted.value(provider!.apiKey)).toBe("sk_1")
      expect(JSON.stringify(provider)).not.toContain("sk_1")
      const shorter = yield* payments({ PAYMENT_URL: url, PAYMENT_API_KEY: "sk_1", PAYMENT_TIMEOUT: "500ms" })
      expect(shorter.provider?.timeout).toEqual(Duration.millis(500))
    }))

  it.effect("payments are what PAYMENTS says, and never simulated where a provider is asked for", () =>
    Effect.gen(function*() {
      const provider = { PAYMENT_URL: url, PAYMENT_API_KEY: "sk_1" }
      expect((yield* payments({ PAYMENTS: "provider", ...provider })).provider?.url.href).toBe(url)
      expect((yield* payments({ PAYMENTS: "simulated" })).provider).toBeUndefined()
      expect(yield* Effect.flip(payments({ PAYMENTS: "provider" }))).toEqual([
        "PAYMENT_URL: is missing, and PAYMENTS is provider"
      ])
      expect(yield* Effect.flip(payments({ PAYMENTS: "provider", PAYMENT_API_KEY: "sk_1" }))).toEqual([
        "PAYMENT_URL: is missing, and PAYMENTS is provider"
      ])
      expect(yield* Effect.flip(payments({ PAYMENTS: "simulated", ...provider }))).toEqual([
        "PAYMENTS: is simulated, and PAYMENT_URL is given"
      ])
    }))

  it.effect("payments are simulated without failures in one process, and with one in ten in a processor", () =>
    Effect.gen(function*() {
      const rates = (env: Readonly<Record<string, string>>) =>
        Effect.map(
          Effect.all([payments(env), read(Settings.ServePaymentSettings, env)]),
          (found) => found.map(({ failureRate }) => failureRate)
        )
      expect(yield* rates({})).toEqual([0.1, 0])
      expect(yield* rates({ PAYMENT_FAILURE_RATE: "0.3" })).toEqual([0.3, 0.3])
    }))

  it.effect("half of the payment provider's settings is an error that shows no secret", () =>
    Effect.gen(function*() {
      expect(yield* Effect.flip(payments({ PAYMENT_URL: url }))).toEqual([
        "PAYMENT_API_KEY: is missing, and PAYMENT_URL is given"
      ])
      expect(yield* Effect.flip(payments({ PAYMENT_API_KEY: "sk_1" }))).toEqual([
        "PAYMENT_URL: is missing, and PAYMENT_API_KEY is given: payments would be simulated"
      ])
      for (const key of ["sk 1", "sk\n1", "sk_é", "s".repeat(4_097)]) {
        expect(yield* Effect.flip(payments({ PAYMENT_URL: url, PAYMENT_API_KEY: key }))).toEqual([
          "PAYMENT_API_KEY: is not 1 to 4096 printable ASCII characters without spaces"
        ])
      }
      for (const href of ["https://me:sk_1@pay.example", `${url}?key=sk_1`, `${url}#sk_1`]) {
        expect(yield* Effect.flip(payments({ PAYMENT_URL: href, PAYMENT_API_KEY: "sk_1" }))).toEqual([
          "PAYMENT_URL: takes no user, password, query or fragment; the key goes to PAYMENT_API_KEY"
        ])
      }
    }))
})

describe("Settings: users, passwords and TLS", () => {
  const folder = mkdtempSync(join(tmpdir(), "flash-sale-settings-"))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const redis = (env: Readonly<Record<string, string>>) => read(Settings.RedisSettings, env)
  const kafka = (env: Readonly<Record<string, string>>) => read(Settings.KafkaSettings, env)

  it.effect("the settings of Sentinels are taken together, or not at all", () =>
    Effect.gen(function*() {
      const given = { REDIS_SENTINELS: "s-1:26379, s-2:26379", REDIS_MASTER_NAME: "sale" }
      expect((yield* redis({})).sentinels).toBeUndefined()
      expect((yield* redis(given)).sentinels).toEqual({
        name: "sale",
        nodes: [{ host: "s-1", port: 26_379 }, { host: "s-2", port: 26_379 }],
        isTls: false
      })
      expect(yield* read(Settings.IsDistributed, given)).toBe(true)
      const wrong: ReadonlyArray<readonly [Readonly<Record<string, string>>, string]> = [
        [{ REDIS_MASTER_NAME: "sale" }, "REDIS_SENTINELS: is missing, and other variables of Sentinel are given"],
        [{ REDIS_SENTINELS: "s-1:26379" }, "REDIS_MASTER_NAME: is missing, and REDIS_SENTINELS is given"],
        [
          { ...given, REDIS_SENTINEL_USERNAME: "engine" },
          "REDIS_SENTINEL_PASSWORD: is missing, and REDIS_SENTINEL_USERNAME is given"
        ],
        [{ ...given, REDIS_SENTINEL_TLS: "true" }, "REDIS_SENTINEL_TLS: is true, and REDIS_TLS is not"]
      ]
      for (const [env, line] of wrong) expect(yield* Effect.flip(redis(env))).toEqual([line])
    }))

  it.effect("users, passwords and certificates are taken, and secrets are not shown", () =>
    Effect.gen(function*() {
      const found = yield* redis({ REDIS_ADDR: "r:1", REDIS_USERNAME: "engine", REDIS_PASSWORD: " p@ss word\n" })
      expect([found.username, Redacted.value(found.password!), found.tls]).toEqual(["engine", "p@ss word", undefined])
      expect(JSON.stringify(found) + inspect(found)).not.toContain("p@ss")
      expect((yield* redis({ REDIS_PASSWORD: "p" })).username).toBeUndefined()
      expect((yield* redis({ REDIS_TLS: "true" })).tls).toEqual({})
      const sasl = { KAFKA_SASL_MECHANISM: "SCRAM-SHA-256", KAFKA_USERNAME: "engine", KAFKA_PASSWORD: "p@ss" }
      const { sasl: read, tls } = yield* kafka({ ...sasl, KAFKA_TLS: "TRUE" })
      expect(read).toMatchObject({ mechanism: "SCRAM-SHA-256", username: "engine" })
      expect(tls).toEqual({})
      expect(JSON.stringify(read) + inspect(read)).not.toContain("p@ss")
    }))

  it.effect("each secret may be in a file, of which one newline at the end is cut", () =>
    Effect.gen(function*() {
      const inFile = file("password", "p@ss word\n")
      chmodSync(inFile, 0o640)
      const password = (yield* redis({ REDIS_PASSWORD_FILE: inFile })).password
      expect(Redacted.value(password!)).toBe("p@ss word")
      const { sasl } = yield* kafka({
        KAFKA_SASL_MECHANISM: "plain",
        KAFKA_USERNAME: "engine",
        KAFKA_PASSWORD_FILE: inFile
      })
      expect(Redacted.value(sasl!.password)).toBe("p@ss word")
      const sentinels = { REDIS_SENTINELS: "s:1", REDIS_MASTER_NAME: "m", REDIS_SENTINEL_PASSWORD_FILE: inFile }
      expect(Redacted.value((yield* redis(sentinels)).sentinels!.password!)).toBe("p@ss word")
      const key = file("key", "sk_1\r\n")
      chmodSync(key, 0o400)
      const { provider } = yield* read(Settings.PaymentSettings, {
        PAYMENT_URL: "https://pay.example",
        PAYMENT_API_KEY_FILE: key
      })
      expect(Redacted.value(provider!.apiKey)).toBe("sk_1")
      expect(JSON.stringify([password, sasl, provider]) + inspect([password, sasl, provider])).not.toMatch(/p@ss|sk_1/)
    }))

  it.effect("a secret and its file together are an error, and so is a file that cannot be used", () =>
    Effect.gen(function*() {
      const path = file("both", "from-the-file")
      chmodSync(path, 0o600)
      expect(
        yield* whatIsWrong({
          REDIS_PASSWORD: "p",
          REDIS_PASSWORD_FILE: path,
          KAFKA_PASSWORD: "p",
          KAFKA_PASSWORD_FILE: path,
          PAYMENT_API_KEY: "p",
          PAYMENT_API_KEY_FILE: path
        })
      ).toEqual([
        "PAYMENT_API_KEY and PAYMENT_API_KEY_FILE: both are given",
        "REDIS_PASSWORD and REDIS_PASSWORD_FILE: both are given",
        "KAFKA_PASSWORD and KAFKA_PASSWORD_FILE: both are given"
      ])
      chmodSync(path, 0o644)
      expect(yield* Effect.flip(redis({ REDIS_PASSWORD_FILE: path }))).toEqual([
        `REDIS_PASSWORD_FILE: ${path} is open to other users (mode 0644): chmod 0640, or less`
      ])
      expect(yield* Effect.flip(redis({ REDIS_PASSWORD_FILE: `${path}.gone` }))).toEqual([
        `REDIS_PASSWORD_FILE: ${path}.gone does not exist (ENOENT)`
      ])
    }))

  it.effect("the keys of payment tokens are in a file, whose errors show none of it", () =>
    Effect.gen(function*() {
      const tokens = (env: Readonly<Record<string, string>>) => read(Settings.TokenKeySettings, env)
      expect(yield* tokens({})).toBeUndefined()
      const path = file("keys", `k2 ${"ab".repeat(32)}\nk1 erased\n`)
      chmodSync(path, 0o600)
      expect((yield* tokens({ PAYMENT_TOKEN_KEY_FILE: path }))?.current.id).toBe("k2")
      writeFileSync(path, "k2 not-a-key")
      expect(yield* Effect.flip(tokens({ PAYMENT_TOKEN_KEY_FILE: path }))).toEqual([
        "PAYMENT_TOKEN_KEY_FILE: line 1 holds no key of 64 hexadecimal digits"
      ])
    }))

  it.effect("half of a user's or a certificate's settings is an error", () =>
    Effect.gen(function*() {
      expect(yield* Effect.flip(redis({ REDIS_USERNAME: "engine" }))).toEqual([
        "REDIS_PASSWORD: is missing, and REDIS_USERNAME is given"
      ])
      expect(yield* Effect.flip(redis({ REDIS_USERNAME: "two words", REDIS_PASSWORD: "p" }))).toEqual([
        "REDIS_USERNAME: \"two words\" is not a name of 1 to 200 characters without spaces"
      ])
      expect(yield* Effect.flip(kafka({ KAFKA_PASSWORD: "p@ss" }))).toEqual([
        "KAFKA_SASL_MECHANISM and KAFKA_USERNAME: missing; " +
        "KAFKA_SASL_MECHANISM, KAFKA_USERNAME, KAFKA_PASSWORD go together"
      ])
      expect(yield* Effect.flip(kafka({ KAFKA_SASL_MECHANISM: "gssapi" }))).toEqual([
        "KAFKA_SASL_MECHANISM: \"gssapi\" is not one of plain, scram-sha-256, scram-sha-512"
      ])
    }))

  it.effect("an error names the file that cannot be used", () =>
    Effect.gen(function*() {
      const rubbish = file("rubbish.pem", "no certificate")
      const broken = file("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
      const one = (env: Readonly<Record<string, string>>) =>
        Effect.map(Effect.flip(redis({ REDIS_TLS: "true", ...env })), (lines) => {
          expect(lines.length).toBe(1)
          return lines[0]
        })
      expect(yield* one({ REDIS_TLS_CA_FILE: join(folder, "none") })).toMatch(
        /^REDIS_TLS_CA_FILE: .* does not exist \(ENOENT\)$/
      )
      for (const ca of [rubbish, broken]) {
        expect(yield* one({ REDIS_TLS_CA_FILE: ca })).toBe("REDIS_TLS_CA_FILE: holds no certificate")
      }
      expect(yield* one({ REDIS_TLS_CERT_FILE: rubbish })).toMatch(
        /^REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE: one is/
      )
      expect(yield* one({ REDIS_TLS_CERT_FILE: rubbish, REDIS_TLS_KEY_FILE: rubbish })).toBe(
        "REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE: are no certificate and the key that belongs to it"
      )
      expect(yield* one({ REDIS_TLS: "false", REDIS_TLS_CA_FILE: rubbish })).toMatch(/^REDIS_TLS: is not true/)
      expect(yield* one({ REDIS_TLS: "yes" })).toBe("REDIS_TLS: \"yes\" is not one of true, false")
    }))
})

describe("Settings: durations", () => {
  it.effect("a duration knows days, and is shown with them", () =>
    Effect.gen(function*() {
      const retention = (text: string) => read(Settings.StatusSettings, { STATUS_RETENTION: text })
      expect(yield* read(Settings.StatusSettings, {})).toEqual({ retention: Duration.days(1) })
      expect(yield* retention("1d12h")).toEqual({ retention: Duration.hours(36) })
      expect(Kind.formatDuration(Duration.hours(36))).toBe("1d12h")
      for (const text of ["59s", "31d", "1", "1 d"]) {
        expect(yield* Effect.flip(retention(text))).toEqual([
          `STATUS_RETENTION: "${text}" is not ${aDuration("1m", "30d")}`
        ])
      }
    }))

  const any = Kind.duration(Duration.zero, Duration.days(30))
  const millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 * 24 * 60 * 60 * 1000 }))

  it.effect.prop("durations are read as they are written", [millis], ([given]) =>
    Effect.sync(() => {
      const value = Duration.millis(given)
      expect(any.read(Kind.formatDuration(value))).toEqual(value)
      expect(any.read(`${given}ms`)).toEqual(value)
    }))

  it.effect.prop("another text is no duration", [Schema.String], ([text]) =>
    Effect.sync(() => {
      if (/^(\d+(ms|s|m|h|d))+$/.test(text)) return
      expect(any.read(text)).toBeUndefined()
    }))
})
