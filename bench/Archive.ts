/**
 * `npm run bench -- archive`: how fast the archive takes events in, in SQLite and in PostgreSQL, and how long each
 * question takes with two million orders in it. `ORDERS` is another number of orders, `DATABASES=postgres` one of both.
 */
import { Archive, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import { RequestId } from "@flash-sale/domain/records/Ids"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import { Effect, type Layer, Redacted } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findPostgres, PostgresServer } from "../test/servers/PostgresServer.ts"
import * as Sale from "./ArchiveSale.ts"
import * as Cpu from "./Cpu.ts"
import * as Table from "./Table.ts"

const ORDERS = Number(process.env["ORDERS"] ?? 2_000_000)
const DATABASES = (process.env["DATABASES"] ?? "sqlite,postgres").split(",")
/** Events in one batch. */
const BATCH = 4_000
/** How often each question is asked. */
const ASKED = 200
/** After how many orders a line is printed. */
const REPORT = 250_000
const PAGE = 50

type Ports = Archive | ArchiveWriter

/** Takes all events in; making them up is not counted. `serverMicros` is the CPU time of the database so far. */
const fill = Effect.fnUntraced(function*(serverMicros: () => number) {
  const writer = yield* ArchiveWriter
  Table.print(["orders", "events/s", "CPU µs/event", "of server", "slowest ms"])
  let [n, events, micros, slowest, server] = [0, 0, 0, 0, serverMicros()]
  let [all, allMicros, cpu] = [0, 0, 0]
  while (n < ORDERS) {
    const { batch, until } = Sale.batchFrom(n, BATCH)
    const [from, cpuFrom] = [performance.now(), process.cpuUsage()]
    yield* writer.record(batch)
    const took = performance.now() - from
    const used = process.cpuUsage(cpuFrom)
    micros += took * 1_000
    events += batch.events.length
    cpu += used.user + used.system
    slowest = Math.max(slowest, took)
    if (Math.floor(until / REPORT) > Math.floor(n / REPORT) || until >= ORDERS) {
      const ofServer = (serverMicros() - server) / events
      const rate = Math.round(events / (micros / 1e6))
      Table.print([until, rate, (cpu / events).toFixed(1), ofServer.toFixed(1), slowest.toFixed(0)])
      all += events
      allMicros += micros
      ;[events, micros, slowest, cpu, server] = [0, 0, 0, 0, serverMicros()]
    }
    n = until
  }
  process.stdout.write(`${all} events, ${Math.round(all / (allMicros / 1e6))} a second over all\n`)
})

const quantile = (numbers: ReadonlyArray<number>, share: number): string =>
  numbers.toSorted((one, other) => one - other)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))]!
    .toFixed(1)

type Question = readonly [
  name: string,
  ask: (archive: Archive["Service"], n: number) => Effect.Effect<unknown, unknown>
]

const day = 86_400_000

const QUESTIONS: ReadonlyArray<Question> = [
  ["find", ({ find }, n) => find(Sale.requestOf(n))],
  ["find, unknown", ({ find }, n) => find(RequestId.make(`nobody ${n}`))],
  ["history", ({ history }, n) => history(Sale.itemOf(n), Sale.requestOf(n))],
  ["all", ({ orders }) => orders({}, undefined, PAGE)],
  ["of an item", ({ orders }, n) => orders({ itemId: Sale.itemOf(n) }, undefined, PAGE)],
  ["page within", ({ orders }, n) =>
    orders({ itemId: Sale.itemOf(0), until: Sale.timeOf(n) }, undefined, PAGE).pipe(
      Effect.flatMap(({ next }) => orders({ itemId: Sale.itemOf(0) }, next, PAGE))
    )],
  ["item, status", ({ orders }, n) => orders({ itemId: Sale.itemOf(n), status: "FAILED_PAYMENT" }, undefined, PAGE)],
  ["item, no such", ({ orders }, n) => orders({ itemId: Sale.itemOf(n), status: "REFUNDED" }, undefined, PAGE)],
  ["of a buyer", ({ orders }, n) => orders({ userId: Sale.userOf(n) }, undefined, PAGE)],
  ["a reseller", ({ orders }, n) => orders({ userId: Sale.userOf(0), itemId: Sale.itemOf(n) }, undefined, PAGE)],
  ["status", ({ orders }) => orders({ status: "FAILED_PAYMENT" }, undefined, PAGE)],
  ["a day", ({ orders }, n) => orders({ from: Sale.timeOf(n) - day, until: Sale.timeOf(n) }, undefined, PAGE)],
  ["audit", ({ audit }) => audit({}, undefined, PAGE)],
  ["audit, item", ({ audit }, n) => audit({ itemId: Sale.itemOf(n) }, undefined, PAGE)],
  ["audit, by", ({ audit }, n) => audit({ by: Sale.personOf(n), since: Sale.timeOf(n) }, undefined, PAGE)],
  ["sums", ({ sums }, n) => sums(Sale.itemOf(10 * n + 1))],
  ["sums, largest", ({ sums }) => sums(Sale.itemOf(0))],
  ["told", ({ told }) => told]
]

const ask = Effect.gen(function*() {
  const archive = yield* Archive
  Table.print(["question", "p50 ms", "p99 ms", "worst ms", "own CPU p99"])
  for (const [name, question] of QUESTIONS) {
    const taken: Array<number> = []
    const cpu: Array<number> = []
    for (let turn = 0; turn < ASKED; turn++) {
      const [from, cpuFrom] = [performance.now(), process.cpuUsage()]
      yield* question(archive, Math.floor((turn * 7_919 * ORDERS / ASKED) % ORDERS))
      taken.push(performance.now() - from)
      const { system, user } = process.cpuUsage(cpuFrom)
      cpu.push((system + user) / 1_000)
    }
    Table.print([name, quantile(taken, 0.5), quantile(taken, 0.99), quantile(taken, 1), quantile(cpu, 0.99)])
  }
})

const measure = (name: string, layer: Layer.Layer<Ports, unknown>, serverMicros = () => 0): Promise<void> => {
  process.stdout.write(`${name}\n`)
  return Effect.runPromise(Effect.andThen(fill(serverMicros), ask).pipe(Effect.provide(layer)))
}

const sqlite = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "flash-sale-archive-"))
  try {
    await measure("SQLite", ArchiveLayers.layerFile(folder))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const postgres = async (): Promise<void> => {
  const server = await PostgresServer.make(await findPostgres())
  try {
    await server.start()
    await measure(
      "PostgreSQL",
      ArchiveLayers.layerPostgres(Redacted.make(`postgres://postgres@${server.address}/postgres`)),
      () => Cpu.treeMicros(server.pid!)
    )
  } finally {
    await server.stop()
  }
}

export const run = async (): Promise<void> => {
  const used = Cpu.watch(process.pid)
  if (DATABASES.includes("sqlite")) await sqlite()
  if (DATABASES.includes("postgres")) await postgres()
  process.stdout.write(`${used().peakMegabytes.toFixed(0)} MB at the most\n`)
}
