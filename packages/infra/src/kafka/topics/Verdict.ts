/**
 * Whether a log may be used, by its number of partitions: what the topic has, what is written down with the data, and
 * what the settings say. Pure. Decision 0029.
 */
import type { LogIdentity } from "@flash-sale/domain/ports/FoldedLog"
import { LogRefused } from "@flash-sale/domain/ports/OrderLog"

/** What is written down, and where. */
export interface Witness extends LogIdentity {
  readonly where: "Redis" | "the group's offsets" | "this process"
}

export interface Evidence {
  /** The topic of the settings, and the number of `KAFKA_PARTITIONS`. */
  readonly settings: LogIdentity
  /** The partitions of the topic now; undefined where there is no such topic. */
  readonly found: number | undefined
  readonly witnesses: ReadonlyArray<Witness>
}

/** The log may be used, or has never been made, or is refused. */
export type Verdict =
  | { readonly _tag: "Usable"; readonly partitions: number }
  | { readonly _tag: "Absent" }
  | LogRefused

const MOVE = "move its records into a new topic: flash-sale recover --repartition N"

export const of = ({ found, settings, witnesses }: Evidence): Verdict => {
  const { partitions: configured, topic } = settings
  const elsewhere = witnesses.find((one) => one.topic !== topic)
  if (elsewhere !== undefined) {
    return refused(
      "partitions",
      `the data is that of the topic ${elsewhere.topic}, by ${elsewhere.where}, and not of ${topic}: ` +
        `set ORDERS_TOPIC to ${elsewhere.topic} and KAFKA_PARTITIONS to ${elsewhere.partitions} ` +
        `where the log was moved there, or name the Redis that belongs to ${topic}`
    )
  }
  const written = witnesses.find((one) => one.partitions !== found) ??
    witnesses.find((one) => one.partitions !== configured) ?? witnesses[0]
  if (found === undefined) return written === undefined ? { _tag: "Absent" } : missing(written)
  if (written === undefined) {
    return found === configured ? { _tag: "Usable", partitions: found } : neverWritten(settings, found)
  }
  if (written.partitions !== found) return altered(written, found)
  if (written.partitions !== configured) return misconfigured(written, configured)
  return { _tag: "Usable", partitions: found }
}

const refused = (problem: LogRefused["problem"], detail: string): LogRefused => new LogRefused({ problem, detail })

const missing = ({ partitions, topic, where }: Witness): LogRefused =>
  refused(
    "topic",
    `the topic ${topic} is missing, and orders were written to it (${where}: ${partitions} partitions). An empty one ` +
      `would be another log, so none is made: restore the topic with its records and its ${partitions} partitions`
  )

const altered = ({ partitions, topic, where }: Witness, found: number): LogRefused =>
  refused(
    "partitions",
    `the topic ${topic} has ${found} partitions, and its orders were written with ${partitions} (${where}): items ` +
      `would be at home in other partitions. Keep KAFKA_PARTITIONS at ${partitions}, and restore the topic with ` +
      `${partitions} partitions, or ${MOVE}`
  )

const misconfigured = ({ partitions, topic, where }: Witness, configured: number): LogRefused =>
  refused(
    "partitions",
    `KAFKA_PARTITIONS is ${configured}, and the orders of the topic ${topic} were written with ${partitions} ` +
      `partitions (${where}): set KAFKA_PARTITIONS to ${partitions}. For another number ${MOVE}`
  )

const neverWritten = ({ partitions, topic }: LogIdentity, found: number): LogRefused =>
  refused(
    "partitions",
    `the topic ${topic} has ${found} partitions, KAFKA_PARTITIONS is ${partitions}, and with the data no number is ` +
      "written: set KAFKA_PARTITIONS to the number with which the orders were written. That is the topic's own only " +
      "where nobody has altered it"
  )
