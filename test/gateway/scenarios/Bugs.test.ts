/**
 * A bug on the path of orders, wherever it is: each order that meets it is answered 500 once and gives its place back,
 * and the next one is served when the bug is gone. Without the HTTP server, which hides how often an order is answered.
 */
import { assert, describe, it, layer } from "@effect/vitest"
import { nobody } from "@flash-sale/domain/access/Caller"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { fingerprint, type Order, write } from "@flash-sale/domain/records/Order"
import type { Answer } from "@flash-sale/gateway/answers/Answer"
import * as Admission from "@flash-sale/gateway/buy/Admission"
import * as BuyHandler from "@flash-sale/gateway/buy/BuyHandler"
import * as ItemRules from "@flash-sale/gateway/guards/ItemRules"
import { LogBreaker } from "@flash-sale/gateway/guards/LogBreaker"
import * as PartitionCount from "@flash-sale/gateway/guards/PartitionCount"
import * as Places from "@flash-sale/gateway/guards/Places"
import * as ProcessorRules from "@flash-sale/gateway/guards/ProcessorRules"
import * as Unconfirmed from "@flash-sale/gateway/guards/Unconfirmed"
import * as UnknownOutcomes from "@flash-sale/gateway/guards/UnknownOutcomes"
import * as Completion from "@flash-sale/infra/actor/Completion"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Cause, Context, Duration, Effect, Layer, Logger, Metric, References, Schedule } from "effect"
import * as BrokenGuards from "../BrokenGuards.ts"
import * as FaultSwitches from "../FaultSwitches.ts"
import * as TestCallers from "../TestCallers.ts"
import * as TestGateway from "../TestGateway.ts"

const ORDERS = 20
const TIMEOUT = "4 seconds"
const LIMIT = { maxRequests: 1_000, window: Duration.minutes(1) }

/** What was logged, as pairs of event and message. */
class Lines extends Context.Service<Lines, Array<string>>()("test/gateway/Bugs/Lines") {}

const logging = Layer.unwrap(Effect.map(Lines, (lines) =>
  Logger.layer([
    Logger.make(({ cause, fiber, logLevel }) => {
      const { event } = fiber.getRef(References.CurrentLogAnnotations)
      if (logLevel === "Error") lines.push(`${event}: ${Cause.pretty(cause).split("\n")[0]}`)
    })
  ])))

const engine = BuyHandler.layer.pipe(
  Layer.provideMerge([
    Admission.layer({
      rateLimit: LIMIT,
      maxInFlight: ORDERS,
      maxQueueWait: Duration.seconds(30)
    }),
    BrokenGuards.rateLimitHeaders(LIMIT)
  ]),
  Layer.provide(TestCallers.layerGatekeeper),
  Layer.provideMerge([
    BrokenGuards.itemReads(Duration.zero),
    BrokenGuards.waitEstimate,
    Places.layer({ maxInFlight: ORDERS, keyMaxInFlight: ORDERS }),
    ProcessorRules.layer,
    ItemRules.layer
  ]),
  Layer.provideMerge([
    BrokenGuards.buyTelemetry,
    BrokenGuards.logBreaker({
      failureThreshold: 3,
      successThreshold: 1,
      baseTimeout: Duration.minutes(5),
      maxTimeout: Duration.minutes(5)
    }),
    PartitionCount.layer,
    BrokenGuards.storeRoom,
    Unconfirmed.layer,
    UnknownOutcomes.layer
  ]),
  Layer.provideMerge(BrokenGuards.storeBreaker),
  Layer.provideMerge(TestGateway.processor()),
  Layer.provideMerge(FaultSwitches.layer(SqliteInfra.layerMemory)),
  Layer.provideMerge(BrokenGuards.Bugs.layer),
  Layer.provideMerge(logging),
  Layer.provideMerge(Layer.sync(Lines, () => [])),
  Layer.provideMerge(Layer.sync(Metric.MetricRegistry, () => new Map()))
)

