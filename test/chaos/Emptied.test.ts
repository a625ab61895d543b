/** Redis emptied, or set back to a backup by the runbook's commands: the same state is there again, key by key. */
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { until } from "../servers/Processes.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Aftermath from "./Aftermath.ts"
import * as Load from "./Load.ts"
import * as Processors from "./Processors.ts"
import * as RedisDump from "./RedisDump.ts"
import * as Scene from "./Scene.ts"
import * as Services from "./Services.ts"

const FULL = process.env["FULL"] === "1"
const RATE = FULL ? 100 : 200
const ITEMS = 6
const ORDERS = FULL ? 6_000 : 1_000
/** Orders that come after the backup. */
const MORE_ORDERS = FULL ? 5_000 : 1_000
const TIMEOUT = 600_000
const FINAL_WITHIN = 60_000

const lib = needed(kafkaLib())
needed(redisServerProgram())

const print = (line: string) => process.stdout.write(`${line}\n`)

const load = ({ env, gateway }: Scene.Scene, orders: number, ...blows: ReadonlyArray<() => Promise<void>>) =>
  Load.balanced({ url: gateway.url, env, items: ITEMS, orders, rate: RATE, blows })

/** Does something to Redis; then the same state must come back, and no charge is made because of it. */
const heals = async (scene: Scene.Scene, what: string, strike: () => Promise<void>) => {
  const { group, provider, store } = scene
  await group.catchUp(FINAL_WITHIN)
  const before = await RedisDump.of(store)
  const { requests } = await Effect.runPromise(provider.ledger)
  const from = performance.now()
  await strike()
  await RedisDump.untilWhole(store, before)
  const seconds = (performance.now() - from) / 1_000
  expect(await RedisDump.of(store)).toEqual(before)
  expect((await Effect.runPromise(provider.ledger)).requests).toBe(requests)
  print(`${what}: ${Object.keys(before).length} keys are there again after ${seconds.toFixed(1)} s`)
}

const end = async (scene: Scene.Scene, finals: Aftermath.Finals) => {
  await finals.check()
  expect(finals.changed()).toEqual([])
  print(await Aftermath.charges(scene))
  await Aftermath.sound(scene)
}

describe("Redis", () => {
  it("Redis is the same again after it was emptied under load, at rest and with everything stopped", {
    timeout: TIMEOUT
  }, async () => {
    const scene = await Scene.make({ lib })
    const { gateway, group, processors: [processor], store } = scene
    const finals = Aftermath.finals(store)
    const empty = async () => void await store.ask((redis) => redis.flushall())
    const strike = async () => {
      await finals.check()
      await empty()
      await group.catchUp(FINAL_WITHIN)
    }
    await load(scene, ORDERS, ...Array.from({ length: FULL ? 4 : 1 }, () => strike))
    await finals.check()
    await heals(scene, "emptied at rest", empty)
    await heals(scene, "emptied with everything stopped", async () => {
      await Processors.stops(processor!)
      expect(await gateway.stop()).toEqual({ code: 0, signal: null })
      await empty()
      await Promise.all([processor!.start(), gateway.start()])
      await Promise.all([processor!.untilHealth(200), gateway.untilHealth(200)])
    })
    await load(scene, ORDERS / 4)
    await end(scene, finals)
  })

  it("Redis is the same again after a backup was restored, with the stock that was typed into it since", {
    timeout: TIMEOUT
  }, async () => {
    const scene = await Scene.make({ lib })
    const { env, store } = scene
    const finals = Aftermath.finals(store)
    const type = (item: string, units: number) => store.ask((redis) => redis.set(`inventory:${item}`, units))
    const has = (item: string, counts: string) =>
      until(
        `${item} has ${counts}`,
        async () => (await Services.run(["stock", "get", item], env)).output.includes(counts)
      )
    await Services.run(["stock", "set", "old", "50"], env)
    await load(scene, ORDERS / 4)
    const backup = await store.backUp()
    await load(
      scene,
      MORE_ORDERS,
      async () => {
        await type("old", 70)
        await has("old", "available 70, held 0, sold 0")
      },
      async () => {
        await type("new", 30)
        await has("new", "available 30, held 0, sold 0")
      }
    )
    await finals.check()
    await heals(scene, "a backup restored", () => store.restore(backup))
    expect(await store.ask((redis) => redis.mget("inventory:old", "inventory:new"))).toEqual(["70", "30"])
    // And under load: what is in flight ends as it would have.
    await load(scene, ORDERS / 2, async () => {
      await finals.check()
      await store.restore(backup)
      await scene.group.catchUp(FINAL_WITHIN)
    })
    await end(scene, finals)
  })
})
