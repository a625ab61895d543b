/** One order is one trace, from the buyer's request to the server of the shop that is told of it. */
import { Effect, Exit, Scope } from "effect"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { startCollector, tree } from "../servers/Collector.ts"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { PostgresServer } from "../servers/PostgresServer.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, postgresPrograms, redisServerProgram } from "../servers/servers.ts"
import * as Receiver from "../webhooks/Receiver.ts"
import { written } from "../webhooks/TestWebhooks.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 240_000
const CALLER = { trace: "0af7651916cd43dd8448eb211c80319c", span: "b7ad6b7169203331" }

type Env = Readonly<Record<string, string>>

/** Starts what sells; gives where orders go. */
type Start = (env: Env) => Promise<string>

const started = async (command: Parameters<typeof Services.service>[0], env: Env): Promise<Services.Service> => {
  const service = await Services.service(command, env)
  await service.start()
  await service.untilHealth(200)
  return service
}

const untilHeld = ({ output }: Services.Service) =>
  until("the endpoint is held", () => output().includes("webhook_held"))

const inOneFile: Start = async (env) => {
  const engine = await started("serve", { ...env, DATA_DIR: await Services.folder() })
  await untilHeld(engine)
  return engine.url
}

const onKafka: Start = async (env) => {
  const redis = await RedisServer.make({ appendonly: "no", save: "" })
  const kafka = await KafkaBroker.make(needed(kafkaLib()))
  const postgres = await PostgresServer.make(needed(postgresPrograms()))
  onTestFinished(async () => void await Promise.all([redis.stop(), kafka.stop(), postgres.stop()]))
  await Promise.all([redis.start(), kafka.start(), postgres.start()])
  const all = {
    ...env,
    REDIS_ADDR: redis.address,
    KAFKA_ADDR: kafka.address,
    ARCHIVE_URL: `postgres://postgres@${postgres.address}/postgres`
  }
  const [gateway] = await Promise.all([started("gateway", all), started("processor", all), started("archive", all)])
  expect((await Services.run(["stock", "set", "101", "7"], all)).code).toBe(0)
  await untilHeld(await started("webhooks", all))
  return gateway.url
}

const receiver = () => {
  const scope = Effect.runSync(Scope.make())
  onTestFinished(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return Effect.runPromise(Scope.provide(Receiver.make(), scope))
}

const PLACES: ReadonlyArray<readonly [place: string, start: Start]> = [["in one file", inOneFile], [
  "on Kafka",
  onKafka
]]

needed(redisServerProgram())

it.each(PLACES)("An order is one trace from POST /buy to the webhook, %s", { timeout: TIMEOUT }, async (_, start) => {
  const shop = await receiver()
  const collector = await startCollector()
  onTestFinished(() => collector.close())
  const file = join(await Services.folder(), "webhooks.json")
  await writeFile(file, JSON.stringify([written("shop", shop.url)]), { mode: 0o600 })
  const url = await start({
    WEBHOOKS_FILE: file,
    WEBHOOKS_ALLOW_PRIVATE: "true",
    PAYMENT_LATENCY: "20ms",
    PAYMENT_FAILURE_RATE: "0",
    TRUST_TRACEPARENT: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_BSP_SCHEDULE_DELAY: "200"
  })
  const bought = await fetch(`${url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json", traceparent: `00-${CALLER.trace}-${CALLER.span}-01` },
    body: JSON.stringify({ request_id: "r-1", user_id: "u-1", item_id: "101", amount: 1 })
  })
  expect(bought.status).toBe(202)
  const toldOf = () => shop.received.find(({ body }) => JSON.parse(body).type === "order.completed")
  await until("the shop is told", () => toldOf() !== undefined)
  const { body, headers, id } = toldOf()!
  const [version, trace, span, flags] = String(headers["traceparent"]).split("-")
  expect([version, trace, flags]).toEqual(["00", CALLER.trace, "01"])

  const spanOf = (spanId: string | undefined) => collector.spans().find((one) => one.spanId === spanId)
  /** What the event names, and the span of the webhook is below. */
  const parent = JSON.parse(body).data.traceparent.split("-")[2]
  await until("the spans are exported", () => [span, parent].every((one) => spanOf(one) !== undefined))
  process.stdout.write(`\n${tree(collector.spans(), CALLER.trace)}\n`)
  expect(spanOf(span)).toMatchObject({ name: "webhook deliver", traceId: CALLER.trace, parentSpanId: parent })
  expect(spanOf(span)!.attributes).toMatchObject({
    "webhook.endpoint": "shop",
    "webhook.id": id,
    "event.type": "order.completed",
    "http.response.status_code": 204
  })
  expect(spanOf(parent)).toMatchObject({ name: "orders send", traceId: CALLER.trace })
  const buy = collector.spans().find(({ name, traceId }) => name === "POST /buy" && traceId === CALLER.trace)
  expect(spanOf(parent)!.parentSpanId).toBe(buy?.spanId)
  expect(buy).toMatchObject({ parentSpanId: CALLER.span })
})
