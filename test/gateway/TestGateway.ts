/** A gateway at a port of its own with a processor behind it, over adapters that can be made to fail. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command, CommandId, type SalePatch } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import * as Gateway from "@flash-sale/gateway/Gateway"
import type * as Infra from "@flash-sale/infra/Infra"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as SimulatedPayments from "@flash-sale/infra/payment/SimulatedPayments"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Context, Duration, Effect, Layer, Metric, References, Schedule, Schema } from "effect"
import { request as httpRequest } from "node:http"
import { freePort } from "../servers/Ports.ts"
import * as FaultSwitches from "./FaultSwitches.ts"
import * as TestCallers from "./TestCallers.ts"

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The body's fields; none where it is not an object in JSON. */
  readonly body: Readonly<Record<string, unknown>>
  readonly text: string
}

export type Send = (
  body: string | Uint8Array<ArrayBuffer>,
  headers?: Record<string, string>
) => Effect.Effect<Answer>

export class TestGateway extends Context.Service<TestGateway, {
  readonly port: number
  readonly get: (path: string) => Effect.Effect<Answer>
  /** Asks by another method, without a body. */
  readonly ask: (method: string, path: string) => Effect.Effect<Answer>
  /** Sends a body to `POST /buy` as it is. */
  readonly send: Send
  /** The same to another path. */
  readonly sendTo: (path: string, ...args: Parameters<Send>) => ReturnType<Send>
  /** The same to `POST /buy`, of which the header `Host` says this. */
  readonly sendAt: (host: string, body: string) => Effect.Effect<Answer>
  /** Sends to `POST /buy` without saying how long the body is. */
  readonly sendInChunks: Send
  /** The same to another path. */
  readonly sendInChunksTo: (path: string, ...args: Parameters<Send>) => ReturnType<Send>
}>()("test/gateway/TestGateway") {}

/** Those of a gateway that no test waits for. */
export const settings: Gateway.Settings = {
  auth: "open",
  httpPort: 0,
  httpHost: "127.0.0.1",
  corsOrigins: new Set(),
  metricsToken: undefined,
  allowedHosts: undefined,
  trustTraceparent: false,
  breaker: {
    failureThreshold: 3,
    successThreshold: 2,
    baseTimeout: Duration.millis(300),
    maxTimeout: Duration.seconds(2)
  },
  rateLimit: { maxRequests: 1_000, window: Duration.minutes(1) },
  // Every read is a new one, so that no test waits for it.
  soldOutCache: Duration.zero,
  maxInFlight: 1_000,
  keyMaxInFlight: 800,
  maxQueueWait: Duration.seconds(30),
  maxListeners: 100,
  shutdownNotice: Duration.zero,
  trustedProxies: [],
  docs: false,
  pages: false,
  warmUp: false
}

const decodeBody = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

const answerOf = (status: number, headers: Headers, text: string): Answer => {
  const body = decodeBody(text)
  return { status, headers, text, body: body._tag === "Some" ? body.value : {} }
}

const request = (port: number, path: string, init?: RequestInit): Effect.Effect<Answer> =>
  Effect.promise(async (signal) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, signal })
    return answerOf(response.status, response.headers, await response.text())
  })

const JSON_TYPE = { "content-type": "application/json" }

/** `fetch` would leave the header out. */
const requestAt = (port: number, host: string, body: string): Effect.Effect<Answer> =>
  Effect.callback((resume) => {
    const options = { host: "127.0.0.1", port, path: "/buy", method: "POST", headers: { ...JSON_TYPE, host } }
    const sent = httpRequest(options, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () =>
        resume(Effect.succeed(answerOf(
          response.statusCode ?? 0,
          new Headers(response.headers as Record<string, string>),
          Buffer.concat(chunks).toString()
        ))))
    })
    sent.on("error", (error) => resume(Effect.die(error)))
    sent.end(body)
  })

const inChunks = (port: number, path: string, body: Parameters<Send>[0], headers: Parameters<Send>[1] = JSON_TYPE) =>
  request(port, path, { method: "POST", body: new Blob([body]).stream(), headers, duplex: "half" })

