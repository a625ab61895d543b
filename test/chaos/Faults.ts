/** What happens to an engine in its life. Each strikes in the short run as well, where one broker is enough for it. */
import { again, empty, type Fault, first } from "./Fault.ts"
import * as Processors from "./Processors.ts"
import type { Scene } from "./Scene.ts"

/** How long a replica gets no writes before it becomes the primary, in milliseconds. */
const LAG = 2_000
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
  { name: "processors come, go and die", strikes: 4, seconds: 40, strike: scale }
]
