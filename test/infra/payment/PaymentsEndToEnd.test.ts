/**
 * The processor takes the payments of some hundred orders from a provider that misbehaves at four requests of ten, and
 * dies twice meanwhile, as the processor does: in the end the ledger and the orders say the same.
 */
import { assert, layer } from "@effect/vitest"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { chargeKey } from "@flash-sale/domain/ports/PaymentProvider"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { isFinal, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { home } from "@flash-sale/domain/records/Partition"
import { PaymentToken } from "@flash-sale/domain/records/PaymentToken"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Duration, Effect, Layer, Metric, References, Schedule, Scope } from "effect"
import { STUBBORN } from "./Ledger.ts"
import * as ProviderProcess from "./ProviderProcess.ts"

const TEST_TIMEOUT = 60_000
const TIMEOUT = Duration.seconds(30)
const SEED = Number(process.env["SEED"] ?? "1")
const ORDERS = 320
const ITEMS = ["101", "102", "103", "104"].map((id) => ItemId.make(id))
/** The last item is sold out half way; the others have enough for all. */
const stockOf = (itemId: ItemId): number => itemId === "104" ? 70 : 1_000

const tokens = [
  "tok_1",
  "decline-1",
  `${STUBBORN}done-500`,
  "tok_2",
  `${STUBBORN}silent`,
  "tok_3",
  `${STUBBORN}reset`,
  "tok_4",
  "tok_5",
  `${STUBBORN}late`,
  "tok_6"
]

interface Bought {
  readonly requestId: RequestId
  readonly itemId: ItemId
  readonly amount: number
  readonly token: string
  readonly isCancelled: boolean
}

const orders: ReadonlyArray<Bought> = Array.from({ length: ORDERS }, (_, n) => ({
  requestId: RequestId.make(`r/é-${n}`),
  itemId: ITEMS[n % ITEMS.length]!,
  amount: 1 + n % 3,
  token: tokens[n % tokens.length]!,
  isCancelled: n % 7 === 3
}))

const place = ({ amount, itemId, requestId, token }: Bought) =>
  LogRecord.encode(
    itemId,
    Command.Place({
      order: { requestId, userId: UserId.make("u-1"), itemId, amount, paymentToken: PaymentToken.make(token) },
      attempt: 1,
      acceptedAt: 0,
      correlationId: CorrelationId.make("c-1")
    })
  )

const append = (some: ReadonlyArray<Bought>) =>
  Effect.gen(function*() {
    const log = yield* OrderLog
    yield* Effect.forEach(some, (order) =>
      Effect.gen(function*() {
        yield* log.append(place(order))
        if (!order.isCancelled) return
        yield* log.append(LogRecord.encode(order.itemId, Command.Cancel({ requestId: order.requestId, attempt: 1 })))
      }), { concurrency: 20, discard: true })
  })

/** Waits until at least so many orders are final. */
const finals = (some: ReadonlyArray<Bought>, atLeast: number) =>
  Effect.gen(function*() {
    const statuses = yield* OrderStatuses
    let found: ReadonlyArray<StatusRecord> = []
    yield* Effect.forEach(some, ({ requestId }) => statuses.read(requestId)).pipe(
      Effect.map((lookups) => {
        found = lookups.flatMap((lookup) =>
          lookup._tag === "Kept" && isFinal(lookup.record.status) ? [lookup.record] : []
        )
      }),
      Effect.repeat({ schedule: Schedule.spaced("50 millis"), until: () => found.length >= atLeast }),
      Effect.timeoutOrElse({
        duration: TIMEOUT,
        orElse: () => {
          const isFound = new Set(found.map(({ requestId }) => requestId))
          const open = some.filter(({ requestId }) => !isFound.has(requestId))
          const names = open.map(({ isCancelled, requestId, token }) => `${requestId} ${token} ${isCancelled}`)
          return Effect.die(new Error(`${found.length} of ${atLeast} are final, and not ${names.join(", ")}`))
        }
      })
    )
    return found
  })

const givenUp = Effect.map(Metric.value(Metrics.paymentsTotal("unknown")), ({ count }) => count)

/** Waits until so many payments are given up: so long is the provider away. */
const untilGivenUp = (atLeast: number) =>
  givenUp.pipe(
    Effect.repeat({ schedule: Schedule.spaced("20 millis"), until: (count) => count >= atLeast }),
    Effect.timeoutOrElse({
      duration: TIMEOUT,
      orElse: () => Effect.die(new Error(`not ${atLeast} payments are given up`))
    })
  )

const processor = Effect.fnUntraced(function*(url: URL) {
  const scope = yield* Scope.make()
  yield* Layer.buildWithScope(
    Processor.layer.pipe(
      Layer.provide(ProcessorState.layer),
      Layer.provide(ProviderProcess.payments(url, Duration.millis(250)))
    ),
    scope
  )
  return scope
})

