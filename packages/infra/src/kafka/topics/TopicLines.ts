/** What is said of the preconditions of the log: a line for each change, again now and then, and two gauges. */
import { type Duration, Effect, Metric } from "effect"
import * as Log from "../../observability/logs/Log.ts"
import * as AppendTelemetry from "../../observability/metrics/AppendTelemetry.ts"
import * as LogGauges from "../../observability/metrics/LogGauges.ts"
import type { KafkaSettings } from "../client/KafkaSettings.ts"
import type { Found } from "./TopicLook.ts"

/** How often the topics are looked at, and after how many looks a line that still holds is written again: 5 minutes. */
export const LOOK_EVERY: Duration.Input = "2 seconds"
const LOOKS_UNTIL_REMINDER = 150

/** One matter, and the line that was written of it last. */
const matter = () => {
  let said = ""
  let looks = 0
  const isNews = (line: string): boolean => {
    const isOther = line !== said
    said = line
    if (isOther) looks = 0
    return isOther
  }
  return {
    isNews,
    /** The same, and true again after a while for a line that still holds. */
    isDue: (line: string): boolean => {
      if (isNews(line)) return true
      if (line === "" || ++looks < LOOKS_UNTIL_REMINDER) return false
      looks = 0
      return true
    }
  }
}

export const make = Effect.fnUntraced(function*({ ordersTopic }: KafkaSettings) {
  const service = yield* AppendTelemetry.CurrentService
  const [use, warnings, knowledge] = [matter(), matter(), matter()]

  const sayUse = (verdict: Found["verdict"]) => {
    const line = typeof verdict === "number"
      ? `The order log is there: ${ordersTopic}, ${verdict} partitions`
      : `The order log cannot be used: ${verdict.detail}`
    if (typeof verdict !== "number") {
      return use.isDue(line) ? Log.error(line, { event: "log_unusable", reason: verdict.problem }) : Effect.void
    }
    return use.isNews(line) ? Log.info(line, { event: "log_ready" }) : Effect.void
  }

  const sayWarnings = (lines: ReadonlyArray<string>) => {
    const line = lines.join("; ")
    if (!warnings.isDue(line)) return Effect.void
    return line === ""
      ? Log.info("The topics keep every record", { event: "log_policy" })
      : Log.error(`The order log may lose records: ${line}`, { event: "log_policy" })
  }

  const sayUnknown = (why = "") => {
    if (!knowledge.isNews(why) || why === "") return Effect.void
    return Log.warn(`Nobody knows whether the topics keep every record: ${why}`, { event: "log_policy" })
  }

  const show = ({ verdict, warnings: lines }: Found) => {
    if (service === undefined) return Effect.void
    const { policyWrong, refused } = LogGauges.of(service)
    return Effect.andThen(
      Metric.update(refused, typeof verdict === "number" ? 0 : 1),
      Metric.update(policyWrong, lines.length)
    )
  }

  return (found: Found): Effect.Effect<void> =>
    Effect.all([show(found), sayUse(found.verdict), sayWarnings(found.warnings), sayUnknown(found.unknown)], {
      discard: true
    })
})
