/**
 * One order from the buyer's request to its end, as a trace across both services, and the log lines of its correlation
 * id.
 */
import { expect, it, onTestFinished } from "vitest"
import * as Samples from "../infra/observability/metrics/Samples.ts"
import { type Collector, startCollector, tree } from "../servers/Collector.ts"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 120_000
const CALLER = { trace: "0af7651916cd43dd8448eb211c80319c", span: "b7ad6b7169203331" }
const SILENT_TRACE = "11111111111111111111111111111111"

const lib = needed(kafkaLib())
needed(redisServerProgram())

/** Gateway and processor that send their spans to a collector. */
const traced = async (failureRate: string) => {
  const redis = await RedisServer.make({ appendonly: "no", save: "" })
  onTestFinished(() => redis.stop())
  const kafka = await KafkaBroker.make(lib)
  onTestFinished(() => kafka.stop())
  const collector = await startCollector()
  onTestFinished(() => collector.close())
  await Promise.all([redis.start(), kafka.start()])
  const env = {
    REDIS_ADDR: redis.address,
    KAFKA_ADDR: kafka.address,
    PAYMENT_LATENCY: "20ms",
    PAYMENT_FAILURE_RATE: failureRate,
    TRUST_TRACEPARENT: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_BSP_SCHEDULE_DELAY: "200"
  }
  const gateway = await Services.service("gateway", env)
  const processor = await Services.service("processor", env)
  await Promise.all([gateway.start(), processor.start()])
  await Promise.all([gateway.untilHealth(200), processor.untilHealth(200)])
  expect((await Services.run(["stock", "set", "101", "7"], env)).code).toBe(0)
  return { collector, gateway, kafka, processor }
}

const buy = (gateway: Services.Service, requestId: string, traceparent: string) =>
  fetch(`${gateway.url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-correlation-id": `c-${requestId}`, traceparent },
    body: JSON.stringify({ request_id: requestId, user_id: "u-1", item_id: "101", amount: 1 })
  })

const metricsOf = async ({ url }: Services.Service): Promise<string> => (await fetch(`${url}/metrics`)).text()

const shown = async (collector: Collector, traceId: string, names: ReadonlyArray<string>): Promise<string> => {
  const of = () => collector.spans().filter((span) => span.traceId === traceId)
  await until(`the trace has ${names.join(", ")}`, () => names.every((name) => of().some((span) => span.name === name)))
  return tree(collector.spans(), traceId)
}

it("a sale is one trace, from the caller's span through Kafka to the payment", { timeout: TIMEOUT }, async () => {
  const { collector, gateway, processor } = await traced("0")
  expect((await buy(gateway, "r-1", `00-${CALLER.trace}-${CALLER.span}-01`)).status).toBe(202)
  const names = [
    "POST /buy",
    "order admit",
    "orders send",
    "orders append",
    "order reserve",
    "payment charge",
    "order settle"
  ]
  const printed = await shown(collector, CALLER.trace, names)
  process.stdout.write(`\n${printed}\n`)
  const spans = collector.spans().filter(({ traceId }) => traceId === CALLER.trace)
  const one = (name: string) => spans.find((span) => span.name === name)!
  expect(one("POST /buy")).toMatchObject({ service: "gateway", parentSpanId: CALLER.span })
  expect(one("POST /buy").attributes).toMatchObject({ "http.response.status_code": 202, correlation_id: "c-r-1" })
  expect(one("orders send").parentSpanId).toBe(one("POST /buy").spanId)
  for (const name of ["order reserve", "payment charge", "order settle"]) {
    expect(one(name)).toMatchObject({ service: "processor", parentSpanId: one("orders send").spanId })
  }
  expect(one("order reserve").attributes).toMatchObject({ status: "RESERVED", item_id: "101", request_id: "r-1" })
  expect(one("order settle").attributes).toMatchObject({ status: "COMPLETED" })
  // The batches are linked to the orders in them, and these to their batch.
  expect(one("orders append").links).toEqual([one("orders send").spanId])
  const folds = spans.filter(({ name }) => name === "item fold")
  expect(folds.map(({ links }) => links)).toEqual(folds.map(() => [one("orders send").spanId]))
  expect(folds.map(({ spanId }) => spanId)).toContain(one("order reserve").links[0])
  const ofBatches = ["orders append", "item fold"]
  for (const span of spans) {
    if (!ofBatches.includes(span.name)) expect(span.attributes["correlation_id"], span.name).toBe("c-r-1")
  }

  // Each of the two services sent one record: the order, and its settlement.
  for (const [service, name] of [[gateway, "gateway"], [processor, "processor"]] as const) {
    const samples = Samples.parse(await metricsOf(service))
    expect(samples.get(`${name}_kafka_append_batch_records_count`)).toBe(1)
    expect(samples.get(`${name}_kafka_append_batch_records_sum`)).toBe(1)
    expect(samples.get(`${name}_kafka_append_duration_seconds_count`)).toBe(1)
    expect(samples.get(`${name}_kafka_append_duration_seconds_sum`)).toBeGreaterThan(0)
    expect([samples.get(`${name}_redis_up`), samples.get(`${name}_kafka_up`)]).toEqual([1, 1])
  }

  const lines = [gateway, processor].flatMap((service) =>
    service.output().split("\n").filter((line) => line.includes("\"c-r-1\""))
  )
  process.stdout.write(`\n${lines.join("\n")}\n`)
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { service: "gateway", event: "order_queued", correlation_id: "c-r-1", trace_id: CALLER.trace },
    { service: "processor", event: "order_processed", correlation_id: "c-r-1", trace_id: CALLER.trace }
  ])
})

it("an order whose payment never answers is one trace, to its dead letter", { timeout: TIMEOUT }, async () => {
  const { collector, gateway, kafka, processor } = await traced("1")
  expect((await buy(gateway, "r-2", `00-${SILENT_TRACE}-${CALLER.span}-01`)).status).toBe(202)
  // One that the caller does not record is not recorded here either.
  const unrecorded = "22222222222222222222222222222222"
  expect((await buy(gateway, "r-3", `00-${unrecorded}-${CALLER.span}-00`)).status).toBe(202)
  const names = [
    "order reserve",
    "payment charge",
    "order give up",
    "payment void",
    "order settle",
    "order dead letter"
  ]
  const printed = await shown(collector, SILENT_TRACE, names)
  process.stdout.write(`\n${printed}\n`)
  const spans = collector.spans().filter(({ traceId }) => traceId === SILENT_TRACE)
  expect(spans.filter(({ error, name }) => name === "payment charge" && error !== undefined)).toHaveLength(3)
  expect(spans.find(({ name }) => name === "order settle")?.attributes).toMatchObject({ status: "FAILED_PAYMENT" })
  await until("the other one is final, too", () => processor.output().includes("\"request_id\":\"r-3\""))
  // What the runbook greps for: dead letters, scripts, and the breaker when the log is away.
  expect(processor.output()).toMatch(/"event":"order_moved_to_dlq"/)
  expect(processor.output()).toMatch(/dlq/i)
  expect(processor.output()).toMatch(/Lua scripts.*fold\.lua/)
  await kafka.stop()
  await until("the breaker opens", async () => {
    await buy(gateway, "r-4", `00-${unrecorded}-${CALLER.span}-00`)
    return /circuit/i.test(gateway.output())
  })
  await Promise.all([gateway.stop(), processor.stop()])
  expect(collector.spans().filter(({ traceId }) => traceId === unrecorded)).toEqual([])
})
