/**
 * What the engine is to do and to cost, and how it is compared between machines: CPU time and throughput as multiples
 * of what a bare HTTP server needs and does on the same machine in the same minutes, times and memory as they are.
 */

/** What figures of a kind are divided by: CPU µs of the bare server's answers, or its answers a second. */
export type Unit = "× bare POST" | "× bare GET" | "× bare rate" | "ms" | "MiB"

export interface Aim {
  readonly name: string
  readonly unit: Unit
  readonly aim: number
  /** Whether more is better. */
  readonly isMore?: true
}

/** The bare server on the machine for which the aims were set: CPU µs of an answer, and answers a second. */
const REFERENCE = { post: 14, get: 13, rate: 70_000 }

const cpu = (name: string, micros: number): Aim => ({ name, unit: "× bare POST", aim: micros / REFERENCE.post })
const rate = (name: string, aSecond: number): Aim => ({
  name,
  unit: "× bare rate",
  aim: aSecond / REFERENCE.rate,
  isMore: true
})
const millis = (name: string, aim: number): Aim => ({ name, unit: "ms", aim })

/** Of the embedded engine, where this share of the payments fails. */
const embedded = (share: string): ReadonlyArray<Aim> => [
  rate(`embedded, failing ${share}: accepted and final/s`, 16_000),
  cpu(`embedded, failing ${share}: CPU of an order`, 80),
  millis(`embedded, failing ${share}: p99 at saturation`, 12),
  millis(`embedded, failing ${share}: p99.99 at saturation`, 50),
  millis(`embedded, failing ${share}: longest stall`, 25),
  { name: `embedded, failing ${share}: memory`, unit: "MiB", aim: 400 },
  millis(`embedded, failing ${share}: p99 at 2,000/s`, 5)
]

/** In the order of the table. */
export const AIMS: ReadonlyArray<Aim> = [
  { name: "gateway: accepted", unit: "× bare POST", aim: 2.8 },
  { name: "gateway: over new connections", unit: "× bare POST", aim: 2.8 },
  { name: "gateway: sold out", unit: "× bare POST", aim: 1.3 },
  { name: "gateway: GET order", unit: "× bare GET", aim: 1.4 },
  { name: "gateway: GET item", unit: "× bare GET", aim: 1.15 },
  ...["1,000", "2,000"].flatMap((at) => [
    millis(`gateway at ${at}/s: p99 of the first second`, 4.5),
    millis(`gateway at ${at}/s: p99 after ten seconds`, 3.5)
  ]),
  rate("processor, 1,000 items: sold orders/s", 22_000),
  cpu("processor, 1,000 items: CPU of an order", 35),
  cpu("processor, 1,000 items: Redis's CPU of it", 25),
  rate("processor, one item: sold orders/s", 30_000),
  rate("processor, recovery: records/s", 100_000),
  ...["0", "0.1"].flatMap(embedded)
]
