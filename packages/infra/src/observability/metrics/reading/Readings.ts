/**
 * What the series of this process show now, read all at once. Reading a metric by itself would make a series that is
 * not there yet, and some appear only once there is something to show.
 */
import { Context, Effect, Metric } from "effect"

export interface Readings {
  /** The value of the series of this name, all its labels together; undefined where there is none. */
  readonly total: (name: string) => number | undefined
  /** The values of the series of this name by one of their labels. */
  readonly by: (name: string, label: string) => ReadonlyMap<string, number>
}

interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Of a counter its count, of a gauge its value, of a histogram the sum of what it observed. */
const valueOf = (state: object): number | undefined => {
  const value = "sum" in state ? state.sum : "count" in state ? state.count : "value" in state ? state.value : undefined
  return typeof value === "number" ? value : undefined
}

/** The series of these names. */
export const read = (names: ReadonlySet<string>): Effect.Effect<Readings> =>
  Effect.contextWith((context: Context.Context<never>) => Effect.sync(() => readNow(names, context)))

const readNow = (names: ReadonlySet<string>, context: Context.Context<never>): Readings => {
  const found = new Map<string, Array<Series>>()
  for (const { attributes = {}, hooks, id } of Context.get(context, Metric.MetricRegistry).values()) {
    const value = names.has(id) ? valueOf(hooks.get(context) as object) : undefined
    if (value === undefined) continue
    const series = found.get(id) ?? []
    series.push({ labels: attributes, value })
    found.set(id, series)
  }
  return {
    total: (name) => found.get(name)?.reduce((total, { value }) => total + value, 0),
    by: (name, label) =>
      new Map(
        found.get(name)?.flatMap(({ labels, value }) => labels[label] === undefined ? [] : [[labels[label], value]])
      )
  }
}
