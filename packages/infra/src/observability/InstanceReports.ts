/**
 * Says once a second how a service of this process is, for as long as the layer lives, and takes it out of the list at
 * the end. Why: docs/decisions/0043-instances-report-themselves.md.
 *
 * **Details**: it must never disturb. One report is under way at a time, so a store that is silent is asked once; a
 * store that is away gets the next report. A bug in it has one error line, and ends the reports.
 */
import { type GatewayInstance, InstanceId, type ProcessorInstance } from "@flash-sale/domain/instances/Instance"
import { Instances } from "@flash-sale/domain/ports/Instances"
import * as Moment from "@flash-sale/domain/records/Moment"
import { Cause, Clock, Duration, Effect, Layer, Random, Schedule } from "effect"
import { hostname } from "node:os"
import * as Monotonic from "../time/Monotonic.ts"
import * as Log from "./logs/Log.ts"

/** How often an instance reports. It may miss a few reports before it is taken for dead. */
export const REPORT_EVERY = Duration.seconds(1)
/** How long the end of the process waits for being taken out of the list; else it is gone by itself a little later. */
export const WITHDRAW_TIMEOUT = Duration.millis(500)

type Identity = "id" | "host" | "started_at" | "uptime_seconds" | "version" | "rules_version"
/** What a service says of itself, beside who it is. */
export type Vitals = Omit<GatewayInstance, Identity> | Omit<ProcessorInstance, Identity>

const MAX_HOST_LENGTH = 255
/** The most that one half of an id can be. */
const HALF = Number.MAX_SAFE_INTEGER

/** What runs, as `/version` shows it. */
export type Release = Pick<GatewayInstance, "version" | "rules_version">

const identify = Effect.fnUntraced(function*({ rules_version, version }: Release) {
  const [left, right] = [yield* Random.nextIntBetween(0, HALF), yield* Random.nextIntBetween(0, HALF)]
  return {
    id: InstanceId.make(`${left.toString(36)}${right.toString(36)}`),
    host: hostname().slice(0, MAX_HOST_LENGTH) || "unknown",
    started_at: Moment.isoOf(yield* Clock.currentTimeMillis),
    version,
    rules_version
  }
})

/** `make` prepares the look at the service that is taken for each report. */
export const layer = <R>(
  release: Release,
  make: Effect.Effect<Effect.Effect<Vitals>, never, R>
): Layer.Layer<never, never, R> =>
  Layer.effectDiscard(Effect.gen(function*() {
    const instances = yield* Instances
    const look = yield* make
    const identity = yield* identify(release)
    const monotonic = yield* Monotonic.reader
    const begun = monotonic()

    const report = Effect.gen(function*() {
      const uptime = Math.round((monotonic() - begun) / 1000)
      yield* instances.report({ ...identity, ...yield* look, uptime_seconds: uptime })
    }).pipe(
      Effect.catch(({ detail }) =>
        Log.debug(`Instance ${identity.id} did not report: ${detail}`, { event: "instance_unreported" })
      )
    )
    const reports = Effect.catchDefect(
      Effect.repeat(report, Schedule.spaced(REPORT_EVERY)),
      (defect) => Log.error("This instance reports no more, by a bug", { event: "internal_error" }, Cause.die(defect))
    )
    // Before the fork, so that it runs after the last report.
    yield* Effect.addFinalizer(() =>
      Effect.ignore(Effect.timeoutOption(Effect.interruptible(instances.withdraw(identity.id)), WITHDRAW_TIMEOUT))
    )
    yield* Effect.forkScoped(reports)
  }))
