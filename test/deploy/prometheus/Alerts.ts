/** Which alerts fired, from when to when, by Prometheus' own record. */
import { until } from "../../servers/Processes.ts"
import type { PrometheusServer } from "../../servers/PrometheusServer.ts"

const firing = (alert: string): string => `ALERTS{alertname="${alert}",alertstate="firing"}`

/** Waits until all these alerts fire. */
export const untilFiring = (
  prometheus: PrometheusServer,
  alerts: ReadonlyArray<string>,
  timeoutMillis: number
): Promise<void> =>
  until(`${alerts.join(", ")} fire`, async () => {
    const counts = await Promise.all(alerts.map((alert) => prometheus.count(firing(alert))))
    return counts.every((count) => count > 0)
  }, timeoutMillis)

/** Waits until none of these alerts fires. */
export const untilResolved = (
  prometheus: PrometheusServer,
  alerts: ReadonlyArray<string>,
  timeoutMillis: number
): Promise<void> =>
  until(`${alerts.join(", ")} are resolved`, async () => {
    const counts = await Promise.all(alerts.map((alert) => prometheus.count(firing(alert))))
    return counts.every((count) => count === 0)
  }, timeoutMillis)

/** A line for each time that an alert was pending or fired, in seconds since the first sample of any. */
export const timeline = async (prometheus: PrometheusServer): Promise<ReadonlyArray<string>> => {
  const series = await prometheus.history("ALERTS")
  const began = Math.min(...series.flatMap(({ values }) => values.map(([at]) => at)))
  return series
    .flatMap(({ metric, values }) => {
      const name = `${metric["alertname"]}${metric["item_id"] === undefined ? "" : ` ${metric["item_id"]}`}`
      return stretches(values.map(([at]) => at), 2 * prometheus.everySeconds).map(([from, to]) => ({
        from,
        line: `${(from - began).toFixed(0)} to ${(to - began).toFixed(0)} s: ${name} ${metric["alertstate"]}`
      }))
    })
    .toSorted((a, b) => a.from - b.from)
    .map(({ line }) => line)
}

/** Times that are no further apart than `gap`, taken together. */
const stretches = (times: ReadonlyArray<number>, gap: number): ReadonlyArray<readonly [number, number]> => {
  const found: Array<[number, number]> = []
  for (const at of times) {
    const last = found.at(-1)
    if (last !== undefined && at - last[1] <= gap) last[1] = at
    else found.push([at, at])
  }
  return found
}
