/** The progress of a run: a bar that is redrawn at a terminal, else a plain line now and then. */
import { Console, Context, Effect, Schedule, Stdio, Terminal } from "effect"

const BAR = 30
const REDRAW_EVERY = "200 millis"
const LINE_EVERY = "2 seconds"

/** Whether it is shown: not where a program reads what is printed. */
export const IsShown = Context.Reference<boolean>("@flash-sale/cli/Progress/IsShown", { defaultValue: () => true })

/** `[#####.....]  50 %  10000 of 20000  orders sent`. */
export const line = (what: string, done: number, total: number): string => {
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const filled = Math.floor(share * BAR)
  const percent = String(Math.floor(share * 100)).padStart(3)
  return `[${"#".repeat(filled)}${".".repeat(BAR - filled)}] ${percent} %  ${done} of ${total}  ${what}`
}

/** Shows how far it is for as long as the effect runs, and once at its end. */
export const during = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  now: () => string
): Effect.Effect<A, E, R | Stdio.Stdio | Terminal.Terminal> =>
  Effect.scoped(Effect.gen(function*() {
    if (!(yield* IsShown)) return yield* effect
    const stdio = yield* Stdio.Stdio
    const terminal = yield* Terminal.Terminal
    const isTerminal = yield* stdio.stdoutIsTerminal
    // A bar that cannot be drawn is no reason to stop.
    const draw = (end: string) => Effect.ignore(terminal.display(`\r${now()}${end}`))
    const show = isTerminal ? draw("") : Effect.suspend(() => Console.log(now()))
    const every = Schedule.spaced(isTerminal ? REDRAW_EVERY : LINE_EVERY)
    yield* Effect.forkScoped(Effect.schedule(show, every))
    return yield* Effect.ensuring(effect, isTerminal ? draw("\n") : show)
  }))
