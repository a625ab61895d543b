/**
 * The processor: joins the consumer group, works on the partitions that it is given, and says how it is.
 *
 * Needs the ports only; whether they stand on Kafka and Redis or on one file is not its business.
 */
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import * as Slots from "@flash-sale/infra/actor/Slots"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as PaymentMode from "@flash-sale/infra/observability/PaymentMode"
import { Clock, Duration, Effect, Layer, Metric, Schedule } from "effect"
import * as PartitionWorker from "./partition/PartitionWorker.ts"
import * as PaymentBreaker from "./payment/PaymentBreaker.ts"
import { MAX_PAYMENTS_IN_FLIGHT } from "./payment/PaymentScheduler.ts"
import * as RecoveryLimiter from "./recovery/RecoveryLimiter.ts"
import { ProcessorState } from "./run/ProcessorState.ts"

/** How often the gauges of the dead letters are brought up to date. */
const DEAD_LETTER_GAUGES_EVERY = Duration.seconds(1)

type Services = OrderLog | ItemStore | OrderStatuses | DeadLetters | PaymentProvider | ProcessorState

/** Works from when it is built until its scope closes; then hands its partitions over, within a bound. */
export const layer: Layer.Layer<never, never, Services> = Layer.provide(
  Layer.effectDiscard(
    Effect.gen(function*() {
      const log = yield* OrderLog
      const context = yield* Effect.context<Services>()
      const paymentSlots = Slots.make(
        MAX_PAYMENTS_IN_FLIGHT,
        (taken) => Metrics.paymentsInFlight.updateUnsafe(taken, context)
      )
      const recoveryLimiter = RecoveryLimiter.make()
      yield* Effect.forkScoped(
        log.consume((owned) =>
          Effect.provideContext(PartitionWorker.work(owned, paymentSlots, recoveryLimiter), context)
        )
      )
      yield* Effect.forkScoped(Effect.repeat(deadLetterGauges, Schedule.spaced(DEAD_LETTER_GAUGES_EVERY)))
    })
  ),
  PaymentBreaker.layer
)

const deadLetterGauges = Effect.gen(function*() {
  const deadLetters = yield* DeadLetters
  const { oldestAt, size } = yield* deadLetters.stats
  const now = yield* Clock.currentTimeMillis
  yield* Metric.update(Metrics.dlqSize, size)
  yield* Metric.update(Metrics.dlqOldestMessageAge, oldestAt === undefined ? 0 : Math.max(0, (now - oldestAt) / 1000))
}).pipe(
  // Until the topic can be read the gauges keep their last values; health says that Kafka is away.
  Effect.catchTag("StoreUnavailable", () => Effect.void)
)

/** How the processor is. Healthy: log and store answer, and every partition of ours and every item goes on. */
export interface Health {
  readonly status: "healthy" | "unhealthy"
  readonly redis: boolean
  readonly kafka: boolean
  /** Owned partitions by the state of their worker. */
  readonly partitions: Readonly<Record<"running" | "recovering" | "waiting" | "refusing", number>>
  /** Whether a provider takes the money, or nobody does. */
  readonly payments: PaymentMode.Mode
  /** How far partitions that are folded again have come; absent where none is. */
  readonly recovery?: ReadonlyArray<string>
  /** Why the store takes no writes, why payments are held back and partitions wait or refuse, and which items are stopped; absent where nothing is wrong. */
  readonly problems?: ReadonlyArray<string>
}

/** How many problems, and how many recoveries, a health body names. */
const MAX_PROBLEMS = 20

/**
 * Whether a rollout may go on: every partition that this process owns is folded to its end, and none waits or refuses.
 * With no partition yet it is ready, as there may be more processors than partitions.
 */
export const isReady: Effect.Effect<boolean, never, ProcessorState> = Effect.map(
  ProcessorState,
  (state) => [...state.workers().values()].every(({ _tag }) => _tag === "Running")
)

export const health: Effect.Effect<Health, never, OrderLog | ItemStore | ProcessorState> = Effect.gen(function*() {
  const log = yield* OrderLog
  const store = yield* ItemStore
  const state = yield* ProcessorState
  const [kafka, redis] = yield* Effect.all([log.isUp, store.isUp], { concurrency: 2 })
  const workers = [...state.workers()]
  const count = (tag: (typeof workers)[number][1]["_tag"]) => workers.filter(([, worker]) => worker._tag === tag).length
  const held = state.paymentsHeld()
  const trouble = redis ? undefined : yield* store.trouble
  const problems = [
    ...(trouble === undefined ? [] : [`the store takes no writes: ${trouble}`]),
    ...(held === undefined ? [] : [`payments are held back: ${held}`]),
    ...workers.flatMap(([partition, worker]) =>
      "why" in worker
        ? [`partition ${partition}: ${"code" in worker ? `${worker.code}: ` : ""}${worker.why}`]
        : []
    ),
    ...[...state.stoppedItems()].map(([itemId, { detail }]) => `item ${itemId}: ${detail}`)
  ].slice(0, MAX_PROBLEMS)
  const recovery = workers.flatMap(([partition, worker]) =>
    worker._tag === "Recovering" ? [`partition ${partition}: ${worker.at()} of ${worker.until}`] : []
  ).slice(0, MAX_PROBLEMS)
  return {
    status: kafka && redis && problems.length === 0 ? "healthy" : "unhealthy",
    redis,
    kafka,
    partitions: {
      running: count("Running"),
      recovering: count("Recovering"),
      waiting: count("Waiting"),
      refusing: count("Halted")
    },
    payments: yield* PaymentMode.PaymentMode,
    ...(recovery.length === 0 ? {} : { recovery }),
    ...(problems.length === 0 ? {} : { problems })
  }
})
