/** How the engine does, as its instances say: read once for all who ask within a moment. */
import type { OverviewNow } from "@flash-sale/domain/api/admin/AdminOverview"
import * as Summary from "@flash-sale/domain/instances/Summary"
import { Instances, type Report } from "@flash-sale/domain/ports/Instances"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import * as Kept from "@flash-sale/infra/time/Kept"
import { Context, DateTime, Duration, Effect, Layer } from "effect"

/** How old the reports may be that are shown. */
const KEPT_FOR = Duration.millis(250)

export class OverviewReads extends Context.Service<OverviewReads, {
  /** What each instance said last. */
  readonly reports: Effect.Effect<ReadonlyArray<Report>, StoreUnavailable>
  readonly now: Effect.Effect<typeof OverviewNow.Type, StoreUnavailable>
}>()("@flash-sale/admin/overview/OverviewReads") {}

export const layer: Layer.Layer<OverviewReads> = Layer.effect(
  OverviewReads,
  Effect.gen(function*() {
    const instances = yield* Instances
    const reports = yield* Kept.make(instances.list, KEPT_FOR)
    return {
      reports,
      now: Effect.gen(function*() {
        const overview = Summary.of(yield* reports)
        return { now: DateTime.formatIso(yield* DateTime.now), ...overview }
      })
    }
  })
)