const engine = SqliteInfra.layerMemory.pipe(
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")),
  Layer.provideMerge(ProviderProcess.layer({
    seed: SEED,
    slowMillis: 500,
    shares: {
      reset: 0.04,
      "done-reset": 0.04,
      slow: 0.03,
      late: 0.03,
      silent: 0.03,
      "headers-only": 0.02,
      cut: 0.03,
      "done-500": 0.04,
      garbage: 0.03,
      "other-key": 0.03,
      "too-long": 0.02,
      twice: 0.03,
      "429": 0.02,
      "503": 0.02
    }
  }))
)

/** Whether what the ledger has under the order's key is what its status says. */
const agree = (status: StatusRecord, entry: string): boolean => {
  switch (status.status) {
    case "COMPLETED":
      return entry === "paid, charged 1, refunded 0"
    case "FAILED_SOLD_OUT":
      return entry === "unseen, charged 0, refunded 0"
    case "FAILED_PAYMENT":
      return status.reason === "Payment Declined"
        ? entry === "declined, charged 0, refunded 0"
        : entry === "voided, charged 0, refunded 0" || entry === "voided, charged 1, refunded 1"
    case "CANCELLED":
      return entry === "voided, charged 0, refunded 0" || entry === "voided, charged 1, refunded 1"
    default:
      return false
  }
}

layer(engine, { excludeTestServices: true })("Payments, end to end", (it) => {
  it.effect(
    `every order is final, every sale charged once, nothing else kept (SEED=${SEED})`,
    () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        const store = yield* ItemStore
        const { kill, ledger, start, url } = yield* ProviderProcess.Provider
        for (const itemId of ITEMS) {
          const adjustment = { command: CommandId.make(`stock-${itemId}`), delta: stockOf(itemId) }
          yield* log.append(LogRecord.encode(itemId, Command.Adjust({ adjustment })))
        }
        const quarter = ORDERS / 4
        const first = yield* processor(url)
        yield* append(orders.slice(0, quarter))
        yield* finals(orders, quarter / 4)
        const before = yield* givenUp
        yield* kill
        yield* append(orders.slice(quarter, 2 * quarter))
        yield* untilGivenUp(before + 10)
        yield* start
        yield* append(orders.slice(2 * quarter, 3 * quarter))
        yield* finals(orders, quarter)
        yield* Scope.close(first, yield* Effect.exit(Effect.void))
        yield* kill
        const second = yield* processor(url)
        yield* append(orders.slice(3 * quarter))
        yield* start
        const statuses = yield* finals(orders, ORDERS)
        yield* Scope.close(second, yield* Effect.exit(Effect.void))

        const { conflicts, entries } = yield* ledger
        assert.deepStrictEqual(conflicts, [])
        const byRequest = new Map(statuses.map((status) => [status.requestId, status]))
        const wrong = orders.flatMap(({ itemId, requestId }) => {
          const status = byRequest.get(requestId)!
          const { charges, refunds, state } = entries[chargeKey(itemId, requestId, 1)] ??
            { state: "unseen", charges: 0, refunds: 0 }
          const entry = `${state}, charged ${charges}, refunded ${refunds}`
          return agree(status, entry) ? [] : [`${requestId} is ${status.status} (${status.reason}), and ${entry}`]
        })
        assert.deepStrictEqual(wrong, [])
        // Nothing was charged under any other key.
        const keys = new Set(orders.map(({ itemId, requestId }) => chargeKey(itemId, requestId, 1)))
        assert.deepStrictEqual(Object.keys(entries).filter((key) => !keys.has(key)), [])

        for (const itemId of ITEMS) {
          const summary = yield* store.read(home(itemId, yield* log.partitions), itemId)
          const sold = orders
            .filter((order) => order.itemId === itemId && byRequest.get(order.requestId)!.status === "COMPLETED")
            .reduce((sum, { amount }) => sum + amount, 0)
          const { available, held, stocked } = summary
          assert.deepStrictEqual({ available, held, put: stocked, sold: summary.sold }, {
            available: stockOf(itemId) - sold,
            held: 0,
            put: stockOf(itemId),
            sold
          })
        }

        const timedOut = statuses.filter(({ reason }) => reason === "Payment Timeout").map(({ requestId }) => requestId)
        const letters = yield* (yield* DeadLetters).list(ORDERS)
        assert.sameMembers(letters.map(({ requestId }) => String(requestId)), timedOut)
        // The world was as bad as it was meant to be.
        for (const status of ["COMPLETED", "CANCELLED", "FAILED_PAYMENT", "FAILED_SOLD_OUT"]) {
          assert.isAbove(statuses.filter((found) => found.status === status).length, 10, status)
        }
        assert.isAbove(timedOut.length, 10)
        const refunded = Object.values(entries).filter(({ refunds }) => refunds > 0)
        assert.isAbove(refunded.length, 10)
      }),
    TEST_TIMEOUT
  )
})
