/**
 * Lines that are no command: one line on standard error says what is wrong and where help is. Help that was asked for
 * goes to standard output, as all answers do.
 */
import { Console, Effect } from "effect"
import { CliOutput } from "effect/cli"
import * as CommandFailed from "./CommandFailed.ts"

/** What the parser says of values, in words of its own trade, and what is meant. */
const WORDS = [
  [/Expected: Schema validation failed: Expected /g, "Expected "],
  [/Expected: Schema validation failed: /g, "It "],
  [/Expected: /g, "Expected "],
  [/a string representing a finite number|an integer/g, "a whole number"]
] as const

/** What is wrong, without the line breaks of a text that is meant to stand by itself. */
const textOf = ({ message }: { readonly message: string }): string =>
  WORDS.reduce(
    (text, [theirs, ours]) => text.replaceAll(theirs, ours),
    message.trim().replace(/\s*Did you mean this\?\s*/, "; did you mean: ").replaceAll(/\s*\n\s*/g, " ")
  )

/** The line about a command that was typed wrongly. */
export const line = (
  errors: ReadonlyArray<{ readonly message: string }>,
  commandPath: ReadonlyArray<string>
): string => `flash-sale: ${errors.map(textOf).join("; ")} (see ${commandPath.join(" ")} --help)`

/** More than one letter behind a single `-`. Numbers below zero are values. */
const BUNDLE = /^-[^-]./u
const NUMBER = /^-(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * What is wrong with a line in which a value begins with `-`; undefined where nothing is. The parser would take such a
 * value apart into flags of one letter, of which `-h` prints the help and `-v` the version, as if all were well.
 */
export const strayValue = (args: ReadonlyArray<string>): CommandFailed.CommandFailed | undefined => {
  const end = args.indexOf("--")
  const read = end === -1 ? args : args.slice(0, end)
  const at = read.findIndex((arg) => BUNDLE.test(arg) && !NUMBER.test(arg))
  if (at === -1) return undefined
  const value = read[at]!
  const flag = read[at - 1]
  return CommandFailed.usage(
    flag?.startsWith("--") === true && !flag.includes("=")
      ? `${
        JSON.stringify(value)
      } begins with "-" and is read as flags; where it is the value of ${flag}: ${flag}=${value}`
      : `${JSON.stringify(value)} begins with "-" and is read as flags, of which there are only -h and -v`
  )
}

/** Fails where a value of the line would be read as flags. */
export const read = (args: ReadonlyArray<string>): Effect.Effect<void, CommandFailed.CommandFailed> =>
  Effect.suspend(() => {
    const stray = strayValue(args)
    return stray === undefined ? Effect.void : Effect.fail(stray)
  })

export const layer = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(line(event.errors, event.commandPath))
      : CliOutput.defaultPresenter.present(event)
})
