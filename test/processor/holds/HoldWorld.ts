/**
 * A shop whose buyers hold units before they pay: the file and the provider outlive the processors that `start` builds
 * and `stop` ends. What a processor writes can be kept from it, so that it is stopped between a fold and its telling.
 */
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { EventsTold } from "@flash-sale/domain/ports/OrderEvents"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import {
  type Charge,
  type ChargeResult,
  type PaymentError,
  PaymentProvider
} from "@flash-sale/domain/ports/PaymentProvider"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import * as OperatorRecord from "@flash-sale/domain/records/operator/OperatorRecord"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { home, Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { PaymentToken } from "@flash-sale/domain/records/token/PaymentToken"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Clock, Duration, Effect, Exit, Fiber, Layer, Logger, Metric, Scope } from "effect"
import { TestClock } from "effect/testing"
import * as Samples from "../../infra/observability/metrics/Samples.ts"
import * as SteppingClock from "../../infra/time/SteppingClock.ts"
import * as MemoryEvents from "../events/MemoryEvents.ts"
import { stock } from "../Placing.ts"

export const ITEM = ItemId.make("101")

/** How long a processor that cannot write takes to give up what it has in hand. */
const HAND_OVER = Duration.seconds(10)

type Voided = Effect.Effect<void, PaymentError>

const makeProvider = () => {
  const it = {
    charge: (_: Charge): Effect.Effect<ChargeResult, PaymentError> => Effect.succeed("paid"),
    void: (_: string): Voided => Effect.void,
    charged: new Array<Charge>(),
    voided: new Array<string>()
  }
  const layer = Layer.succeed(PaymentProvider, {
    charge: (charge) =>
      Effect.suspend(() => {
        it.charged.push(charge)
        return it.charge(charge)
      }),
    lookUp: () => Effect.undefined,
    void: (key) => Effect.suspend(() => Effect.tap(it.void(key), () => Effect.sync(() => it.voided.push(key))))
  })
  return { it, layer }
}

/** What the processors cannot do now. */
const makeFaults = () => ({
  writes: false,
  letters: false,
  expiries: false,
  /** What is appended of expiries is acknowledged, and is not there. */
  lost: false,
  /** The item cannot be folded. */
  damage: false,
  /** What the group has committed is deleted. */
  forgotten: false
})

const faulty = (faults: ReturnType<typeof makeFaults>, appended: Array<LogRecord.NewRecord>) => {
  const unless = <A, E>(isAway: () => boolean, effect: Effect.Effect<A, E>) =>
    Effect.suspend(() => isAway() ? Effect.never : effect)
  return Layer.mergeAll(
    Layer.effect(
      OrderStatuses,
      Effect.map(OrderStatuses, (sound) => ({
        ...sound,
        write: (records: Parameters<typeof sound.write>[0]) => unless(() => faults.writes, sound.write(records))
      }))
    ),
    Layer.effect(
      DeadLetters,
      Effect.map(DeadLetters, (sound) => ({
        ...sound,
        put: (letter: Parameters<typeof sound.put>[0]) => unless(() => faults.letters, sound.put(letter))
      }))
    ),
    Layer.effect(
      OrderLog,
      Effect.map(OrderLog, (sound) => ({
        ...sound,
        consume: (worker: Parameters<typeof sound.consume>[0]) =>
          sound.consume((owned) =>
            worker({ ...owned, committed: faults.forgotten ? Effect.undefined : owned.committed })
          ),
        append: (record: LogRecord.NewRecord) =>
          Effect.suspend(() => {
            const isExpiry = record.headers[LogRecord.Header.type] === "expire"
            if (isExpiry) appended.push(record)
            if (isExpiry && faults.lost) {
              return Effect.succeed({ partition: PartitionId.make(0), offset: Offset.make(0) })
            }
            return isExpiry && faults.expiries ? Effect.never : sound.append(record)
          })
      }))
    ),
    Layer.effect(
      ItemStore,
      Effect.map(ItemStore, (sound) => ({
        ...sound,
        fold: (request: Parameters<typeof sound.fold>[0]) =>
          Effect.suspend(() =>
            faults.damage && request.itemId === ITEM
              ? Effect.fail(new ItemDamaged({ itemId: ITEM, detail: "a key of the wrong type" }))
              : sound.fold(request)
          )
      }))
    )
  )
}

export const pass = (duration: Duration.Input) =>
  Effect.repeat(TestClock.adjust("50 millis"), { times: Math.ceil(Duration.toMillis(duration) / 50) - 1 })

/** The world of one test; `stock` units are put in, and the item has rules 2. */
export const make = Effect.fnUntraced(function*(units = 10, itemId = ITEM) {
  const provider = makeProvider()
  const events = MemoryEvents.make()
  const faults = makeFaults()
  const expiries: Array<LogRecord.NewRecord> = []
  let running: Scope.Closeable | undefined

  const startThat = Effect.fnUntraced(function*(told: EventsTold) {
    running = yield* Scope.make()
    const engine = Processor.layer.pipe(
      Layer.provideMerge(ProcessorState.layer),
      Layer.provide(faulty(faults, expiries)),
      Layer.provide(events.layer),
      Layer.provide(Layer.succeed(EventsTold, told)),
      Layer.provide(provider.layer)
    )
    yield* Layer.buildWithScope(Layer.fresh(engine), running)
    yield* pass("1 second")
  })
  const start = startThat("held")
  const close = Effect.suspend(() => running === undefined ? Effect.void : Scope.close(running, Exit.void))
  const stop = Effect.gen(function*() {
    const closing = yield* Effect.forkChild(close)
    yield* pass(HAND_OVER)
    yield* Fiber.join(closing)
    running = undefined
  })
  yield* Effect.addFinalizer(() => Effect.ignore(close))

  const append = (command: Parameters<typeof LogRecord.encode>[1], operator?: Operator) =>
    Effect.flatMap(OrderLog, (log) => {
      const record = LogRecord.encode(itemId, command)
      return log.append(operator === undefined ? record : OperatorRecord.by(operator, record))
    })
  yield* append(Command.Rules({ version: 2 }))
  yield* Effect.flatMap(OrderLog, (log) => log.append(stock(itemId, units)))
  return { append, events: events.it, expiries, faults, itemId, provider: provider.it, start, startThat, stop }
})

