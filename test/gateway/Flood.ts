/** A flood of orders that cannot succeed does not make an item forget whom it has rejected, over any ports. */
import { assert, it } from "@effect/vitest"
import { nobody } from "@flash-sale/domain/access/Caller"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { Order } from "@flash-sale/domain/records/Order"
import { home } from "@flash-sale/domain/records/Partition"
import { REJECTED_REMEMBERED } from "@flash-sale/domain/rules/Item"
import * as Admission from "@flash-sale/gateway/buy/Admission"
import * as ItemRules from "@flash-sale/gateway/guards/ItemRules"
import * as LogBreaker from "@flash-sale/gateway/guards/LogBreaker"
import * as PartitionCount from "@flash-sale/gateway/guards/PartitionCount"
import * as Places from "@flash-sale/gateway/guards/Places"
import * as ProcessorRules from "@flash-sale/gateway/guards/ProcessorRules"
import * as StoreBreaker from "@flash-sale/gateway/guards/StoreBreaker"
import * as StoreRoomGuard from "@flash-sale/gateway/guards/StoreRoomGuard"
import * as Unconfirmed from "@flash-sale/gateway/guards/Unconfirmed"
import * as UnknownOutcomes from "@flash-sale/gateway/guards/UnknownOutcomes"
import * as WaitEstimate from "@flash-sale/gateway/guards/WaitEstimate"
import * as ItemReads from "@flash-sale/gateway/reads/ItemReads"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import type * as Infra from "@flash-sale/infra/Infra"
import { Duration, Effect, Layer, Metric, References, Schedule } from "effect"
import { randomUUID } from "node:crypto"
import * as FaultSwitches from "./FaultSwitches.ts"
import * as TestCallers from "./TestCallers.ts"
import * as TestGateway from "./TestGateway.ts"

const TEST_TIMEOUT = 120_000
/** As many as one item remembers of those that it rejected, and some more. */
const FLOOD = REJECTED_REMEMBERED + 464
const AT_ONCE = 1_000

const engine = <E>(ports: Layer.Layer<Infra.Ports, E>) =>
  Admission.layer({
    rateLimit: { maxRequests: 1_000, window: Duration.minutes(1) },
    maxInFlight: 2 * AT_ONCE,
    maxQueueWait: Duration.hours(1)
  }).pipe(
    Layer.provide(TestCallers.layerGatekeeper),
    Layer.provideMerge([
      ItemReads.layer(Duration.millis(100)),
      WaitEstimate.layer,
      Places.layer({ maxInFlight: 2 * AT_ONCE, keyMaxInFlight: 2 * AT_ONCE }),
      ProcessorRules.layer,
      ItemRules.layer
    ]),
    Layer.provideMerge([
      LogBreaker.layer({
        failureThreshold: 5,
        successThreshold: 1,
        baseTimeout: Duration.seconds(1),
        maxTimeout: Duration.seconds(1)
      }),
      PartitionCount.layer,
      StoreRoomGuard.layer,
      Unconfirmed.layer,
      UnknownOutcomes.layer
    ]),
    Layer.provideMerge(StoreBreaker.layer),
    Layer.provideMerge(TestGateway.processor()),
    Layer.provideMerge(FaultSwitches.layer(ports)),
    Layer.provideMerge(Layer.sync(Metric.MetricRegistry, () => new Map())),
    Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
  )

const run = randomUUID().slice(0, 8)
const itemId = ItemId.make(`${run}-flooded`)
const order = (requestId: string, userId: string, amount = 1): Order => ({
  requestId: RequestId.make(`${run}-${requestId}`),
  userId: UserId.make(userId),
  itemId,
  amount
})

const request = RequestContext.of({
  correlationId: CorrelationId.make("flood"),
  traceparent: undefined,
  arrivedAt: 0,
  span: undefined
})

/** The answer's word: `accepted`, or the code of the refusal. */
const buy = (placed: Order) =>
  Effect.flatMap(Admission.Admission, ({ place }) => place("buy", placed, nobody)).pipe(
    Effect.provideService(RequestContext, request),
    Effect.match({ onSuccess: () => "accepted" as const, onFailure: ({ code }) => code })
  )

/** An order that came before the door knew of the one before it. */
const pastTheDoor = Effect.fnUntraced(function*(placed: Order) {
  const place = Command.Place({ order: placed, attempt: 1, acceptedAt: 1, correlationId: request.correlationId })
  yield* (yield* OrderLog).append(LogRecord.encode(itemId, place))
})

const item = Effect.gen(function*() {
  const store = yield* ItemStore
  return yield* store.read(home(itemId, yield* (yield* OrderLog).partitions), itemId)
})

/** The status that the order has when it is final, or the first that is wanted. */
const untilStatus = (requestId: string, isIt: (status: string) => boolean) =>
  Effect.gen(function*() {
    const statuses = yield* OrderStatuses
    const lookup = yield* Effect.repeat(statuses.read(RequestId.make(`${run}-${requestId}`)), {
      schedule: Schedule.spaced("5 millis"),
      until: (found) => found._tag === "Kept" && isIt(found.record.status)
    })
    return lookup._tag === "Kept" ? lookup.record.status : undefined
  })

export const suite = <E>(name: string, ports: Layer.Layer<Infra.Ports, E>): void =>
  it.live(
    `${name}: after 66,000 orders above the limit a rejected order stays rejected, also without its claim`,
    () =>
      Effect.gen(function*() {
        const faults = yield* FaultSwitches.Faults
        yield* TestGateway.stock(itemId, 10)
        yield* TestGateway.sale(itemId, { perUserLimit: 1 })
        assert.strictEqual(yield* buy(order("first", "u")), "accepted")
        yield* untilStatus("first", (status) => status === "COMPLETED")
        yield* pastTheDoor(order("second", "u"))
        yield* untilStatus("second", (status) => status === "FAILED_LIMIT")
        const before = (yield* item).position

        const flood = Array.from({ length: FLOOD }, (_, n) => order(`flood-${n}`, `u-${n}`, 2))
        const answers = yield* Effect.forEach(flood, buy, { concurrency: AT_ONCE })
        const accepted = answers.filter((answer) => answer === "accepted").length
        yield* Effect.repeat(item, {
          schedule: Schedule.spaced("20 millis"),
          until: ({ position }) => position >= before + accepted
        })

        // The limit is raised, so that the order would hold units if it were a new one; and the store is away, so that
        // nobody looks at its status.
        yield* TestGateway.sale(itemId, { perUserLimit: 2 })
        const { position } = yield* item
        faults.store = "away"
        assert.strictEqual(yield* buy(order("second", "u")), "accepted")
        faults.store = "fine"
        yield* Effect.repeat(item, { schedule: Schedule.spaced("5 millis"), until: (now) => now.position > position })
        const { held, sold } = yield* item
        assert.deepStrictEqual([sold, held], [1, 0])
        assert.strictEqual(yield* untilStatus("second", () => true), "FAILED_LIMIT")
        assert.deepStrictEqual([...new Set(answers)], ["limit"])
      }).pipe(Effect.provide(engine(ports))),
    TEST_TIMEOUT
  )
