/** How a program ends that a signal has interrupted: a command has not done its work then, a service has. */
import { Context, Effect, Exit } from "effect"
import * as ExitCode from "./ExitCode.ts"

interface Interruption {
  /** Whether the program goes on until it is told to stop. */
  isService: boolean
  /** Writes that may have reached the log and are not answered. */
  unanswered: number
}

/** What the program does that runs. One for each process. */
export const Interruption = Context.Reference<Interruption>("@flash-sale/cli/Interruption", {
  defaultValue: () => ({ isService: false, unanswered: 0 })
})

/** The code of the program where it is interrupted now. */
export const exitCode = ({ isService, unanswered }: Interruption): 0 | ExitCode.ExitCode => {
  if (isService) return 0
  return unanswered > 0 ? ExitCode.UNKNOWN : ExitCode.INCOMPLETE
}

/** A program that goes on until it is told to stop: that is its good end. */
export const isGoodEnd = <A, E, R>(service: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Interruption, (interruption) => {
    interruption.isService = true
    return service
  })

/** A write of which nobody knows whether it reached the log, where it is interrupted. */
export const isUnknown = <A, E, R>(write: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(Interruption, (interruption) => {
    interruption.unanswered++
    return Effect.onExit(write, (exit) =>
      Effect.sync(() => {
        if (!Exit.hasInterrupts(exit)) interruption.unanswered--
      }))
  })
