/** The dashboards: provisioned where Grafana looks, well laid out, and each query one of metrics that there are. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { parse, stringify } from "yaml"
import * as Services from "../../chaos/Services.ts"
import { until } from "../../servers/Processes.ts"
import { execute } from "../../servers/Programs.ts"
import { needed, prometheusProgram } from "../../servers/servers.ts"
import { newSecret } from "../../webhooks/TestWebhooks.ts"
import { metricsOf } from "../prometheus/Expressions.ts"
import * as Dashboards from "./Dashboards.ts"

const MILLIS = 30_000
const COLUMNS = 24
/** Those that come only once something is known. */
const GAUGES = [
  "processor_dlq_size",
  "processor_refunds_due",
  "processor_partition_lag{",
  "processor_inventory_level{",
  "processor_holds_open{",
  "processor_holds_overdue_seconds{",
  "processor_refunds_waiting{",
  "webhooks_waiting{"
]
/** What Prometheus makes itself of the rules. */
const OF_PROMETHEUS = ["ALERTS"]

needed(prometheusProgram())

it("are those of the sale, the gateway, the processor, the archive, the webhooks and the dead letters", () => {
  expect(Dashboards.all.map(({ file }) => file).toSorted()).toEqual([
    "archive.json",
    "dead-letters.json",
    "gateway.json",
    "processor.json",
    "sale.json",
    "webhooks.json"
  ])
  expect(new Set(Dashboards.all.map(({ uid }) => uid)).size).toBe(6)
})

it("are found, with what they ask, where docker-compose puts them", () => {
  const read = (path: string) => parse(readFileSync(`${Dashboards.folder}${path}`, "utf8"))
  const compose = parse(readFileSync(`${Dashboards.folder}../../docker-compose.yml`, "utf8"), { merge: true })
  const [provider] = read("provisioning/dashboards/flash-sale.yml").providers
  const { environment, volumes } = compose.services.grafana
  expect(volumes).toContain(`./deploy/grafana/dashboards:${provider.options.path}:ro`)
  expect(environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH).toBe(`${provider.options.path}/sale.json`)
  for (const { url } of read("provisioning/datasources/flash-sale.yml").datasources) {
    expect(Object.keys(compose.services)).toContain(new URL(url).hostname)
  }
})

it.each(Dashboards.all)("$title says what each panel shows, and lays them out without overlaps", ({ panels, tags }) => {
  expect(tags).toContain("flash-sale")
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const taken = new Set<string>()
  for (const { datasource, description, gridPos: { h, w, x, y }, targets, title, type } of panels) {
    expect(title).toBeTruthy()
    expect(x + w).toBeLessThanOrEqual(COLUMNS)
    for (let row = y; row < y + h; row++) {
      for (let column = x; column < x + w; column++) {
        expect(taken.has(`${row}/${column}`), `${title} at ${row}/${column}`).toBe(false)
        taken.add(`${row}/${column}`)
      }
    }
    if (type === "row") continue
    expect(description).toBeTruthy()
    expect(datasource).toEqual({ type: "prometheus", uid: "${datasource}" })
    expect(targets?.length).toBeGreaterThan(0)
  }
})

it("ask in PromQL", async () => {
  const folder = mkdtempSync(join(tmpdir(), "flash-sale-queries-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const rules = Dashboards.queries.map(({ expr }, index) => ({ record: `query:${index}`, expr }))
  writeFileSync(join(folder, "queries.yml"), stringify({ groups: [{ name: "queries", rules }] }))
  expect(await execute("promtool", ["check", "rules", join(folder, "queries.yml")], MILLIS))
    .toContain(`${rules.length} rules found`)
})

it("show a label in a legend only where the query keeps it", () => {
  for (const { expr, legend, where } of Dashboards.queries) {
    const aggregates = /\b(?:sum|min|max|avg|count|histogram_quantile)\b/.test(expr)
    for (const [, label = ""] of legend.matchAll(/\{\{(\w+)\}\}/g)) {
      if (aggregates) expect(expr, where).toMatch(new RegExp(`\\bby \\([^)]*\\b${label}\\b`))
      else expect(label, where).toBe("instance")
    }
  }
})

/** Every series of an engine in which something has happened, with its labels. */
const exposed = async (): Promise<string> => {
  const dataDir = await Services.folder()
  const endpoints = [{ name: "shop", url: "https://shop.example/", secret: newSecret(), events: ["*"] }]
  await writeFile(join(dataDir, "webhooks.json"), JSON.stringify(endpoints), { mode: 0o600 })
  const engine = await Services.service("serve", { DATA_DIR: dataDir })
  await engine.start()
  await engine.untilHealth(200)
  let text = ""
  await until("all gauges are shown", async () => {
    text = await (await fetch(`${engine.url}/metrics`)).text()
    return GAUGES.every((name) => text.includes(name))
  })
  await engine.stop()
  return text
}

it("ask for metrics that a running engine has, by labels that these have", async () => {
  const text = await exposed()
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
  const labels = new Map<string, Set<string>>()
  for (const line of series) {
    const [, name = "", inside = ""] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? []
    const known = labels.get(name) ?? new Set(["instance", "job"])
    for (const [, label = ""] of inside.matchAll(/(\w+)="/g)) known.add(label)
    labels.set(name, known)
  }
  for (const { expr, where } of Dashboards.queries) {
    const metrics = metricsOf(expr).filter((name) => !OF_PROMETHEUS.includes(name))
    for (const metric of metrics) {
      expect([...labels.keys()], where).toContain(metric)
      for (const [, by = ""] of expr.matchAll(/\bby \(([^)]*)\)/g)) {
        for (const label of by.split(/,\s*/)) {
          expect([...labels.get(metric) ?? []], `${where}, ${metric}`).toContain(label)
        }
      }
    }
  }
  const asked = Dashboards.all.flatMap(({ templating }) => templating.list).flatMap(({ definition }) =>
    definition ?? []
  )
  for (const definition of asked) {
    const [, metric = "", label = ""] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? []
    expect([...labels.get(metric) ?? []]).toContain(label)
  }
})
