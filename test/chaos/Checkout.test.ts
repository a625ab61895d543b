/**
 * Buyers who hold, confirm, pay at the shop, cancel and wait too long, on Kafka and Redis, while everything is killed:
 * one winner for each hold, no unit lost or sold twice, and no money without an order that nobody is told of.
 */
import { join } from "node:path"
import { expect, it } from "vitest"
import { until } from "../servers/Processes.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Aftermath from "./Aftermath.ts"
import { again, first } from "./Fault.ts"
import * as Load from "./Load.ts"
import * as Processors from "./Processors.ts"
import * as Scene from "./Scene.ts"
import * as Services from "./Services.ts"

const FULL = process.env["FULL"] === "1"
const RATE = 100
const SECONDS = FULL ? 120 : 40
const ITEMS = 4
const TIMEOUT = 600_000

const lib = needed(kafkaLib())
needed(redisServerProgram())

/** What the report says of payments that shops have taken. */
const payments = (output: string): { readonly told: number; readonly sales: number; readonly dueBack: number } => {
  const [, told, sales, dueBack] =
    /Payments that shops have taken: (\d+), of them (\d+) for sales and (\d+) due back/.exec(output) ?? []
  return { told: Number(told), sales: Number(sales), dueBack: Number(dueBack) }
}

const gauge = async (url: string, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text()
  const values = [...text.matchAll(new RegExp(String.raw`^${name}(?:\{.*\})? (\S+)$`, "gm"))]
  return values.reduce((sum, [, value]) => sum + Number(value), 0)
}

it(
  "every hold has one winner, and all money an order or a letter, whatever is killed",
  { timeout: TIMEOUT },
  async () => {
    const API_KEYS_FILE = join(await Services.folder(), "keys.json")
    const scene = await Scene.make({ lib, env: { API_KEYS_FILE } })
    const strikes = [
      () => again(first(scene)),
      () => again(scene.gateway),
      () => scene.store.killAndStart(),
      () => again(first(scene)),
      () => scene.store.killAndForget()
    ]
    const output = await Load.balanced({
      url: scene.gateway.url,
      env: { ...scene.env, FLASH_SALE_KEY: await Services.apiKey("orders", scene.env) },
      items: ITEMS,
      orders: RATE * SECONDS,
      rate: RATE,
      shares: Load.CHECKOUT,
      blows: FULL ? [...strikes, ...strikes, ...strikes] : strikes
    })
    process.stdout.write(`${output.slice(output.lastIndexOf("Answers to"))}\n`)
    const { dueBack, sales, told } = payments(output)
    expect(sales).toBeGreaterThan(0)
    expect(dueBack).toBeGreaterThan(0)
    expect(sales + dueBack).toBe(told)

    // A payment of which the answer was lost is due back as well where it has sold nothing, so there may be a few more.
    const processor = first(scene)
    await until("the letters are counted", async () => await gauge(processor.url, "processor_refunds_due") >= dueBack)
    const list = ["dlq", "list", "--json", "--limit", "10000", "--reason", "payment-without-order"]
    const listed = await Services.run(list, scene.env)
    const letters = listed.output.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line).request_id)
    expect(letters.length).toBeGreaterThanOrEqual(dueBack)
    expect(new Set(letters).size).toBe(letters.length)
    expect(await gauge(processor.url, "processor_refunds_due")).toBe(letters.length)
    expect(await gauge(processor.url, "processor_holds_open")).toBe(0)
    expect(await gauge(processor.url, "processor_holds_overdue_seconds")).toBe(0)

    process.stdout.write(`${await Aftermath.charges(scene, sales)}\n`)
    const { code, output: compared } = await Services.run(["reconcile"], scene.env)
    expect(compared).toContain(" 0 differ")
    expect(code).toBe(0)
    await Processors.stops(processor)
    expect(await scene.gateway.stop()).toEqual({ code: 0, signal: null })
  }
)
