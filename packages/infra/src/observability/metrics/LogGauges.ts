/** Whether the log keeps what docs/decisions/0029-preconditions-of-the-log.md asks of it. */
import type { Metric } from "effect"
import { gauge, type Service } from "./Series.ts"

export interface LogGauges {
  /** 1 while the log is refused. */
  readonly refused: Metric.Gauge<number>
  /** Topics that lose records though the log is in use. */
  readonly policyWrong: Metric.Gauge<number>
}

const make = (service: Service): LogGauges => ({
  refused: gauge(
    `${service}_log_refused`,
    "Whether the order log is refused (1): its partitions, its topic or its compaction are wrong"
  ),
  policyWrong: gauge(`${service}_log_policy_wrong`, "Topics that are missing or whose settings lose records")
})

const all: Readonly<Record<Service, LogGauges>> = { gateway: make("gateway"), processor: make("processor") }

export const of = (service: Service): LogGauges => all[service]
