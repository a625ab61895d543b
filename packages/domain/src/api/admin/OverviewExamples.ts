/** One example of each body about the engine as a whole, as it is on the wire, by the name of its schema. */
import type { OverviewHistory, OverviewNow, OverviewSample } from "./AdminOverview.ts"
import type { AdminHealthy, AdminUnhealthy } from "./AdminSystem.ts"

const overview = {
  now: "2026-12-01T18:00:00.000Z",
  status: "healthy",
  problems: [],
  parts: { redis: { up: 2, away: 0 }, kafka: { up: 2, away: 0 } },
  gateways: {
    count: 1,
    stopping: 0,
    breaker: { closed: 1, open: 0, half_open: 0 },
    received_per_second: 1200,
    accepted_per_second: 900,
    refused_per_second: { sold_out: 300 },
    failed_per_second: {},
    in_flight: 12,
    streams: 40
  },
  processors: {
    count: 1,
    partitions: { total: 12, unowned: 0, running: 12, recovering: 0, waiting: 0, refusing: 0 },
    folded_per_second: 900,
    lag: { records: 30, seconds: 0.05, partition: 3 },
    halted: [],
    recovering: [],
    stopped_items: 0,
    payments: { in_flight: 80, in_doubt: 0, per_second: { paid: 850 }, held_back: false, simulated: false },
    dead_letters: { size: 0, oldest_seconds: 0 }
  },
  versions: ["0.2.0"],
  rules_version: 1,
  instances: []
} satisfies typeof OverviewNow.Encoded

const sample = {
  at: overview.now,
  status: "healthy",
  received_per_second: 1200,
  accepted_per_second: 900,
  refused_per_second: { sold_out: 300 },
  failed_per_second: {},
  folded_per_second: 900,
  lag_records: 30,
  lag_seconds: 0.05,
  payments_in_flight: 80,
  payments_per_second: { paid: 850 },
  dead_letters: 0
} satisfies typeof OverviewSample.Encoded

export const EXAMPLES = {
  OverviewNow: overview,
  OverviewSample: sample,
  OverviewHistory: { every_seconds: 5, samples: [sample] } satisfies typeof OverviewHistory.Encoded,
  AdminHealthy: { status: "healthy", redis: true, kafka: true } satisfies typeof AdminHealthy.Encoded,
  AdminUnhealthy: { status: "unhealthy", redis: false, kafka: true } satisfies typeof AdminUnhealthy.Encoded
}
