/** Something that may happen to the engine, as data: one strike, which ends when the fault is over. */
import type { Scene } from "./Scene.ts"
import type * as Services from "./Services.ts"

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
  /** Whether Redis loses what it acknowledged: then a run in which it has lost nothing has shown nothing. */
  readonly forgets?: true
}

/** Killed with -9, and started again at once. */
export const again = async ({ killHard, start }: Services.Service): Promise<void> => {
  await killHard()
  await start()
}

/** The processor that there always is. */
export const first = ({ processors }: Scene): Services.Service => processors[0]!

export const empty = ({ store }: Scene): Promise<unknown> => store.ask((redis) => redis.flushall())
