/**
 * The process that asks the world for something, and what a kill -9 or a SIGSTOP looks like from outside.
 *
 * Once it is killed the world answers it nothing and does nothing for it any more, whatever its finalizers still try.
 * While it is frozen it gets nothing either; what it was about to do it does when it thaws, as a zombie may.
 */
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Context, Effect, Latch } from "effect"
import * as SteppingClock from "../infra/time/SteppingClock.ts"

export interface Process {
  readonly name: string
  /** When it was started, in milliseconds. */
  readonly startedAt: number
  killed: boolean
  /** Closed while the process is frozen. */
  readonly thawed: Latch.Latch
  frozen: boolean
  /** By how much its machine's wall clock is wrong, in milliseconds: ahead where it is above 0. */
  wrongBy: number
  /** The wall clock of its machine. */
  readonly clock: Context.Context<SteppingClock.SteppingClock>
}

export const make = (name: string): Effect.Effect<Process> =>
  Effect.gen(function*() {
    const startedAt = yield* Monotonic.now
    const clock = SteppingClock.over(yield* Clock.Clock)
    return { name, startedAt, killed: false, frozen: false, thawed: yield* Latch.make(true), wrongBy: 0, clock }
  })

/** Whoever runs outside a process, such as buyers, cannot be killed. */
export const world: Process = {
  name: "world",
  startedAt: 0,
  killed: false,
  frozen: false,
  thawed: Latch.makeUnsafe(true),
  wrongBy: 0,
  clock: Context.makeUnsafe(new Map())
}

export const Process = Context.Reference<Process>("simulation/Process", { defaultValue: () => world })

export const freeze = (process: Process) =>
  Effect.suspend(() => {
    process.frozen = true
    return process.thawed.close
  })

export const thaw = (process: Process) =>
  Effect.suspend(() => {
    process.frozen = false
    return process.thawed.open
  })

/** Sets the wall clock of its machine, so that it is wrong by so many milliseconds. */
export const setClock = (process: Process, wrongBy: number) =>
  Effect.suspend(() => {
    const step = wrongBy - process.wrongBy
    process.wrongBy = wrongBy
    return Context.get(process.clock, SteppingClock.SteppingClock).step(step)
  })

/** Goes on only in a process that runs. */
export const alive: Effect.Effect<void> = Effect.flatMap(Process, (process) =>
  Effect.andThen(
    process.thawed.await,
    Effect.suspend(() => process.killed ? Effect.never : Effect.void)
  ))

/** Whether it acts: it is neither killed nor frozen. */
export const isResponsive = ({ frozen, killed }: Process): boolean => !killed && !frozen
