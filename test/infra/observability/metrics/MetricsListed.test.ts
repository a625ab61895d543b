/** Every metric is in the operations guide, and has a test that moves it: the list in docs/testing.md. */
import * as AccessMetrics from "@flash-sale/infra/observability/metrics/AccessMetrics"
import * as AdminMetrics from "@flash-sale/infra/observability/metrics/AdminMetrics"
import * as ArchiveMetrics from "@flash-sale/infra/observability/metrics/ArchiveMetrics"
import * as CheckoutMetrics from "@flash-sale/infra/observability/metrics/CheckoutMetrics"
import * as ConnectionMetrics from "@flash-sale/infra/observability/metrics/ConnectionMetrics"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as EventMetrics from "@flash-sale/infra/observability/metrics/EventMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as ProcessMetrics from "@flash-sale/infra/observability/metrics/ProcessMetrics"
import { expect, it } from "vitest"
import { sources } from "../../../../scripts/Source.ts"

/** Those that begin with the service, and those that come only with an item, a partition or a letter. */
const names = [
  ...Object.values(Metrics.initial).flat(),
  ...Object.values(EngineMetrics.initial).flat(),
  ...Object.values(ConnectionMetrics.initial).flat(),
  ...Object.values(AccessMetrics.initial).flat(),
  ...AdminMetrics.all,
  ...ArchiveMetrics.all,
  ...ConnectionMetrics.all("admin"),
  ProcessMetrics.openDescriptors,
  ProcessMetrics.maxDescriptors,
  ProcessMetrics.clockOffset,
  Metrics.dlqSize,
  Metrics.dlqOldestMessageAge,
  Metrics.inventoryLevel("101"),
  EngineMetrics.partitionLag(0),
  EngineMetrics.partitionLagSeconds(0),
  EngineMetrics.partitionOpenOrders(0),
  EngineMetrics.partitionWaitingOrders(0),
  EngineMetrics.mailboxDepth(0),
  CheckoutMetrics.holdsOpen(0),
  CheckoutMetrics.holdsOverdue(0),
  CheckoutMetrics.refundsWaiting(0),
  CheckoutMetrics.refundsDue,
  EventMetrics.up
].map(({ id }) => id)
const all = [...new Set(names)].toSorted()

const textOf = (path: string): string => {
  const [source] = sources(path)
  if (source === undefined) throw new Error(`there is no ${path}`)
  return source.text
}

const moved = new Map(
  [
    ...textOf("docs/testing.md").matchAll(
      /^\| (`(?:admin|archive|gateway|processor|process)_[^|]*) \| `(test\/[^`]+)` \|$/gm
    )
  ]
    .flatMap(
      ([, metrics = "", test = ""]) =>
        [...metrics.matchAll(/`(\w+)`/g)].map(([, name = ""]): [string, string] => [name, test])
    )
)

it("every metric is in the operations guide", () => {
  const guide = textOf("docs/operations.md")
  expect(all.filter((name) => !new RegExp(`\`${name}[\`{]`).test(guide))).toEqual([])
})

it("every metric is in the list of those that a test moves, and none that does not exist", () => {
  expect([...moved.keys()].toSorted()).toEqual(all)
})

it("the test that is listed for a metric names it", () => {
  const handles = new Map<string, string>([
    ["processor_partitions", "EngineMetrics.partitionsIn"],
    ["processor_items_stopped", "EngineMetrics.itemsStopped"],
    ["processor_partition_waiting_orders", "EngineMetrics.partitionWaitingOrders"],
    ["processor_payments_held_back", "paymentsHeldBack"]
  ])
  const isNamed = (name: string, text: string): boolean =>
    text.includes(name) || text.includes(handles.get(name) ?? name) ||
    // One text for the metrics of both services, or of all partitions.
    text.includes(name.replace(/^(gateway|processor)_/, "}_")) ||
    text.includes(`"${name.replace(/^processor_/, "")}"`) ||
    /_(redis|kafka)_up$/.test(name) && text.includes("_(?:redis|kafka)_up")
  expect([...moved].filter(([name, test]) => !isNamed(name, textOf(test)))).toEqual([])
})
