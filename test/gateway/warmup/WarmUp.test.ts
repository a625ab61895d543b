/** A gateway that warms up: what it says meanwhile, what of it is seen outside, and how it ends. */
import { expect, it } from "@effect/vitest"
import * as GatewayServices from "@flash-sale/gateway/GatewayServices"
import { HotRoutes } from "@flash-sale/gateway/hot/HotRoutes"
import { Shutdown } from "@flash-sale/gateway/request/Shutdown"
import * as ShutdownLayer from "@flash-sale/gateway/request/Shutdown"
import { WarmingUp } from "@flash-sale/gateway/request/WarmingUp"
import * as WarmUp from "@flash-sale/gateway/warmup/WarmUp"
import * as InfraWarmUp from "@flash-sale/infra/InfraWarmUp"
import { Cause, Context, Duration, Effect, Layer, Logger, Metric, References, Schedule, Scope } from "effect"
import * as TestGateway from "../TestGateway.ts"

const TIMEOUT = 60_000

/** Ports whose connections never come about. */
const never: Layer.Layer<WarmUp.Ports> = Layer.effectDiscard(Effect.never).pipe(
  Layer.provideMerge(InfraWarmUp.layer)
)
const broken: Layer.Layer<WarmUp.Ports> = Layer.effectDiscard(Effect.die(new Error("broken"))).pipe(
  Layer.provideMerge(InfraWarmUp.layer)
)

interface Warming {
  readonly isWarmingUp: () => boolean
  readonly shutdown: Shutdown["Service"]
  readonly events: ReadonlyArray<unknown>
  /** What the lines say of why. */
  readonly reasons: ReadonlyArray<string>
  readonly registry: ReadonlyMap<string, unknown>
}

const services = GatewayServices.layerWarmUp(TestGateway.settings)

/** Begins a warm-up over these ports, which is seen by a log and by metrics of its own. */
const warming = Effect.fnUntraced(function*(ports: Layer.Layer<WarmUp.Ports>, over: WarmUp.Services = services) {
  const events: Array<unknown> = []
  const reasons: Array<string> = []
  const registry = new Map()
  const logger = Logger.make(({ cause, fiber }) => {
    reasons.push(Cause.pretty(cause))
    events.push(fiber.getRef(References.CurrentLogAnnotations)["event"])
  })
  const context = yield* Layer.build(
    WarmUp.layer(over, ports).pipe(
      Layer.provideMerge(ShutdownLayer.layer(Duration.zero)),
      Layer.provide([Layer.fresh(Logger.layer([logger])), Layer.succeed(Metric.MetricRegistry, registry)])
    )
  )
  const seen: Warming = {
    isWarmingUp: Context.get(context, WarmingUp),
    shutdown: Context.get(context, Shutdown),
    events,
    reasons,
    registry
  }
  return seen
})

const untilOver = ({ isWarmingUp }: Warming) =>
  Effect.repeat(Effect.sync(isWarmingUp), { schedule: Schedule.spaced("10 millis"), until: (is) => !is })

it.live(
  "no request is answered otherwise than it should be, and nothing of it is counted or logged",
  () =>
    Effect.gen(function*() {
      const seen = yield* warming(InfraWarmUp.layer)
      expect(seen.isWarmingUp()).toBe(true)
      yield* untilOver(seen)
      expect(seen.events).toEqual([])
      expect([...seen.registry.keys()]).toEqual([])
    }).pipe(Effect.scoped),
  TIMEOUT
)

/** All that can refuse a request, at its strictest. */
const strict = GatewayServices.layerWarmUp({
  ...TestGateway.settings,
  auth: "required",
  allowedHosts: new Set(["shop.example"]),
  corsOrigins: new Set(["https://shop.example"]),
  trustedProxies: [{ address: "127.0.0.0", prefix: 8, family: "ipv4" }],
  maxQueueWait: Duration.seconds(1),
  rateLimit: { maxRequests: 1, window: Duration.days(1) },
  maxInFlight: 1,
  keyMaxInFlight: 1,
  maxListeners: 1
})

it.live("no setting is in its way", () =>
  Effect.gen(function*() {
    const seen = yield* warming(InfraWarmUp.layer, strict)
    yield* untilOver(seen)
    expect([seen.events, seen.reasons]).toEqual([[], []])
  }).pipe(Effect.scoped), TIMEOUT)

const routes = (take: HotRoutes["Service"]["take"]): WarmUp.Services => Layer.succeed(HotRoutes, { take })
const failures = [
  ["a request that leaves the hot routes", routes(() => false), "POST /buy did not take the hot route"],
  [
    "another answer than the right one",
    routes((_, response) => {
      response.writeHead(500, { "content-length": "0" }).end()
      return true
    }),
    "a request was answered 500 instead of 202"
  ],
  [
    "a connection that is closed",
    routes(({ socket }) => {
      socket.destroy()
      return true
    }),
    "the server has closed a connection"
  ],
  ["no answer within its time", routes(() => true), `no request was answered within ${WarmUp.WITHIN}`]
] as const

it.live.each(failures)("%s is a failure, and it says so once", ([, over, reason]) =>
  Effect.gen(function*() {
    const seen = yield* warming(InfraWarmUp.layer, over)
    yield* untilOver(seen)
    expect(seen.events).toEqual(["warm_up_failed"])
    expect(seen.reasons).toEqual([expect.stringContaining(reason)])
  }).pipe(Effect.scoped), TIMEOUT)

it.live("a bug in it is a failure as well, and it is over", () =>
  Effect.gen(function*() {
    const seen = yield* warming(broken)
    yield* untilOver(seen)
    expect(seen.events).toEqual(["warm_up_failed"])
  }).pipe(Effect.scoped), TIMEOUT)

it.live("one whose ports do not connect is over in time, and says so", () =>
  Effect.gen(function*() {
    const seen = yield* warming(never)
    yield* untilOver(seen)
    expect(seen.events).toEqual(["warm_up_failed"])
  }).pipe(Effect.scoped), TIMEOUT)

it.live("the end of the gateway interrupts it", () =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const seen = yield* Scope.provide(warming(never), scope)
    const [took] = yield* Effect.timed(Scope.close(scope, yield* Effect.exit(Effect.void)))
    expect(Duration.toMillis(took)).toBeLessThan(Duration.toMillis(Duration.fromInputUnsafe(WarmUp.WITHIN)) / 2)
    expect(seen.events).toEqual([])
  }), TIMEOUT)

it.live("a gateway serves meanwhile, and is ready when it is over", () =>
  Effect.gen(function*() {
    const gateway = yield* TestGateway.TestGateway
    const early = yield* gateway.get("/readyz")
    expect([early.status, early.body]).toEqual([503, { status: "not_ready" }])
    expect((yield* gateway.get("/livez")).status).toBe(200)
    yield* TestGateway.stock("101", 5)
    expect((yield* gateway.send(TestGateway.order())).status).toBe(202)
    const ready = yield* Effect.repeat(gateway.get("/readyz"), {
      schedule: Schedule.spaced("20 millis"),
      until: ({ status }) => status === 200
    })
    expect(ready.body).toEqual({ status: "ready" })
    // Of all that was asked, one order was a real one.
    expect((yield* gateway.get("/metrics")).text).toMatch(/^gateway_orders_received_total 1$/m)
  }).pipe(Effect.provide(TestGateway.layer({ warmUp: true }, InfraWarmUp.layer))), TIMEOUT)
