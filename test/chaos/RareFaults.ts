/** What happens less often, or takes long to show: only in the long run. */
import { Effect } from "effect"
import { setTimeout as delay } from "node:timers/promises"
import { again, empty, type Fault, first } from "./Fault.ts"
import * as Fullness from "./Fullness.ts"

/** How long Redis gives no answer, in milliseconds: several times as long as a command may take. */
const FROZEN = 20_000
/** How long a broker gives no answer, in milliseconds: longer than an append waits, so that some are done unheard. */
const BROKER_FROZEN = 12_000
/** How long a gateway is frozen, in milliseconds: its claims lapse meanwhile. */
const GATEWAY_FROZEN = 35_000
/** How long the payment provider is away, in milliseconds: longer than patience with one payment. */
const PROVIDER_AWAY = 15_000
/** Into the fold of what was lost, in milliseconds: each strike of a series a little later. */
const INTO_FOLD = 150

export const RARE_FAULTS: ReadonlyArray<Fault> = [
  {
    name: "Redis is emptied, and killed while it is filled again",
    strikes: 6,
    seconds: 10,
    strike: async (scene, n) => {
      await empty(scene)
      await delay(INTO_FOLD * n)
      await scene.store.killAndStart()
    }
  },
  {
    name: "Redis is emptied, and the processor killed while it fills it again",
    strikes: 6,
    seconds: 16,
    strike: async (scene, n) => {
      await empty(scene)
      await delay(INTO_FOLD * n)
      await again(first(scene))
    }
  },
  {
    name: "Redis is frozen for long",
    strikes: 2,
    seconds: 45,
    strike: async ({ store }) => {
      store.server.freeze()
      await delay(FROZEN)
      store.server.thaw()
    }
  },
  {
    name: "the disk of Redis is full",
    strikes: 4,
    seconds: 16,
    strike: ({ store }, n) => Fullness.ofDisk(store, n % 2 === 0 ? "always" : "everysec")
  },
  {
    name: "gateway, processor and Redis are killed at once",
    strikes: 5,
    seconds: 16,
    strike: async (scene) => {
      await Promise.all([again(scene.gateway), again(first(scene)), scene.store.killAndStart()])
    }
  },
  {
    name: "all there is is killed at once",
    strikes: 4,
    seconds: 30,
    strike: async (scene) => {
      const [broker] = scene.brokers
      await Promise.all([scene.gateway.killHard(), first(scene).killHard(), scene.store.server.kill(), broker!.kill()])
      await Promise.all([scene.gateway.start(), first(scene).start(), scene.store.server.start(), broker!.start()])
    }
  },
  {
    name: "connections to Redis are cut",
    strikes: 10,
    seconds: 4,
    strike: ({ store }) => Promise.resolve(store.cut())
  },
  {
    name: "the memory of Redis is full",
    strikes: 2,
    seconds: 20,
    strike: ({ store }) => Fullness.ofMemory(store)
  },
  {
    name: "the broker is frozen",
    strikes: 3,
    seconds: 30,
    strike: async ({ brokers: [broker] }) => {
      broker!.freeze()
      await delay(BROKER_FROZEN)
      broker!.thaw()
    }
  },
  {
    name: "the gateway is frozen for longer than its claims last",
    strikes: 2,
    seconds: 45,
    strike: async ({ gateway }) => {
      gateway.freeze()
      await delay(GATEWAY_FROZEN)
      gateway.thaw()
    }
  },
  {
    name: "the payment provider is killed, and away for a while",
    strikes: 3,
    seconds: 35,
    strike: async ({ provider }) => {
      await Effect.runPromise(provider.kill)
      await delay(PROVIDER_AWAY)
      await Effect.runPromise(provider.start)
    }
  }
]
