/** Adds up what the instances say. Pure. */
import type { GatewayInstance, Instance, ProcessorInstance } from "./Instance.ts"
import type { Overview, Problem, ProblemCode } from "./Overview.ts"
import { sum, sumOfRates } from "./Sums.ts"

/** The most halted, and recovering, partitions that an overview names. */
const MAX_TROUBLES_LISTED = 100

const gatewaysOf = (gateways: ReadonlyArray<GatewayInstance>): Overview["gateways"] => ({
  count: gateways.length,
  stopping: gateways.filter(({ stopping }) => stopping).length,
  breaker: {
    closed: gateways.filter(({ breaker }) => breaker === "closed").length,
    open: gateways.filter(({ breaker }) => breaker === "open").length,
    half_open: gateways.filter(({ breaker }) => breaker === "half_open").length
  },
  received_per_second: sum(gateways, (one) => one.received_per_second),
  accepted_per_second: sum(gateways, (one) => one.accepted_per_second),
  refused_per_second: sumOfRates(gateways.map((one) => one.refused_per_second)),
  failed_per_second: sumOfRates(gateways.map((one) => one.failed_per_second)),
  in_flight: sum(gateways, (one) => one.in_flight),
  streams: sum(gateways, (one) => one.streams)
})

/** The number that most gateways would know; the largest, as it never shrinks. */
const totalOf = (gateways: ReadonlyArray<GatewayInstance>): number | undefined => {
  const known = gateways.flatMap(({ partitions }) => partitions === undefined ? [] : [partitions])
  return known.length === 0 ? undefined : Math.max(...known)
}

const statesOf = (processors: ReadonlyArray<ProcessorInstance>) => ({
  running: sum(processors, (one) => one.partitions.running),
  recovering: sum(processors, (one) => one.partitions.recovering),
  waiting: sum(processors, (one) => one.partitions.waiting),
  refusing: sum(processors, (one) => one.partitions.refusing)
})

const partitionsOf = (
  total: number | undefined,
  processors: ReadonlyArray<ProcessorInstance>
): Overview["processors"]["partitions"] => {
  const states = statesOf(processors)
  if (total === undefined) return states
  const owned = states.running + states.recovering + states.waiting + states.refusing
  return { total, unowned: Math.max(0, total - owned), ...states }
}

/** Lags of records add up; of the ages the worst counts. */
const lagOf = (processors: ReadonlyArray<ProcessorInstance>): Overview["processors"]["lag"] => {
  const worst = processors.map(({ lag }) => lag).toSorted((a, b) => b.seconds - a.seconds)[0]
  const partition = worst?.partition
  return {
    records: sum(processors, ({ lag }) => lag.records),
    seconds: worst?.seconds ?? 0,
    ...(partition === undefined ? {} : { partition })
  }
}

/** All processors see the same letters, some later than others: the largest number counts, and the greatest age. */
const lettersOf = (processors: ReadonlyArray<ProcessorInstance>) => {
  const seen = processors.flatMap(({ dead_letters: letters }) => letters === undefined ? [] : [letters])
  return seen.length === 0 ? {} : {
    dead_letters: {
      size: Math.max(...seen.map(({ size }) => size)),
      oldest_seconds: Math.max(...seen.map(({ oldest_seconds: oldest }) => oldest))
    }
  }
}

const processorsOf = (
  total: number | undefined,
  processors: ReadonlyArray<ProcessorInstance>
): Overview["processors"] => ({
  count: processors.length,
  partitions: partitionsOf(total, processors),
  folded_per_second: sum(processors, (one) => one.folded_per_second),
  lag: lagOf(processors),
  halted: processors.flatMap(({ halted }) => halted).slice(0, MAX_TROUBLES_LISTED),
  recovering: processors.flatMap(({ recovering }) => recovering).slice(0, MAX_TROUBLES_LISTED),
  stopped_items: sum(processors, (one) => one.stopped_items),
  payments: {
    in_flight: sum(processors, ({ payments }) => payments.in_flight),
    in_doubt: sum(processors, ({ payments }) => payments.in_doubt),
    per_second: sumOfRates(processors.map(({ payments }) => payments.per_second)),
    held_back: processors.some(({ payments }) => payments.held_back),
    simulated: processors.some(({ payments }) => payments.simulated)
  },
  ...lettersOf(processors)
})

const problemsOf = (
  instances: ReadonlyArray<Instance>,
  { breaker, count }: Overview["gateways"],
  { partitions, stopped_items: stopped, ...processors }: Overview["processors"],
  heldBack: number
): ReadonlyArray<Problem> => {
  const counts: Readonly<Record<ProblemCode, number>> = {
    no_gateway: count === 0 ? 1 : 0,
    no_processor: processors.count === 0 ? 1 : 0,
    redis_away: instances.filter(({ redis }) => !redis).length,
    kafka_away: instances.filter(({ kafka }) => !kafka).length,
    breaker_not_closed: breaker.open + breaker.half_open,
    partitions_unowned: partitions.unowned ?? 0,
    partitions_waiting: partitions.waiting,
    partitions_halted: partitions.refusing,
    items_stopped: stopped,
    payments_held_back: heldBack
  }
  return (Object.keys(counts) as ReadonlyArray<ProblemCode>).flatMap((code) =>
    counts[code] === 0 ? [] : [{ code, count: counts[code] }]
  )
}

/** The overview of these reports; `ageMillis` is how long ago each was made. */
export const of = (
  reports: ReadonlyArray<{ readonly instance: Instance; readonly ageMillis: number }>
): Overview => {
  const all = reports.map(({ instance }) => instance)
  const gatewayInstances = all.filter((one) => one.service === "gateway")
  const processorInstances = all.filter((one) => one.service === "processor")
  const gateways = gatewaysOf(gatewayInstances)
  const processors = processorsOf(totalOf(gatewayInstances), processorInstances)
  const heldBack = processorInstances.filter(({ payments }) => payments.held_back).length
  const problems = problemsOf(all, gateways, processors, heldBack)
  const partOf = (part: "redis" | "kafka") => {
    const up = all.filter((one) => one[part]).length
    return { up, away: all.length - up }
  }
  return {
    status: problems.length === 0 ? "healthy" : "unhealthy",
    problems,
    parts: { redis: partOf("redis"), kafka: partOf("kafka") },
    gateways,
    processors,
    versions: [...new Set(all.map(({ version }) => version))].toSorted(),
    ...(processors.count === 0
      ? {}
      : { rules_version: Math.min(...processorInstances.map((one) => one.rules_version)) }),
    instances: reports.map(({ ageMillis, instance }) => ({ ...instance, seen_seconds_ago: ageMillis / 1000 }))
  }
}
