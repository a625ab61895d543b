/** What the command says of itself: help with an example for each command, and completions that name all of them. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, expect, it } from "@effect/vitest"
import * as FlashSale from "@flash-sale/cli/FlashSale"
import { Console, Effect } from "effect"
import { CliConfig, Command as Cli, GlobalFlag } from "effect/cli"
import { TestConsole } from "effect/testing"
import { execFileSync } from "node:child_process"
import * as CommandLine from "./CommandLine.ts"

type AnyCommand = Cli.Command.Any

/** The paths of all commands that do something: `stock set`. */
const pathsOf = (command: AnyCommand, path: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const below = command.subcommands.flatMap(({ commands }) => commands)
  return below.length === 0 ? [path] : below.flatMap((one) => pathsOf(one, [...path, one.name]))
}

const load = (args: ReadonlyArray<string>) => Effect.promise(() => FlashSale.load(args))

/** What the line prints on standard output. */
const printed = (args: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const command = yield* load(args)
    const console = yield* TestConsole.make
    yield* Cli.runWith(command, { version: "0.0.0" })(args).pipe(
      Effect.provide(CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })),
      Effect.provideService(Console.Console, console),
      Effect.ignore
    )
    return (yield* console.logLines).join("\n")
  })

describe("flash-sale explains itself", () => {
  it.live("each command has a description and an example that it takes", () =>
    Effect.gen(function*() {
      const root = yield* load([])
      const paths = pathsOf(root, [])
      assert.isAbove(paths.length, 20)
      for (const path of paths) {
        const help = yield* printed([...path, "--help"])
        expect([path, help.includes("DESCRIPTION"), help.includes("EXAMPLES")]).toEqual([path, true, true])
        expect(help).toContain(`flash-sale ${path.join(" ")}`)
      }
    }).pipe(Effect.provide(NodeServices.layer)), 30_000)

  it.live(
    "completions name each command and its subcommands, though only what is typed is loaded",
    () =>
      Effect.gen(function*() {
        const root = yield* load([])
        for (const shell of ["bash", "zsh", "fish"]) {
          const script = yield* printed(["--completions", shell])
          for (const path of pathsOf(root, [])) {
            for (const word of path) expect([shell, word, script.includes(word)]).toEqual([shell, word, true])
          }
        }
        const bash = yield* printed(["--completions", "bash"])
        execFileSync("bash", ["-n"], { input: bash })
        const asked = `${bash}\nCOMP_WORDS=(flash-sale dlq rep)\nCOMP_CWORD=2\nCOMP_LINE="flash-sale dlq rep"\n` +
          "COMP_POINT=${#COMP_LINE}\n$(complete -p flash-sale | sed 's/.*-F \\([^ ]*\\).*/\\1/') flash-sale rep dlq\n" +
          "echo \"${COMPREPLY[@]}\""
        expect(execFileSync("bash", [], { input: asked, encoding: "utf8" }).trim()).toBe("replay")
      }).pipe(Effect.provide(NodeServices.layer)),
    30_000
  )

  it.live("a wrong line is answered by one line that says where help is", () =>
    Effect.gen(function*() {
      const stock = yield* load(["stock"])
      const type = CommandLine.runner(Cli.runWith(stock, { version: "0.0.0" }))
      const table: ReadonlyArray<readonly [string, string]> = [
        ["stock set 101", "Missing required argument: units (see flash-sale stock set --help)"],
        [
          "stock sett 101 1",
          "Unknown subcommand \"sett\" for \"flash-sale stock\"; did you mean: set (see flash-sale stock --help)"
        ]
      ]
      for (const [line, words] of table) {
        const { complaint, out } = yield* type(line, {})
        expect([line, complaint, out]).toEqual([line, `flash-sale: ${words}`, ""])
      }
    }).pipe(Effect.provide(NodeServices.layer)))
})
