/** Whatever strikes the engine under load: nothing is lost, doubled or oversold, and no buyer pays for nothing. */
import { describe, expect, it } from "vitest"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Aftermath from "./Aftermath.ts"
import type { Fault } from "./Fault.ts"
import { FAULTS } from "./Faults.ts"
import * as Load from "./Load.ts"
import * as Processors from "./Processors.ts"
import { RARE_FAULTS } from "./RareFaults.ts"
import * as Scene from "./Scene.ts"

const FULL = process.env["FULL"] === "1"
/** Orders a second. */
const RATE = Number(process.env["RATE"] ?? 100)
const ITEMS = 8
const TIMEOUT = 900_000
/** Every order is final so many milliseconds after a fault. */
const FINAL_WITHIN = 60_000

const lib = needed(kafkaLib())
needed(redisServerProgram())

interface Run {
  readonly name: string
  readonly brokers: 1 | 3
  /** Fault by fault, in the order in which they strike. */
  readonly strikes: ReadonlyArray<Fault>
  readonly seconds: number
  /**
   * Every so many strikes there is peace until everything is final; else the next one may strike what the last has
   * left.
   */
  readonly peaceEvery: number
}

/** In the long run each fault strikes often, on an engine of its own. */
const long = [...FAULTS, ...RARE_FAULTS].map((fault): Run => ({
  name: fault.name,
  brokers: fault.brokers ?? 1,
  strikes: Array.from({ length: fault.strikes }, () => fault),
  seconds: fault.strikes * fault.seconds,
  peaceEvery: 3
}))

/** In the short run those that one broker is enough for strike once, one after the other. */
const short: Run = {
  name: "each of what may happen strikes once",
  brokers: 1,
  strikes: FAULTS.filter(({ brokers }) => brokers === undefined),
  seconds: 75,
  peaceEvery: 1
}

const print = (line: string) => process.stdout.write(`${line}\n`)

describe("The engine under load", () => {
  it.each(FULL ? long : [short])("the engine is sound when $name", { timeout: TIMEOUT }, async (run) => {
    const scene = await Scene.make({ lib, brokers: run.brokers })
    const finals = Aftermath.finals(scene.store)
    const recoveries: Array<string> = []
    const output = await Load.balanced({
      url: scene.gateway.url,
      env: scene.env,
      items: ITEMS,
      orders: RATE * run.seconds,
      rate: RATE,
      shares: Load.HOLDS,
      blows: run.strikes.map(({ name, strike }, n) => async () => {
        const from = performance.now()
        await finals.check()
        await strike(scene, n)
        const struck = (performance.now() - from) / 1_000
        if ((n + 1) % run.peaceEvery !== 0 && n + 1 < run.strikes.length) return
        const seconds = await scene.group.catchUp(FINAL_WITHIN)
        print(`${name}: struck for ${struck.toFixed(1)} s, everything final ${seconds.toFixed(1)} s later`)
        recoveries.push(seconds.toFixed(1))
      })
    })
    await finals.check()
    expect(finals.changed()).toEqual([])
    print(`${run.name}: ${run.strikes.length} strikes; final after ${recoveries.join(", ")} s`)
    print(`Redis has lost ${scene.store.forgotten} bytes of acknowledged writes`)
    if (run.strikes.some(({ forgets }) => forgets)) expect(scene.store.forgotten).toBeGreaterThan(0)
    print(output.slice(output.lastIndexOf("Answers to")))
    print(await Aftermath.charges(scene))
    await Aftermath.sound(scene)
    await Processors.stops(scene.processors[0]!)
    expect(await scene.gateway.stop()).toEqual({ code: 0, signal: null })
  })
})
