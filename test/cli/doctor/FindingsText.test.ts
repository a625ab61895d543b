/** The report as it is shown, and the table of checks in the runbook. */
import * as FindingsText from "@flash-sale/cli/doctor/FindingsText"
import * as Check from "@flash-sale/operations/doctor/Check"
import { readFileSync } from "node:fs"
import { expect, it } from "vitest"

const findings: ReadonlyArray<Check.Finding> = [
  Check.ok("redis.address", "redis:6379"),
  Check.notLookedAt("kafka.version", "Kafka cannot be reached"),
  Check.warning(
    "redis.persistence",
    "appendonly no: a restart loses what is not in its last dump",
    "CONFIG SET appendonly yes"
  ),
  Check.wrong(
    "kafka.address",
    "kafka:9092: connect ECONNREFUSED",
    "is Kafka up, and is KAFKA_ADDR right? With TLS: KAFKA_TLS"
  ),
  Check.notLookedAt("kafka.brokers", "Kafka cannot be reached"),
  Check.ok("redis.login", "as \"default\"")
]
const style: FindingsText.Style = { columns: undefined, hasColor: false, isAll: false }

it("shows the worst first, a reason once, and what is well last", () => {
  expect(FindingsText.text(findings, style).split("\n")).toEqual([
    "wrong    kafka.address      kafka:9092: connect ECONNREFUSED",
    "         mend: is Kafka up, and is KAFKA_ADDR right? With TLS: KAFKA_TLS",
    "warning  redis.persistence  appendonly no: a restart loses what is not in its last dump",
    "         mend: CONFIG SET appendonly yes",
    "not looked at: Kafka cannot be reached",
    "         kafka.version, kafka.brokers",
    "ok",
    "         redis.address, redis.login",
    "1 wrong, 1 warning, 2 not looked at, 2 ok"
  ])
})

it("breaks lines for a terminal, and never beyond it", () => {
  for (const columns of [60, 80, 120]) {
    for (const line of FindingsText.text(findings, { ...style, columns }).split("\n")) {
      expect(line.length).toBeLessThanOrEqual(columns)
    }
  }
  expect(FindingsText.text(findings, { ...style, columns: 60 })).toContain(`loses
${" ".repeat(28)}what is not`)
})

it("says what was found where all is asked for, and paints the verdict alone", () => {
  const text = FindingsText.text(findings, { ...style, isAll: true, hasColor: true })
  expect(text).toContain("\u001b[32mok       \u001b[0mredis.address      redis:6379")
  expect(text).toContain("\u001b[31mwrong    \u001b[0mkafka.address")
})

it("is a JSON object a line for programs, the worst first", () => {
  const lines = FindingsText.json(findings).split("\n").map((line): unknown => JSON.parse(line))
  expect(lines).toHaveLength(findings.length)
  expect(lines[0]).toEqual({
    id: "kafka.address",
    verdict: "wrong",
    detail: "kafka:9092: connect ECONNREFUSED",
    mend: "is Kafka up, and is KAFKA_ADDR right? With TLS: KAFKA_TLS"
  })
  expect(lines[5]).toEqual({ id: "redis.login", verdict: "ok", detail: "as \"default\"" })
})

it("has a row in the runbook for every check, with the same words", () => {
  const runbook = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8")
  const [, section = ""] = /^## Doctor$([\s\S]*?)^## /m.exec(runbook) ?? []
  const rows = Array.from(section.matchAll(/^\| `([a-z]+\.[a-z_]+)` \| (.+?) \|$/gm), ([, id, what]) => [id, what])
  expect(rows).toEqual(Object.entries(Check.CHECKS))
})
