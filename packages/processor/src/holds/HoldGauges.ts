/** What is shown of the holds and refunds of a partition. */
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as CheckoutMetrics from "@flash-sale/infra/observability/metrics/CheckoutMetrics"
import { Effect, Metric } from "effect"
import type { DueTimes } from "./DueTimes.ts"
import type { NewestAccepted } from "./NewestAccepted.ts"
import type { Refunds } from "./Refunds.ts"

/** Brings the gauges up to date. */
export const report = Effect.fnUntraced(function*(
  partition: PartitionId,
  dueTimes: DueTimes,
  refunds: Refunds,
  newest: NewestAccepted
) {
  const now = newest.millis()
  const since = now === undefined ? undefined : dueTimes.overdueSince(now)
  const overdue = now === undefined || since === undefined ? 0 : (now - since) / 1000
  yield* Metric.update(CheckoutMetrics.holdsOpen(partition), dueTimes.size())
  yield* Metric.update(CheckoutMetrics.holdsOverdue(partition), overdue)
  yield* Metric.update(CheckoutMetrics.refundsWaiting(partition), refunds.size())
})
