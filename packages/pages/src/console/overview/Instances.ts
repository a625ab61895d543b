/** What runs: each gateway and each processor. */
import { html, type TemplateResult } from "lit"
import { countOf } from "../../sale/TimeLeft.ts"
import type { Overview } from "../calls/Wire.ts"
import { badge } from "../parts/ItemCells.ts"
import { type Column, table } from "../parts/Table.ts"
import { durationOf, numbered, rateOf, WITH_UNIT } from "../words/Figures.ts"

type Instance = Overview["instances"][number]

/** Rows that are shown: the others do what these do. */
const MOST = 50

const standing = (instance: Instance): TemplateResult => {
  if (!instance.redis) return badge("bad", "No store")
  if (!instance.kafka) return badge("bad", "No log")
  if (instance.service === "processor") {
    const { recovering, refusing, waiting } = instance.partitions
    if (refusing > 0) return badge("bad", "Halted")
    if (waiting > 0) return badge("bad", "Waits")
    return recovering > 0 ? badge("warn", "Recovers") : badge("good", "Running")
  }
  if (instance.breaker !== "closed") return badge("bad", "Breaker open")
  return instance.stopping ? badge("warn", "Stopping") : badge("good", "Running")
}

const does = (instance: Instance): string =>
  instance.service === "gateway"
    ? `${rateOf(instance.accepted_per_second)}${WITH_UNIT}orders/s, ${numbered(instance.streams, "stream")}`
    : `${rateOf(instance.folded_per_second)}${WITH_UNIT}records/s, ${
      numbered(instance.partitions.running, "partition")
    }`

const COLUMNS: ReadonlyArray<Column<Instance>> = [
  { name: "Service", of: ({ service }) => service === "gateway" ? "Gateway" : "Processor" },
  { name: "Host", of: ({ host }) => host, isWide: true },
  { name: "State", of: standing },
  { name: "Does", of: does },
  { name: "Runs for", of: ({ uptime_seconds: up }) => durationOf(up), isNumber: true, isWide: true },
  { name: "Release", of: ({ version }) => version, isWide: true }
]

export const instances = ({ instances: all }: Overview): TemplateResult =>
  html`
    <section aria-labelledby="instances">
      <h2 id="instances">What runs</h2>
      ${table("What runs", COLUMNS, all.slice(0, MOST))}
      ${all.length > MOST ? html`<p class="small muted">And ${countOf(all.length - MOST)} more.</p>` : ""}
    </section>
  `
