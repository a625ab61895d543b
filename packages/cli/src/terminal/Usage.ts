/**
 * Lines that are no command: one line on standard error says what is wrong and where help is. Help that was asked for
 * goes to standard output, as all answers do.
 */
import { Console } from "effect"
import { CliOutput } from "effect/cli"

/** What is wrong, without the line breaks of a text that is meant to stand by itself. */
const textOf = ({ message }: { readonly message: string }): string =>
  message.trim().replace(/\s*Did you mean this\?\s*/, "; did you mean: ").replaceAll(/\s*\n\s*/g, " ")

/** The line about a command that was typed wrongly. */
export const line = (
  errors: ReadonlyArray<{ readonly message: string }>,
  commandPath: ReadonlyArray<string>
): string => `flash-sale: ${errors.map(textOf).join("; ")} (see ${commandPath.join(" ")} --help)`

export const layer = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(line(event.errors, event.commandPath))
      : CliOutput.defaultPresenter.present(event)
})
