/** Lines that are no command: help and errors on standard error, so that a program never takes them for an answer. */
import { Console, Context, Effect } from "effect"
import { CliOutput, TerminalCapabilities } from "effect/cli"

/** Help that was asked for goes to standard output, as all answers do. */
export const layer = CliOutput.layerPresenter({
  present: Effect.fnUntraced(function*(event) {
    if (event._tag !== "InvalidInvocation") return yield* CliOutput.defaultPresenter.present(event)
    const context = yield* Effect.context<never>()
    const { canColor } = Context.get(context, TerminalCapabilities.TerminalCapabilities)
    const { formatErrors, formatHelpDoc } = CliOutput.defaultFormatter({ colors: canColor })
    yield* Console.error(`${formatHelpDoc(event.helpDoc)}\n${formatErrors(event.errors)}`)
  })
})