const context = (id: string) => ({ correlationId: CorrelationId.make(`c-${id}`), traceparent: undefined, arrivedAt: 0 })
const orderOf = (id: string, itemId = "101"): Order => ({
  requestId: RequestId.make(id),
  userId: UserId.make(`u-${id}`),
  itemId: ItemId.make(itemId),
  amount: 1
})

/** Sends these at once, waits until each is answered, and returns the answers of each. */
const buyAll = Effect.fnUntraced(function*(orders: ReadonlyArray<Order>) {
  const { buy } = yield* BuyHandler.BuyHandler
  const guard = yield* Completion.guard
  const answers: ReadonlyArray<Array<Answer>> = orders.map(() => [])
  orders.forEach((order, n) => {
    const respond = guard.of(answers[n]!, (all, answer: Answer) => void all.push(answer))
    buy("buy", context(order.requestId), nobody, new TextEncoder().encode(write(order)), respond)
  })
  yield* Effect.repeat(Effect.sync(() => answers.every(({ length }) => length > 0)), {
    schedule: Schedule.spaced("5 millis"),
    until: (all) => all
  }).pipe(Effect.timeoutOption(TIMEOUT))
  return answers.map((all) => all.map(({ status }) => status).join())
})

let run = 0
const fresh = (itemId?: string) => {
  run++
  return Array.from({ length: ORDERS }, (_, n) => orderOf(`${run}-${n}`, itemId))
}

/** All orders of this kind are answered 500 while the bug is there; afterwards nothing is left of it. */
const survives = Effect.fnUntraced(function*(orders: ReadonlyArray<Order>, repair: () => void) {
  const admission = yield* Admission.Admission
  const breaker = yield* LogBreaker
  const lines = yield* Lines
  lines.length = 0
  assert.deepStrictEqual(yield* buyAll(orders), orders.map(() => "500"))
  assert.strictEqual(admission.inFlight(), 0)
  // One line for each, and none of a result that was delivered twice.
  assert.deepStrictEqual(lines, orders.map(() => `internal_error: Error: ${FaultSwitches.BUG}`))
  repair()
  assert.strictEqual(breaker.state(), "closed")
  assert.deepStrictEqual(yield* buyAll([orderOf(`${orders[0]!.requestId}-next`)]), ["202"])
})

/** What else has to be so for orders to come by this method. */
const SCENES: Partial<Record<typeof FaultSwitches.BUGGY[number], Partial<FaultSwitches.Switches>>> = {
  "OrderStatuses.release": { log: "full" },
  "RateLimits.consume": { store: "away" }
}

/** No order of an item without a limit comes by them; others have scenarios of their own. */
const ELSEWHERE: ReadonlyArray<string> = [
  "OrderStatuses.countRequest",
  "OrderStatuses.readAll",
  "ItemStore.readBuyers",
  "Backlogs.read"
]

/** Runs with an engine of its own, so that what one bug leaves behind is not found by the next test. */
const scenario = (name: string, test: Effect.Effect<void, unknown, Layer.Success<typeof engine>>) =>
  it.live(name, () => Effect.provide(test, engine))

