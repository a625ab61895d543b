/** A gateway that warms up: what it says meanwhile, what of it is seen outside, and how it ends. */
import { expect, it } from "@effect/vitest"
import * as GatewayWarmUp from "@flash-sale/gateway/GatewayWarmUp"
import { WarmingUp } from "@flash-sale/gateway/guards/WarmingUp"
import { Shutdown } from "@flash-sale/gateway/request/Shutdown"
import * as ShutdownLayer from "@flash-sale/gateway/request/Shutdown"
import * as InfraWarmUp from "@flash-sale/infra/InfraWarmUp"
import { Context, Duration, Effect, Layer, Logger, Metric, References, Schedule, Scope } from "effect"
import * as TestGateway from "./TestGateway.ts"

const TIMEOUT = 60_000

/** Ports whose connections never come about. */
const never: Layer.Layer<GatewayWarmUp.Ports> = Layer.effectDiscard(Effect.never).pipe(
  Layer.provideMerge(InfraWarmUp.layer)
)
const broken: Layer.Layer<GatewayWarmUp.Ports> = Layer.effectDiscard(Effect.die(new Error("broken"))).pipe(
  Layer.provideMerge(InfraWarmUp.layer)
)

interface Warming {
  readonly isWarmingUp: () => boolean
  readonly shutdown: Shutdown["Service"]
  readonly events: ReadonlyArray<unknown>
  readonly registry: ReadonlyMap<string, unknown>
}

/** Begins a warm-up over these ports, which is seen by a log and by metrics of its own. */
const warming = Effect.fnUntraced(function*(ports: Layer.Layer<GatewayWarmUp.Ports>) {
  const events: Array<unknown> = []
  const registry = new Map()
  const logger = Logger.make(({ fiber }) => {
    events.push(fiber.getRef(References.CurrentLogAnnotations)["event"])
  })
  const context = yield* Layer.build(
    GatewayWarmUp.layer(TestGateway.settings, ports).pipe(
      Layer.provideMerge(ShutdownLayer.layer(Duration.zero)),
      Layer.provide([Layer.fresh(Logger.layer([logger])), Layer.succeed(Metric.MetricRegistry, registry)])
    )
  )
  const seen: Warming = {
    isWarmingUp: Context.get(context, WarmingUp),
    shutdown: Context.get(context, Shutdown),
    events,
    registry
  }
  return seen
})

const untilOver = ({ isWarmingUp }: Warming) =>
  Effect.repeat(Effect.sync(isWarmingUp), { schedule: Schedule.spaced("10 millis"), until: (is) => !is })

it.live(
  "no visit is answered otherwise than it should be, and nothing of it is counted or logged",
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

it.live("one that fails says so once, and is over", () =>
  Effect.gen(function*() {
    const seen = yield* warming(broken)
    yield* untilOver(seen)
    expect(seen.events).toEqual(["warm_up_failed"])
  }).pipe(Effect.scoped), TIMEOUT)

it.live("one that comes to no end is over in time, without a word", () =>
  Effect.gen(function*() {
    const seen = yield* warming(never)
    yield* untilOver(seen)
    expect(seen.events).toEqual([])
  }).pipe(Effect.scoped), TIMEOUT)

it.live("the end of the gateway interrupts it", () =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const seen = yield* Scope.provide(warming(never), scope)
    const [took] = yield* Effect.timed(Scope.close(scope, yield* Effect.exit(Effect.void)))
    expect(Duration.toMillis(took)).toBeLessThan(Duration.toMillis(Duration.fromInputUnsafe(GatewayWarmUp.WITHIN)) / 2)
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
