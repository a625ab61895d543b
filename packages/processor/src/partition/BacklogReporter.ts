/** Reports to the gateways how far fold and commit of a partition are, how fast it goes, and which rules it knows. */
import { type Backlog, Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { RULES_VERSION } from "@flash-sale/domain/records/Command"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Effect } from "effect"
import type { PartitionRun } from "../run/PartitionRun.ts"
import * as FoldRate from "./FoldRate.ts"

/** A fold is behind where the newest record that it has taken was appended so long ago, in milliseconds. */
const BEHIND_MILLIS = 500
/**
 * After so long the same is published again, in milliseconds: a store may have lost it, and a processor that was frozen
 * while its partition moved may write over it. Until then what needs version 2 of the rules would be refused.
 */
export const PUBLISH_AGAIN_AFTER = 2_000

/**
 * What to do a few times a second. Nothing waits for it, and a store that is away gets the next report. Why it is built
 * so: docs/decisions/0014-the-wait-estimate.md.
 */
export const make = Effect.fnUntraced(function*(
  run: Pick<PartitionRun, "partition" | "folding" | "settling" | "lastTaken" | "isRecovered">
): Effect.fn.Return<Effect.Effect<void>> {
  const backlogs = yield* Backlogs
  let last = { at: yield* Monotonic.now, folded: run.folding.furthest(), hadWork: false }
  let perSecond = 0
  let reported = { at: Number.NEGATIVE_INFINITY, folded: -1, settled: -1, perSecond: 0 }

  const look = (wall: number, now: number) => {
    const folded = run.folding.furthest()
    const newest = run.lastTaken()
    const hasWork = newest !== undefined && run.folding.open() > 0 && wall - newest.timestamp >= BEHIND_MILLIS
    perSecond = FoldRate.next(perSecond, {
      records: folded - last.folded,
      millis: now - last.at,
      isBusy: last.hadWork && hasWork
    })
    last = { at: now, folded, hadWork: hasWork }
    const settled = run.settling.next()
    return { folded, settled, perSecond: Math.round(perSecond), rules: RULES_VERSION } satisfies Backlog
  }

  return Effect.gen(function*() {
    const now = yield* Monotonic.now
    const backlog = look(yield* Clock.currentTimeMillis, now)
    // While it is folded again, what the store knew before says more about the queue than where the fold is.
    if (!run.isRecovered()) return
    const isSame = backlog.folded === reported.folded && backlog.settled === reported.settled &&
      backlog.perSecond === reported.perSecond
    if (isSame && now - reported.at < PUBLISH_AGAIN_AFTER) return
    yield* backlogs.publish(run.partition, backlog)
    reported = { ...backlog, at: now }
  }).pipe(
    Effect.catch(({ detail }) =>
      Log.debug(`Partition ${run.partition}: its backlog is not told: ${detail}`, { event: "backlog_untold" })
    )
  )
})
