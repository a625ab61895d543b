/** What may happen to the engine, as data: each is one strike, which ends when the fault is over. */
import { Effect } from "effect"
import { setTimeout as delay } from "node:timers/promises"
import * as Processors from "./Processors.ts"
import type { Scene } from "./Scene.ts"

export interface Fault {
  readonly name: string
  /** How often it strikes in the long run. */
  readonly strikes: number
  /** How long one takes there, with what comes after it, in seconds: so long there must be load. */
  readonly seconds: number
  /** Strikes the scene for the n-th time, counted from 0. */
  readonly strike: (scene: Scene, n: number) => Promise<void>
  /** Three, where one is not enough. */
  readonly brokers?: 3
  /** Whether the short run does without it. */
  readonly onlyLong?: true
  /** Whether Redis loses what it acknowledged: then a run in which it has lost nothing has shown nothing. */
  readonly forgets?: true
}

/** How long a replica hears nothing before it becomes the primary, in milliseconds. */
const LAG = 2_000
/** How long Redis gives no answer, in milliseconds: several times as long as a command may take. */
const FROZEN = 20_000
/** How long a broker gives no answer, in milliseconds: longer than an append waits, so that some are done unheard. */
const BROKER_FROZEN = 12_000
/** How long a gateway stands still, in milliseconds: its claims lapse meanwhile. */
const GATEWAY_FROZEN = 35_000
/** How long the payment provider is away, in milliseconds: longer than patience with one payment. */
const PROVIDER_AWAY = 15_000
/** Into the fold of what was lost, in milliseconds: each strike of a series a little later. */
const INTO_FOLD = 150

const again = async ({ killHard, start }: { killHard(): Promise<void>; start(): Promise<void> }) => {
  await killHard()
  await start()
}

const empty = ({ store }: Scene) => store.ask((redis) => redis.flushall())

const first = ({ processors }: Scene) => processors[0]!

/** Longer than the group waits for a sign of life: it is over when another has what it had. */
const freeze = async ({ processors: [a, b] }: Scene, n: number) => {
  const [frozen, other] = n % 2 === 0 ? [a!, b!] : [b!, a!]
  await b!.start()
  await Processors.share(a!, b!)
  frozen.freeze()
  await Processors.share(other)
  frozen.thaw()
  await Processors.share(a!, b!)
  await Processors.stops(b!)
  await Processors.share(a!)
}

const scale = async ({ processors: [a, b, c] }: Scene) => {
  await Promise.all([b!.start(), c!.start()])
  await Processors.share(a!, b!, c!)
  await Processors.stops(a!)
  await Processors.share(b!, c!)
  await c!.killHard()
  await Processors.share(b!)
  await a!.start()
  await Processors.share(a!, b!)
  await Processors.stops(b!)
  await Processors.share(a!)
}

export const FAULTS: ReadonlyArray<Fault> = [
  { name: "the processor is killed", strikes: 20, seconds: 11, strike: (scene) => again(first(scene)) },
  { name: "the gateway is killed", strikes: 5, seconds: 5, strike: ({ gateway }) => again(gateway) },
  { name: "Redis is killed", strikes: 10, seconds: 6, strike: ({ store }) => store.killAndStart() },
  {
    name: "Redis is killed and its last second is lost",
    strikes: 10,
    seconds: 8,
    forgets: true,
    strike: ({ store }) => store.killAndForget()
  },
  {
    name: "a replica of Redis that lags becomes the primary",
    strikes: 5,
    seconds: 12,
    forgets: true,
    strike: ({ store }) => store.failOver(LAG)
  },
  {
    name: "Redis is emptied",
    strikes: 5,
    seconds: 8,
    strike: async (scene) => void await empty(scene)
  },
  {
    name: "the broker is killed",
    strikes: 10,
    seconds: 20,
    strike: async ({ brokers: [broker] }) => {
      await broker!.kill()
      await broker!.start()
    }
  },
  {
    name: "three brokers are killed in turn",
    strikes: 9,
    seconds: 22,
    brokers: 3,
    strike: async ({ brokers }, n) => {
      const broker = brokers[n % brokers.length]!
      await broker.kill()
      await broker.start()
    }
  },
  { name: "a processor is frozen for longer than its session", strikes: 4, seconds: 30, strike: freeze },
  { name: "processors come, go and die", strikes: 4, seconds: 40, strike: scale },
  {
    name: "Redis is emptied, and killed while it is filled again",
    strikes: 6,
    seconds: 10,
    onlyLong: true,
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
    onlyLong: true,
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
    onlyLong: true,
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
    onlyLong: true,
    strike: ({ store }, n) => store.fillDisk(n % 2 === 0 ? "always" : "everysec")
  },
  {
    name: "gateway, processor and Redis are killed at once",
    strikes: 5,
    seconds: 16,
    onlyLong: true,
    strike: async (scene) => {
      await Promise.all([again(scene.gateway), again(first(scene)), scene.store.killAndStart()])
    }
  },
  {
    name: "all there is is killed at once",
    strikes: 4,
    seconds: 30,
    onlyLong: true,
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
    onlyLong: true,
    strike: ({ store }) => Promise.resolve(store.cut())
  },
  {
    name: "the memory of Redis is full",
    strikes: 2,
    seconds: 20,
    onlyLong: true,
    strike: ({ store }) => store.fillMemory()
  },
  {
    name: "the broker is frozen",
    strikes: 3,
    seconds: 30,
    onlyLong: true,
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
    onlyLong: true,
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
    onlyLong: true,
    strike: async ({ provider }) => {
      await Effect.runPromise(provider.kill)
      await delay(PROVIDER_AWAY)
      await Effect.runPromise(provider.start)
    }
  }
]
