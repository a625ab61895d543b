/**
 * `GET /admin/v1/overview/history`: how the engine did in the last quarter of an hour, so that whoever opens a page in
 * the middle of the night sees what led there. Kept in memory by each gateway, from its start on. Decision 0056.
 */
import type { OverviewNow, OverviewSample } from "@flash-sale/domain/api/admin/AdminOverview"
import { repeated } from "@flash-sale/infra/observability/Background"
import { Context, Duration, Effect, Layer } from "effect"
import { OverviewReads } from "./OverviewReads.ts"

/** How often the engine is looked at for it. */
export const EVERY = Duration.seconds(5)
/** How many samples are kept: those of a quarter of an hour. */
export const MAX_SAMPLES = 180

type Sample = typeof OverviewSample.Type

export class OverviewHistory extends Context.Service<OverviewHistory, {
  /** The oldest first. A moment at which nobody could tell has none. */
  readonly samples: () => ReadonlyArray<Sample>
}>()("@flash-sale/admin/overview/OverviewHistory") {}

/** Pure. */
export const sampleOf = ({ gateways, now, processors, status }: typeof OverviewNow.Type): Sample => ({
  at: now,
  status,
  received_per_second: gateways.received_per_second,
  accepted_per_second: gateways.accepted_per_second,
  refused_per_second: gateways.refused_per_second,
  failed_per_second: gateways.failed_per_second,
  folded_per_second: processors.folded_per_second,
  lag_records: processors.lag.records,
  lag_seconds: processors.lag.seconds,
  payments_in_flight: processors.payments.in_flight,
  payments_per_second: processors.payments.per_second,
  ...(processors.dead_letters === undefined ? {} : { dead_letters: processors.dead_letters.size })
})

export const layer: Layer.Layer<OverviewHistory, never, OverviewReads> = Layer.effect(
  OverviewHistory,
  Effect.gen(function*() {
    const reads = yield* OverviewReads
    const samples: Array<Sample> = []
    const take = Effect.map(reads.now, (overview) => {
      samples.push(sampleOf(overview))
      if (samples.length > MAX_SAMPLES) samples.shift()
    }).pipe(Effect.timeout(EVERY))
    // While the store is away nothing is known of that moment.
    yield* Effect.forkScoped(repeated("keeping the overview", EVERY)(take))
    return { samples: () => [...samples] }
  })
)
