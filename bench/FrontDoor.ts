/**
 * What each answer of the front door costs beside a bare HTTP server: an accepted order, one that comes over a
 * connection of its own, one of an item that is sold out, an order's status, and an item. A real Kafka and a real
 * Redis; `BEFORE` names another build, measured in turn. Everything is started afresh `STARTS` times; shown are
 * medians, as CPU µs and as ratios to the bare server.
 */
import { setTimeout as delay } from "node:timers/promises"
import { freePort } from "../test/servers/Ports.ts"
import * as Client from "./Client.ts"
import { cpuMicros } from "./Cpu.ts"
import * as Gateway from "./Gateway.ts"
import * as Services from "./Services.ts"
import * as Table from "./Table.ts"

const STARTS = Number(process.env["STARTS"] ?? 3)
const ROUNDS = Number(process.env["ROUNDS"] ?? 2)
const SECONDS = Number(process.env["SECONDS"] ?? 4)
const WARM_UP_SECONDS = Number(process.env["WARM_UP_SECONDS"] ?? 6)
const CONNECTIONS = Number(process.env["CONNECTIONS"] ?? 64)
const BEFORE = process.env["BEFORE"]
/** Orders whose statuses are read. */
const ORDERS = 2_000
const SOLD_OUT = "102"

interface Way {
  readonly name: string
  readonly status: number
  readonly options: Pick<Parameters<typeof Client.run>[0], "isKept" | "item" | "read">
}

/** Only ways whose name holds this are measured. */
const ONLY = process.env["ONLY"] ?? ""

const ALL_WAYS: ReadonlyArray<Way> = [
  { name: "accepted", status: 202, options: {} },
  { name: "over new connections", status: 202, options: { isKept: false } },
  { name: "sold out", status: 410, options: { item: SOLD_OUT } },
  { name: "GET order", status: 200, options: { read: (n) => `/orders/known-${n % ORDERS}` } },
  { name: "GET item", status: 200, options: { read: () => "/items/101" } }
]
export const WAYS = ALL_WAYS.filter(({ name }) => name.includes(ONLY))

/** CPU µs of each measurement, by way and server. */
type Costs = Map<string, Array<number>>

const keyOf = (way: Way, server: Pick<Gateway.Server, "name">): string => `${way.name} ${server.name}`

const measure = async (server: Gateway.Server, { name, options, status }: Way): Promise<number> => {
  const before = cpuMicros(server.process.pid)
  const { answers, latencies } = await Client.run({
    ...options,
    port: server.port,
    connections: CONNECTIONS,
    seconds: SECONDS
  })
  const others = [...answers.keys()].filter((answer) => answer !== status && server.name !== Gateway.BARE)
  if (others.length > 0) throw new Error(`${server.name}, ${name}: answered ${others.join(", ")} instead of ${status}`)
  return (cpuMicros(server.process.pid) - before) / latencies.length
}

const prepare = async (services: Services.Services, gateway: Gateway.Server): Promise<void> => {
  for (const [item, units] of [["101", "100000000"], [SOLD_OUT, "0"]] as const) {
    await (await Services.startProgram("stock", services, {}, ["set", item, units])).exit
  }
  let sent = 0
  const order = async (): Promise<void> => {
    while (sent < ORDERS) {
      const body = JSON.stringify({ request_id: `known-${sent++}`, user_id: `u-${sent}`, item_id: "101", amount: 1 })
      const url = `http://127.0.0.1:${gateway.port}/buy`
      await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } })
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, order))
}

/** One start of all servers, each measured in turn. */
const once = async (services: Services.Services, costs: Costs, before: string | undefined): Promise<void> => {
  const servers = [await Gateway.startBare(), await Gateway.startGateway("now", services)]
  if (before !== undefined) servers.push(await Gateway.startGateway("before", services, {}, before))
  try {
    await prepare(services, servers[1]!)
    for (const server of servers) {
      for (const { options } of WAYS) {
        await Client.run({ ...options, port: server.port, connections: CONNECTIONS, seconds: WARM_UP_SECONDS })
      }
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const way of WAYS) {
        for (const server of servers) {
          const key = keyOf(way, server)
          costs.set(key, [...costs.get(key) ?? [], await measure(server, way)])
        }
      }
    }
  } finally {
    await Services.end(servers.map(({ process }) => process))
  }
}

const show = (costs: Costs): void => {
  const names = BEFORE === undefined ? ["now"] : ["before", "now"]
  Table.print(["CPU µs", Gateway.BARE, ...names.flatMap((name) => [name, "ratio", "from - to"])])
  for (const way of WAYS) {
    const bare = Table.median(costs.get(keyOf(way, { name: Gateway.BARE }))!)
    const cells = names.flatMap((name) => {
      const all = costs.get(keyOf(way, { name }))!
      const spread = `${Math.min(...all).toFixed(0)} - ${Math.max(...all).toFixed(0)}`
      return [Table.median(all).toFixed(1), (Table.median(all) / bare).toFixed(2), spread]
    })
    Table.print([way.name, bare.toFixed(1), ...cells])
  }
}

/** Measures everything so often, each time with servers that are started for it. */
const measureAll = async (starts: number, before: string | undefined): Promise<Costs> => {
  const costs: Costs = new Map()
  await Services.within(async (services) => {
    const metricsPort = await freePort()
    const processor = await Services.startProcessor(services, metricsPort)
    try {
      await Services.untilAllWorkedOn(metricsPort)
      for (let start = 0; start < starts; start++) {
        await once(services, costs, before)
        // Until the processor has decided what it was sent: its work is not to be part of the next figures.
        await delay(SECONDS * 1_000)
      }
    } finally {
      await Services.end([processor])
    }
  })
  return costs
}

/** What an answer costs beside the bare server's, of one start: by the way, and the name of the server. */
export const ratios = async (before: string | undefined) => {
  const costs = await measureAll(1, before)
  const median = (way: Way, name: string) => Table.median(costs.get(keyOf(way, { name }))!)
  return (way: Way, server: "before" | "now"): number => median(way, server) / median(way, Gateway.BARE)
}

export const run = async (): Promise<void> => show(await measureAll(STARTS, BEFORE))
