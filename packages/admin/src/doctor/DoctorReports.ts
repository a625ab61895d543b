/**
 * `GET /admin/v1/doctor`: one look at a time, shared by all who ask meanwhile and kept for a while. It goes on where
 * whoever asked first hangs up. Decision 0056.
 */
import type { DoctorReport } from "@flash-sale/domain/api/admin/doctor/AdminDoctor"
import type { Unavailable } from "@flash-sale/domain/api/Errors"
import { release } from "@flash-sale/infra/http/Release"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import * as Check from "@flash-sale/operations/doctor/Check"
import * as Examination from "@flash-sale/operations/doctor/Examination"
import { Context, DateTime, Deferred, Duration, Effect, Layer, Logger, Metric, type Scope } from "effect"
import * as Failures from "../request/Failures.ts"

/** How long a look may take. Each of its questions has a time of its own. */
export const WITHIN = Duration.seconds(90)
/** How long a report is shown before the next look. */
export const KEPT_FOR = Duration.seconds(10)

type Report = typeof DoctorReport.Type

export class DoctorReports extends Context.Service<DoctorReports, {
  /** The report of the look that goes on, or of one that has just ended. */
  readonly ask: Effect.Effect<Report, Unavailable>
}>()("@flash-sale/admin/doctor/DoctorReports") {}

const shownOf = ({ detail, id, mend, verdict }: Check.Finding): Report["findings"][number] => {
  const shown = { id, about: Check.CHECKS[id], verdict, detail }
  return mend === undefined ? shown : { ...shown, mend }
}

/** Pure. */
export const reportOf = (findings: ReadonlyArray<Check.Finding>, at: DateTime.DateTime, tookMillis: number): Report => {
  const count = (verdict: Check.Verdict) => findings.filter((finding) => finding.verdict === verdict).length
  const sums = {
    wrong: count("wrong"),
    warning: count("warning"),
    not_looked_at: count("not_looked_at"),
    ok: count("ok")
  }
  return {
    checked_at: DateTime.formatIso(at),
    took_ms: Math.round(tookMillis),
    release: release.version,
    status: sums.wrong > 0 ? "wrong" : sums.warning > 0 ? "warning" : "ok",
    sums,
    findings: Check.worstFirst(findings).map(shownOf)
  }
}

/** Shares looks. `look` never fails; a bug in it is answered to all who wait for it. */
export const make = Effect.fnUntraced(function*(
  look: Effect.Effect<ReadonlyArray<Check.Finding>>
): Effect.fn.Return<DoctorReports["Service"], never, Scope.Scope> {
  const scope = yield* Effect.scope
  const now = yield* Monotonic.reader
  let going: Deferred.Deferred<Report | undefined> | undefined
  let last: { readonly report: Report; readonly until: number } | undefined

  const report = Effect.gen(function*() {
    const began = now()
    const findings = yield* look
    return reportOf(findings, yield* DateTime.now, now() - began)
  })
  /** Goes on by itself from then on, whoever has asked. */
  const begin = Effect.suspend(() => {
    const answer = Deferred.makeUnsafe<Report | undefined>()
    going = answer
    return Effect.timeoutOrElse(report, { duration: WITHIN, orElse: () => Effect.undefined }).pipe(
      Effect.tap((found) =>
        Effect.sync(() => {
          if (found !== undefined) last = { report: found, until: now() + Duration.toMillis(KEPT_FOR) }
        })
      ),
      Effect.onExit((exit) =>
        Effect.suspend(() => {
          going = undefined
          return Deferred.done(answer, exit)
        })
      ),
      Effect.forkIn(scope),
      Effect.as(answer)
    )
  })
  // Who hangs up between the two would leave a look that nobody makes, and for which all others wait.
  const joined = Effect.uninterruptible(Effect.suspend(() => going === undefined ? begin : Effect.succeed(going)))

  return {
    ask: Effect.suspend(() => {
      if (going === undefined && last !== undefined && now() < last.until) return Effect.succeed(last.report)
      return Effect.flatMap(
        Effect.flatMap(joined, Deferred.await),
        (found) => found === undefined ? Failures.unavailable("overloaded") : Effect.succeed(found)
      )
    })
  }
})

/** Neither its lines nor its series are those of the gateway: what it finds is in the report. */
const apart = <A>(look: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.suspend(() => Effect.provideService(look, Metric.MetricRegistry, new Map())).pipe(
    Effect.provide(Logger.layer([]))
  )

/** Looks at the engine that this process is part of. */
export const layer = (patient: Examination.Patient): Layer.Layer<DoctorReports> =>
  Layer.effect(DoctorReports, make(apart(Examination.run(patient, "service"))))
