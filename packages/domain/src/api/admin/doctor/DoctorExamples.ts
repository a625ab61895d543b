/** One example of each body of what `doctor` finds, as it is on the wire, by the name of its schema. */
import type { DoctorReport, Finding } from "./AdminDoctor.ts"

const warning = {
  id: "redis.persistence",
  about: "what a restart of Redis leaves: `appendonly`, `appendfsync`",
  verdict: "warning",
  detail: "appendonly is off: a restart of Redis loses what it holds, and processors fold it again",
  mend: "appendonly yes in redis.conf"
} as const

const fine = {
  id: "kafka.address",
  about: "Kafka answers at its addresses",
  verdict: "ok",
  detail: "3 brokers"
} as const

export const EXAMPLES = {
  Finding: warning satisfies typeof Finding.Encoded,
  DoctorReport: {
    checked_at: "2026-12-01T17:00:00.000Z",
    took_ms: 840,
    release: "0.2.0",
    status: "warning",
    sums: { wrong: 0, warning: 1, not_looked_at: 0, ok: 1 },
    findings: [warning, fine]
  } satisfies typeof DoctorReport.Encoded
}
