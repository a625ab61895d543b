/**
 * The processor: joins the consumer group, and works on the partitions that it is given.
 *
 * Needs the ports only: whether their adapters are Kafka and Redis or one file makes no difference here.
 */
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderEvents } from "@flash-sale/domain/ports/OrderEvents"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import * as CheckoutMetrics from "@flash-sale/infra/observability/metrics/CheckoutMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import { Clock, Duration, Effect, Layer, Metric, Schedule } from "effect"
import * as PartitionWorker from "./partition/PartitionWorker.ts"
import * as SharedParts from "./partition/SharedParts.ts"
import * as PaymentBreaker from "./payment/PaymentBreaker.ts"
import * as PaymentSlots from "./payment/PaymentSlots.ts"
import type { ProcessorState } from "./run/ProcessorState.ts"

/** How often the gauges of the dead letters are brought up to date. */
const DEAD_LETTER_GAUGES_EVERY = Duration.seconds(1)

type Services =
  | OrderLog
  | OrderEvents
  | ItemStore
  | RecoveryMarks
  | OrderStatuses
  | DeadLetters
  | PaymentProvider
  | ProcessorState

/** Works from when it is built until its scope closes; then hands its partitions over, within a bound. */
export const layer: Layer.Layer<never, never, Services> = Layer.provide(
  Layer.effectDiscard(
    Effect.gen(function*() {
      const log = yield* OrderLog
      const context = yield* Effect.context<Services>()
      const paymentSlots = PaymentSlots.make({
        onChange: ({ inDoubt, inFlight }) => {
          Metrics.paymentsInFlight.updateUnsafe(inFlight, context)
          Metrics.paymentsInDoubt.updateUnsafe(inDoubt, context)
        }
      })
      const shared = yield* SharedParts.make
      yield* Effect.forkScoped(
        log.consume((owned) => Effect.provideContext(PartitionWorker.work(owned, paymentSlots, shared), context))
      )
      yield* Effect.forkScoped(Effect.repeat(deadLetterGauges, Schedule.spaced(DEAD_LETTER_GAUGES_EVERY)))
    })
  ),
  PaymentBreaker.layer
)

const deadLetterGauges = Effect.gen(function*() {
  const deadLetters = yield* DeadLetters
  const { byReason, oldestAt, size } = yield* deadLetters.stats
  const now = yield* Clock.currentTimeMillis
  yield* Metric.update(Metrics.dlqSize, size)
  yield* Metric.update(CheckoutMetrics.refundsDue, byReason["Payment Without Order"])
  yield* Metric.update(Metrics.dlqOldestMessageAge, oldestAt === undefined ? 0 : Math.max(0, (now - oldestAt) / 1000))
}).pipe(
  // Until the topic can be read the gauges keep their last values; health says that Kafka is away.
  Effect.catchTag("StoreUnavailable", () => Effect.void)
)
