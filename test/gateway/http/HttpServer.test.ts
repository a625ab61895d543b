/** How many clients one gateway lets in. */
import { assert, describe, it } from "@effect/vitest"
import { BuyRoute } from "@flash-sale/gateway/buy/BuyRoute"
import * as HttpServer from "@flash-sale/gateway/http/HttpServer"
import * as Logs from "@flash-sale/infra/observability/logs/Logs"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import { Effect, Layer, Metric, Schedule } from "effect"
import { connect, type Socket } from "node:net"
import * as MemoryOutput from "../../infra/observability/logs/MemoryOutput.ts"
import { freePort } from "../../servers/Ports.ts"

const MAX = 3

const connected = (port: number) =>
  Effect.acquireRelease(
    Effect.callback<Socket>((resume) => {
      const socket = connect(port, "127.0.0.1", () => resume(Effect.succeed(socket)))
      socket.on("error", () => {})
      // A client that does not read does not notice that the other side has closed.
      socket.resume()
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )

const closed = (socket: Socket) =>
  Effect.callback<void>((resume) => {
    if (socket.closed) return resume(Effect.void)
    socket.once("close", () => resume(Effect.void))
  })

/** Each request is answered at once. */
const buying = Layer.succeed(BuyRoute, {
  take: (_, response) => {
    response.end()
    return true
  }
})

const answered = (port: number) =>
  Effect.promise(() => fetch(`http://127.0.0.1:${port}/buy`, { method: "POST" }).then(({ ok }) => ok, () => false))

describe("HttpServer", () => {
  it.live("the port closes connections beyond its bound, and serves again when others end", () =>
    Effect.gen(function*() {
      const port = yield* Effect.promise(freePort)
      yield* Layer.build(Layer.provide(HttpServer.layer(port, MAX), buying))
      const sockets = yield* Effect.forEach(Array.from({ length: MAX }), () => connected(port))
      yield* closed(yield* connected(port))
      assert.isFalse(yield* answered(port))
      assert.deepStrictEqual(sockets.map((socket) => socket.closed), [false, false, false])
      sockets[0]?.destroy()
      yield* Effect.repeat(answered(port), { schedule: Schedule.spaced("10 millis"), until: (is: boolean) => is })
    }).pipe(Effect.scoped))

  it.live("the port shows its connections, and logs once that it drops some", () =>
    Effect.gen(function*() {
      const { lines, output } = MemoryOutput.make()
      yield* Effect.gen(function*() {
        const { collect } = yield* Telemetry.Telemetry
        const port = yield* Effect.promise(freePort)
        yield* Layer.build(Layer.provide(HttpServer.layer(port, MAX), buying))
        yield* Effect.forEach(Array.from({ length: MAX }), () => connected(port))
        for (let more = 0; more < 5; more++) yield* closed(yield* connected(port))
        const shown = Effect.map(
          collect,
          (text) => [...text.matchAll(/^(gateway_connections\w* \d+)$/gm)].map(([, sample]) => sample)
        )
        yield* Effect.repeat(shown, {
          schedule: Schedule.spaced("100 millis"),
          until: (samples) => samples.includes(`gateway_connections ${MAX}`)
        })
        assert.deepStrictEqual((yield* shown).toSorted(), [
          `gateway_connections ${MAX}`,
          "gateway_connections_dropped_total 5",
          `gateway_connections_max ${MAX}`
        ])
      }).pipe(
        Effect.scoped,
        Effect.provide(
          Telemetry.layerMetrics("gateway").pipe(
            Layer.provideMerge(Layer.succeed(Metric.MetricRegistry, new Map())),
            Layer.provideMerge(Logs.layer({ service: "gateway", level: "Info", output }))
          )
        )
      )
      const said = lines().map((line) => JSON.parse(line)).filter(({ event }) => event === "connections_short")
      assert.deepStrictEqual(said.map(({ level, message }) => [level, message]), [
        ["ERROR", `5 connections were closed as they came, ${MAX} of ${MAX} are open: the bound is reached`]
      ])
    }))

  it("the port has a bound by default", () => {
    assert.strictEqual(HttpServer.MAX_CONNECTIONS, 10_000)
  })
})