const serviceAt = (port: number) =>
  Layer.succeed(TestGateway, {
    port,
    get: (path) => request(port, path),
    ask: (method, path) => request(port, path, { method }),
    send: (body, headers = JSON_TYPE) => request(port, "/buy", { method: "POST", body, headers }),
    sendTo: (path, body, headers = JSON_TYPE) => request(port, path, { method: "POST", body, headers }),
    sendAt: (host, body) => requestAt(port, host, body),
    sendInChunks: (body, headers) => inChunks(port, "/buy", body, headers),
    sendInChunksTo: (path, body, headers) => inChunks(port, path, body, headers)
  })

/** A processor whose payments always succeed. */
export const processor = (latency: Duration.Duration = Duration.millis(1)) =>
  Processor.layer.pipe(
    Layer.provide(ProcessorState.layer),
    Layer.provide(SimulatedPayments.layer({ failureRate: 0, latency }))
  )

/** The gateway, and how a test speaks to it, over ports that are given. */
export const layerGateway = (change: Partial<Gateway.Settings> = {}, warmUpPorts?: Gateway.WarmUpPorts) =>
  Layer.unwrap(Effect.map(Effect.promise(freePort), (port) =>
    serviceAt(port).pipe(
      Layer.provideMerge(Gateway.layer({ ...settings, ...change, httpPort: port }, undefined, warmUpPorts)),
      Layer.provideMerge(TestCallers.layer),
      Layer.provideMerge(Telemetry.layerMetrics("gateway")),
      Layer.provideMerge(Layer.sync(Metric.MetricRegistry, () => new Map())),
      Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
    )))

/** What a test of the whole engine may use. */
export type Engine = TestGateway | FaultSwitches.Faults | Infra.Ports

/** Waits until the log is there: topics are made meanwhile, which takes its time on a machine that is busy. */
const logIsThere = Layer.effectDiscard(Effect.flatMap(OrderLog, ({ partitions }) => partitions))

/** Everything, over these ports; `change` changes the settings of the gateway. */
export const layerOver = <E, R>(
  ports: Layer.Layer<Infra.Ports, E, R>,
  change: Partial<Gateway.Settings> = {},
  warmUpPorts?: Gateway.WarmUpPorts
) =>
  layerGateway(change, warmUpPorts).pipe(
    Layer.provideMerge(processor()),
    Layer.provideMerge(Layer.provideMerge(logIsThere, FaultSwitches.layer(ports))),
    Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
  )

/** Everything, over SQLite in memory. */
export const layer = (change: Partial<Gateway.Settings> = {}, warmUpPorts?: Gateway.WarmUpPorts) =>
  layerOver(SqliteInfra.layerMemory, change, warmUpPorts)

/** An order's body, with what is usual where nothing else is said. */
export const order = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ request_id: "r-1", user_id: "u-1", item_id: "101", amount: 1, ...fields })

let commands = 0
const appended = (itemId: ItemId, command: Parameters<typeof LogRecord.encode>[1]) =>
  Effect.gen(function*() {
    const log = yield* OrderLog
    const store = yield* ItemStore
    const position = yield* log.append(LogRecord.encode(itemId, command))
    yield* store.read(home(itemId, yield* log.partitions), itemId).pipe(
      Effect.repeat({
        schedule: Schedule.spaced("5 millis"),
        until: (summary) => summary.position >= position.offset && summary.isComplete
      })
    )
  }).pipe(Effect.orDie)

/** Puts units in, and waits until they can be sold. */
export const stock = (itemId: string, delta: number) =>
  appended(
    ItemId.make(itemId),
    Command.Adjust({ adjustment: { command: CommandId.make(`stock-${commands++}`), delta } })
  )

/** Changes the settings of a sale, and waits until they count. */
export const sale = (itemId: string, patch: SalePatch) => appended(ItemId.make(itemId), Command.Sale({ patch }))

/** Asks until the answer is as wanted. */
export const until = (ask: Effect.Effect<Answer, never, TestGateway>, isIt: (answer: Answer) => boolean) =>
  Effect.repeat(ask, { schedule: Schedule.spaced("10 millis"), until: isIt })
