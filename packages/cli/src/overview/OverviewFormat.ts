/** The overview as it is printed: what is wrong, then each part in a line. */
import type { Overview } from "../engine/Engine.ts"
import * as Table from "../terminal/Table.ts"

const rate = (perSecond: number): string => String(Math.round(perSecond * 10) / 10)
const seconds = (duration: number): string => `${rate(duration)} s`

/** Kinds with their rates, the most frequent first: ` (sold_out 3, limit 1)`. */
const kinds = (rates: Readonly<Record<string, number>>): string => {
  const all = Object.entries(rates).toSorted(([, one], [, other]) => other - one)
  return all.length === 0 ? "" : ` (${all.map(([code, perSecond]) => `${code} ${rate(perSecond)}`).join(", ")})`
}
const total = (rates: Readonly<Record<string, number>>): number =>
  Object.values(rates).reduce((sum, perSecond) => sum + perSecond, 0)

/** What keeps the engine from being healthy: `kafka_away (1)`. */
export const problems = ({ problems: found }: Overview): string =>
  found.map(({ code, count }) => `${code} (${count})`).join(", ")

const ofGateways = ({ gateways }: Overview): string =>
  `${gateways.count}, orders a second: received ${rate(gateways.received_per_second)}, ` +
  `accepted ${rate(gateways.accepted_per_second)}, ` +
  `refused ${rate(total(gateways.refused_per_second))}${kinds(gateways.refused_per_second)}, ` +
  `failed ${rate(total(gateways.failed_per_second))}${kinds(gateways.failed_per_second)}`

const ofPartitions = ({ processors: { partitions } }: Overview): string => {
  const { recovering, refusing, running, total: all, unowned = 0, waiting } = partitions
  return `${running} of ${all ?? "?"} running, recovering ${recovering}, waiting ${waiting}, halted ${refusing}, ` +
    `without a processor ${unowned}`
}

const ofPayments = ({ processors: { payments } }: Overview): string =>
  `${payments.in_flight} in flight, ${payments.in_doubt} in doubt` +
  `${payments.held_back ? ", held back" : ""}${payments.simulated ? ", simulated" : ""}` +
  `${kinds(payments.per_second)}`

const ofLetters = ({ processors: { dead_letters: letters } }: Overview): string =>
  letters === undefined
    ? "not known"
    : letters.size === 0
    ? "none"
    : `${letters.size}, the oldest since ${seconds(letters.oldest_seconds)}`

/** Lines with names before them. */
export const text = (overview: Overview): string => {
  const { gateways, now, parts: { kafka, redis }, processors, status, versions } = overview
  const rows: ReadonlyArray<readonly [string, string]> = [
    ["engine", `${status}${status === "healthy" ? "" : `: ${problems(overview)}`}`],
    ["at", now],
    ["store", `${redis.up} of ${redis.up + redis.away} use it`],
    ["log", `${kafka.up} of ${kafka.up + kafka.away} use it`],
    ["gateways", ofGateways(overview)],
    ["in flight", `${gateways.in_flight} orders, ${gateways.streams} streams`],
    ["processors", `${processors.count}, ${rate(processors.folded_per_second)} records a second`],
    ["partitions", ofPartitions(overview)],
    ["behind", `${processors.lag.records} records, ${seconds(processors.lag.seconds)}`],
    ["stopped", `${processors.stopped_items} items`],
    ["payments", ofPayments(overview)],
    ["dead letters", ofLetters(overview)],
    ["releases", versions.length === 0 ? Table.ABSENT : versions.map(Table.harmless).join(", ")]
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n")
}
