/** `flash-sale doctor`: what is wrong with an installation, and how to mend it. */
import * as Examination from "@flash-sale/operations/doctor/Examination"
import { type Config, Console, Effect, Logger, Stdio, Terminal } from "effect"
import { Command, Flag, TerminalCapabilities } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as EngineName from "../terminal/EngineName.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Target from "../terminal/Target.ts"
import * as FindingsText from "./FindingsText.ts"

/** Says which engine it is, as every command does; where its variables make no sense the findings say so. */
const named = (place: Target.Target): Effect.Effect<Examination.Patient, Config.ConfigError> =>
  Effect.gen(function*() {
    if (!(yield* Target.isDistributed(place))) {
      yield* Effect.ignore(Effect.flatMap(Target.embedded(place), EngineName.sayEmbedded))
      return Target.embedded(place)
    }
    yield* Effect.ignore(Effect.flatMap(Target.distributed, EngineName.sayDistributed))
    return "distributed"
  })

/** Where nobody looks at it, nothing is broken into lines, and all is said. */
const style = (isAll: boolean) =>
  Effect.gen(function*() {
    const { canColor } = yield* TerminalCapabilities.TerminalCapabilities
    const isTerminal = yield* (yield* Stdio.Stdio).stdoutIsTerminal
    const columns = yield* (yield* Terminal.Terminal).columns
    return { columns: isTerminal ? columns : undefined, hasColor: canColor, isAll: isAll || !isTerminal }
  })

export const command = Command.make("doctor", {
  all: Flag.Boolean("all").pipe(
    Flag.withDescription("Say of what is well, too, what was found"),
    Flag.withDefault(false)
  ),
  ...JsonFlag.lines,
  ...Target.flags
}, ({ all, json, ...place }) =>
  Effect.gen(function*() {
    // The adapters write lines while something is away: the findings say it better.
    const findings = yield* Effect.provide(Effect.flatMap(named(place), Examination.run), Logger.layer([]))
    yield* Console.log(json ? FindingsText.json(findings) : FindingsText.text(findings, yield* style(all)))
    const wrong = findings.filter(({ verdict }) => verdict === "wrong").map(({ id }) => id)
    if (wrong.length > 0) return yield* CommandFailed.failed(`something is wrong: ${wrong.join(", ")}`)
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Look at everything that an engine needs: settings, Redis, Kafka and its topics, or the folder of the embedded " +
        "file, how far the log is processed, clocks, ports and limits. Says what is wrong, the worst first, and how " +
        "to mend it. Changes nothing. Exits with 1 where something is wrong, also where it cannot be reached"
    ),
    Command.withExamples([
      { command: "flash-sale doctor", description: "The engine that the variables name, or the file in ./data" },
      {
        command: "flash-sale doctor --json | jq -r 'select(.verdict == \"wrong\") | .mend'",
        description: "For programs"
      }
    ])
  )