describe("A bug in", () => {
  for (const at of FaultSwitches.BUGGY) {
    if (ELSEWHERE.includes(at)) continue
    for (const how of ["dies", "throws"] as const) {
      scenario(
        `${at} that ${how}`,
        Effect.gen(function*() {
          const faults = yield* FaultSwitches.Faults
          yield* TestGateway.stock("101", 1_000)
          Object.assign(faults, SCENES[at], { bug: { at, how } })
          yield* survives(fresh(), () => Object.assign(faults, { log: "fine", store: "fine", bug: undefined }))
        })
      )
    }
  }

  for (const at of BrokenGuards.BROKEN) {
    scenario(
      at,
      Effect.gen(function*() {
        const bugs = yield* BrokenGuards.Bugs
        yield* TestGateway.stock("101", 1_000)
        bugs.at = at
        yield* survives(fresh(), () => bugs.at = undefined)
      })
    )
  }

  for (const how of ["dies", "throws"] as const) {
    const bug = { at: "OrderStatuses.readAll", how } as const

    scenario(
      `ItemStore.readBuyers that ${how}, of orders of an item with a limit`,
      Effect.gen(function*() {
        const faults = yield* FaultSwitches.Faults
        yield* TestGateway.stock("101", 1_000)
        yield* TestGateway.sale("101", { perUserLimit: 1 })
        faults.bug = { at: "ItemStore.readBuyers", how }
        yield* survives(fresh(), () => faults.bug = undefined)
      })
    )

    scenario(
      `OrderStatuses.readAll that ${how}, of orders that are refused early`,
      Effect.gen(function*() {
        const faults = yield* FaultSwitches.Faults
        yield* TestGateway.stock("101", 1_000)
        yield* TestGateway.sale("102", { paused: true })
        faults.bug = bug
        yield* survives(fresh("102"), () => faults.bug = undefined)
      })
    )

    scenario(
      `OrderStatuses.readAll that ${how}, of orders that wait for another under their id`,
      Effect.gen(function*() {
        const faults = yield* FaultSwitches.Faults
        const statuses = yield* OrderStatuses
        const orders = fresh()
        yield* TestGateway.stock("101", 1_000)
        yield* statuses.admit(
          orders.map((order) => ({
            ...order,
            fingerprint: fingerprint(order),
            correlationId: CorrelationId.make("c")
          })),
          { owner: "another", leaseMillis: 60_000, maxRequests: 1_000, windowMillis: 60_000 }
        )
        faults.bug = bug
        yield* survives(orders, () => faults.bug = undefined)
      })
    )
  }
})

layer(TestGateway.layer(), { excludeTestServices: true })("Over HTTP a bug", (it) => {
  const BUG = { code: "internal_error", error: "Internal server error", retryable: true }

  it.effect("is answered 500 on both ways that orders take, and counted", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const faults = yield* FaultSwitches.Faults
      yield* TestGateway.stock("101", 1_000)
      faults.bug = { at: "OrderStatuses.confirm", how: "dies" }
      const answers = [
        yield* gateway.send(TestGateway.order({ request_id: "h-1" })),
        yield* gateway.sendInChunks(TestGateway.order({ request_id: "h-2" }))
      ]
      faults.bug = undefined
      for (const { body, status, text } of answers) {
        assert.strictEqual(status, 500)
        assert.deepInclude(body, BUG)
        assert.notInclude(text, FaultSwitches.BUG)
      }
      const { text } = yield* gateway.get("/metrics")
      assert.match(text, /^gateway_orders_received_total 2$/m)
      assert.match(text, /^gateway_orders_failures_total\{reason="internal_error"\} 2$/m)
      // They are in the log: their statuses come by the processor, and the ids are known from then on.
      yield* TestGateway.until(gateway.get("/orders/h-1"), ({ status }) => status === 200)
      assert.strictEqual((yield* gateway.send(TestGateway.order({ request_id: "h-1" }))).status, 409)
    }))

  it.effect("is answered 500 to reads of orders and items, and the next read is served", () =>
    Effect.gen(function*() {
      const gateway = yield* TestGateway.TestGateway
      const faults = yield* FaultSwitches.Faults
      for (
        const [path, at] of [["/orders/h-1", "OrderStatuses.readAll"], ["/items/101", "ItemStore.read"]] as const
      ) {
        for (const how of ["dies", "throws"] as const) {
          faults.bug = { at, how }
          const answer = yield* gateway.get(path)
          assert.deepInclude({ status: answer.status, ...answer.body }, { status: 500, ...BUG })
          faults.bug = undefined
          assert.strictEqual((yield* gateway.get(path)).status, 200)
        }
      }
    }))
})