export type HoldWorld = Effect.Success<ReturnType<typeof make>>

const wall = Effect.map(Clock.currentTimeMillis, Math.floor)
const trace = (name: string) => ({ correlationId: CorrelationId.make(name) })

/** What buyers, shops and operators send. Ids of holds are `c-<request>`. */
export const actionsOf = ({ append }: Pick<HoldWorld, "append">, itemId = ITEM) => ({
  hold: (requestId: string, { amount = 1, holdSeconds = 60, userId = "u-1" } = {}) =>
    Effect.flatMap(wall, (acceptedAt) =>
      append(Command.Hold({
        order: { requestId: RequestId.make(requestId), userId: UserId.make(userId), itemId, amount, holdSeconds },
        acceptedAt,
        ...trace(`c-${requestId}`)
      }))),
  buy: (requestId: string, { amount = 1, attempt = 1, token = undefined as string | undefined } = {}) =>
    Effect.flatMap(wall, (acceptedAt) =>
      append(Command.Place({
        order: {
          requestId: RequestId.make(requestId),
          userId: UserId.make("u-1"),
          itemId,
          amount,
          ...(token === undefined ? {} : { paymentToken: PaymentToken.make(token) })
        },
        attempt,
        acceptedAt,
        ...trace(`b-${requestId}`)
      }))),
  confirm: (
    requestId: string,
    { token = undefined as string | undefined, userId = undefined as string | undefined } = {}
  ) =>
    Effect.flatMap(wall, (at) =>
      append(Command.Confirm({
        requestId: RequestId.make(requestId),
        at,
        ...(token === undefined ? {} : { paymentToken: PaymentToken.make(token) }),
        ...(userId === undefined ? {} : { userId: UserId.make(userId) }),
        ...trace(`confirm-${requestId}`)
      }))),
  paid: (requestId: string, reference: string, userId?: string) =>
    Effect.flatMap(wall, (at) =>
      append(Command.Confirm({
        requestId: RequestId.make(requestId),
        at,
        reference: PaymentReference.make(reference),
        ...(userId === undefined ? {} : { userId: UserId.make(userId) }),
        ...trace(`paid-${requestId}`)
      }))),
  cancel: (requestId: string, operator?: Operator) =>
    append(Command.Cancel({ requestId: RequestId.make(requestId), attempt: 1 }), operator),
  refund: (requestId: string, { byHand = undefined as string | undefined, restock = true } = {}, operator?: Operator) =>
    append(
      Command.Refund({
        requestId: RequestId.make(requestId),
        attempt: 1,
        restock,
        ...(byHand === undefined ? {} : { byHand: PaymentReference.make(byHand) }),
        ...trace(`c-${requestId}`)
      }),
      operator
    )
})

type Told = Readonly<Partial<Record<keyof StatusRecord, unknown>>>

/** What is told of the request, without what names it. */
export const told = Effect.fnUntraced(function*(
  requestId: string
): Effect.fn.Return<Told | undefined, StoreUnavailable, OrderStatuses> {
  const lookup = yield* (yield* OrderStatuses).read(RequestId.make(requestId))
  if (lookup._tag !== "Kept") return undefined
  const { amount: _amount, itemId: _itemId, requestId: _id, updatedAt: _at, placedAtOffset: _place, ...rest } =
    lookup.record
  return rest
})

export const units = Effect.fnUntraced(function*(itemId = ITEM) {
  const partition = home(itemId, yield* (yield* OrderLog).partitions)
  const { available, held, sold, stocked } = yield* (yield* ItemStore).read(partition, itemId)
  return { available, held, sold, stocked }
})

export const letters = Effect.gen(function*() {
  const all = yield* (yield* DeadLetters).list(1_000)
  return all.map(({ amount, attempt, error, requestId, userId, value }) => ({
    amount,
    attempt,
    error,
    requestId,
    userId,
    value: new TextDecoder().decode(value)
  }))
})

export const samples = Effect.gen(function*() {
  return Samples.parse(yield* (yield* Telemetry.Telemetry).collect)
})

/** The sum of a gauge over all partitions. */
export const total = (found: Samples.Samples, name: string): number =>
  [...found].filter(([key]) => key === name || key.startsWith(`${name}{`)).reduce((sum, [, value]) => sum + value, 0)

const ports = () =>
  Layer.mergeAll(SqliteInfra.layerMemory, Telemetry.layerMetrics("processor"), Logger.layer([])).pipe(
    Layer.provideMerge(SteppingClock.layer),
    Layer.provideMerge(Layer.sync(Metric.MetricRegistry, () => new Map()))
  )

/** Runs the test in a world of its own. */
export const live = <A, E>(body: Effect.Effect<A, E, Layer.Success<ReturnType<typeof ports>> | Scope.Scope>) =>
  Effect.suspend(() => Effect.provide(Effect.scoped(body), ports()))
