/** The metrics of holds and refunds. The same rules hold here as in `Metrics`. */
import { type Context, Metric } from "effect"
import { byPartition, counter, gauge } from "./Series.ts"

export const holdsOpen = byPartition("processor_holds_open", "Holds that nobody has confirmed yet, by partition")
/** By the newest `accepted_at` that was taken: a processor whose own clock is wrong does not notice otherwise. */
export const holdsOverdue = byPartition(
  "processor_holds_overdue_seconds",
  "How long the most overdue open hold is over, against the newest accepted_at taken, in seconds, by partition"
)
export const holdsExpired = counter("processor_holds_expired_total", "Holds that expired before they were confirmed")
export const holdsConfirmed = counter("processor_holds_confirmed_total", "Holds that were confirmed in time")
export const refundsWaiting = byPartition(
  "processor_refunds_waiting",
  "Refunds that wait for the payment provider, by partition"
)
/** The open letters `Payment Without Order`. */
export const refundsDue = gauge("processor_refunds_due", "Payments that came without an order to be for")

const ofPartition = [holdsOpen, holdsOverdue, refundsWaiting]

/** Removes the series of a partition that was revoked: its next owner reports them. */
export const forgetPartition = (partition: number, context: Context.Context<never>): void => {
  for (const series of ofPartition) Metric.removeUnsafe(series(partition), context)
}

/** The series that exist from the start of a processor, at 0. Those of partitions come with the partition. */
export const initial: ReadonlyArray<Metric.Metric<never, unknown>> = [holdsExpired, holdsConfirmed]
