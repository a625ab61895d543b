/** How metrics are made: with labels that are a closed set, or bounded. Handles are made once and updated in place. */
import { type Context, Metric } from "effect"

/** Whose metric it is: the first part of its name. */
export type Service = "gateway" | "processor"

export const counter = (name: string, description: string) => Metric.counter(name, { description, incremental: true })
export const gauge = (name: string, description: string) => Metric.gauge(name, { description })
export const histogram = (name: string, description: string, boundaries: ReadonlyArray<number>) =>
  Metric.histogram(name, { description, boundaries })

/** One handle for each of a closed set of labels. */
export interface Labelled<Label extends string, Input, State> {
  readonly of: (label: Label) => Metric.Metric<Input, State>
  readonly all: ReadonlyArray<Metric.Metric<Input, State>>
}

/** Handles for each of a closed set of labels, made once. */
export const labelled = <const Label extends string, Input, State>(
  labels: ReadonlyArray<Label>,
  key: string,
  metric: Metric.Metric<Input, State>
): Labelled<Label, Input, State> => {
  const handles = new Map(labels.map((label) => [label, Metric.withAttributes(metric, { [key]: label })]))
  return { of: (label) => handles.get(label)!, all: [...handles.values()] }
}

/** Handles for labels as they come, up to a bound; all further ones share the label `other`. */
export const bounded = <Input, State>(
  metric: Metric.Metric<Input, State>,
  key: string,
  bound: number,
  other: string
) => {
  const handles = new Map<string, Metric.Metric<Input, State>>()
  return (wanted: string): Metric.Metric<Input, State> => {
    const label = handles.has(wanted) || handles.size < bound ? wanted : other
    const known = handles.get(label)
    if (known !== undefined) return known
    const made = Metric.withAttributes(metric, { [key]: label })
    handles.set(label, made)
    return made
  }
}

/** The most partitions that a topic may have here. */
const MAX_PARTITIONS = 10_000
const BEYOND = "other"

/** A gauge that the owner of each partition reports. */
export const byPartition = (name: string, description: string) => {
  const handle = bounded(gauge(name, description), "partition", MAX_PARTITIONS, BEYOND)
  return (partition: number) => handle(String(partition))
}

/** Series that the owner of a partition reports, remembered so that they can be removed when it is revoked. */
export const ownedSeries = <Input, State>(seriesOf: (id: string) => Metric.Metric<Input, State>, bound: number) => {
  const reportedBy = new Map<number, Set<string>>()
  return {
    of: (partition: number, id: string): Metric.Metric<Input, State> => {
      const reported = reportedBy.get(partition) ?? new Set()
      reportedBy.set(partition, reported)
      if (reported.size < bound) reported.add(id)
      return seriesOf(id)
    },
    isReported: (partition: number, id: string): boolean => reportedBy.get(partition)?.has(id) === true,
    forget: (partition: number, context: Context.Context<never>): void => {
      for (const id of reportedBy.get(partition) ?? []) Metric.removeUnsafe(seriesOf(id), context)
      reportedBy.delete(partition)
    }
  }
}
