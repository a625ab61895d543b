/** The alerting rules: right by promtool, complete by the runbook, and each with a section that says what to do. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { anchorsOf } from "../../../scripts/check-docs.ts"
import { execute } from "../../servers/Programs.ts"
import { needed, prometheusProgram } from "../../servers/servers.ts"
import { metricsOf } from "./Expressions.ts"
import * as Rules from "./Rules.ts"

const MILLIS = 30_000

needed(prometheusProgram())

const rules = Rules.all()
const root = fileURLToPath(new URL("../../..", import.meta.url))

it("pass promtool", async () => {
  const said = await execute("promtool", ["check", "rules", `${Rules.folder}${Rules.FILE}`], MILLIS)
  expect(said).toContain(`${rules.length} rules found`)
})

it("are loaded by the configuration of docker-compose's Prometheus", async () => {
  const said = await execute("promtool", ["check", "config", `${Rules.folder}prometheus.yml`], MILLIS)
  expect(said).toContain(`${rules.length} rules found`)
})

it("fire beyond their thresholds and are silent at them", async () => {
  const tests = `${Rules.folder}flash-sale.test.yml`
  expect(await execute("promtool", ["test", "rules", tests], MILLIS)).toContain("SUCCESS")
  const tested = readFileSync(tests, "utf8")
  expect(rules.filter(({ alert }) => !tested.includes(`alertname: ${alert}\n        exp_alerts`))).toEqual([])
})

/** The runbook's alerts: severity, what they are computed from, and where they begin. */
const RUNBOOK: ReadonlyArray<readonly [string, string, ReadonlyArray<string>, string]> = [
  ["FlashSaleCircuitBreakerOpen", "critical", ["gateway_circuit_breaker_state"], "== 1"],
  ["FlashSaleDeadLetters", "critical", ["processor_dlq_size"], "> 100"],
  ["FlashSaleDeadLettersOld", "critical", ["processor_dlq_oldest_message_age_seconds"], "> 3600"],
  [
    "FlashSaleHighFailureRate",
    "critical",
    ["gateway_orders_failed_total", "gateway_orders_received_total"],
    "> 0.1"
  ],
  ["FlashSaleSlowProcessing", "critical", ["processor_order_processing_duration_seconds_bucket"], "> 5"],
  [
    "FlashSaleRateLimitRejections",
    "warning",
    ["gateway_orders_rate_limited_total", "gateway_orders_received_total"],
    "> sum"
  ],
  ["FlashSaleInventoryLow", "warning", ["processor_inventory_level"], "< 10"]
]

it.each(RUNBOOK)("%s is %s, of %j, where it is %s", (alert, severity, metrics, threshold) => {
  const rule = rules.find((found) => found.alert === alert)
  expect(rule?.labels["severity"]).toBe(severity)
  expect(metricsOf(rule?.expr ?? "")).toEqual(metrics)
  expect(rule?.expr).toContain(threshold)
})

it.each(rules)("$alert says how bad it is, what it is, and where to read on", ({ alert, annotations, labels }) => {
  expect(["critical", "warning"]).toContain(labels["severity"])
  expect(annotations["summary"]).toBeTruthy()
  expect(annotations["description"]).toBeTruthy()
  const [path = "", anchor = ""] = (annotations["runbook_url"] ?? "").split("#")
  expect(path).toBe("docs/operations.md")
  expect(anchor).toBe(alert.toLowerCase())
  expect(anchorsOf(readFileSync(`${root}/${path}`, "utf8"))).toContain(anchor)
})

it("have names of their own", () => {
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
})

it("are only made faster by the tests, and no others", () => {
  const fast = Rules.faster(Rules.text(), 30, 10)
  const windowless = (text: string) => text.replaceAll(/\[\w+\]|\boffset \w+|^\s+(keep_firing_)?for: \w+$/gm, "")
  expect(windowless(fast)).toBe(windowless(Rules.text()))
  expect(fast).toContain("rate(gateway_orders_failed_total[10s])")
  expect(fast).toContain("        for: 2s\n")
})

// dprint-ignore
it.each<readonly [string, ReadonlyArray<string>]>([
  ["up == 1", ["up"]],
  ["sum by (job, le) (rate(a_total{x=~\"b|c_total\", y='{'}[5m] offset 1m)) / on (job) group_left (z) b > 0.5",
    ["a_total", "b"]],
  ["absent(a) or not_a unless on(instance) c # d", ["a", "not_a", "c"]],
  ["histogram_quantile(0.99, sum(rate(a_bucket[1h])) by (le)) > bool 1e3", ["a_bucket"]]
])("the metrics of %s are %j", (expression, metrics) => {
  expect(metricsOf(expression)).toEqual(metrics)
})
