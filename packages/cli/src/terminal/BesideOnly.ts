/**
 * Commands that work beside an engine's stores, or are the engine, and never go through the admin API. Where an
 * operator means another machine they must not do their work here. Decision 0046.
 */
import * as CommandFailed from "./CommandFailed.ts"

/** What runs for as long as an engine does: where its commands look for one is nothing to it. */
const PROCESSES: ReadonlyArray<string> = ["serve", "gateway", "processor", "load"]
const COMMANDS: ReadonlyArray<string> = [
  "recover",
  "reconcile",
  "backup",
  "restore",
  "reset",
  "doctor",
  "key",
  "item import"
]
/** They name a place of this machine, or ask for no work. */
const SAYS_WHERE = /^--(?:data-dir|embedded|file|help|completions)(?:=|$)/
const NAMES_URL = /^--url(?:=|$)/

const nameOf = ([first = "", second = ""]: ReadonlyArray<string>): string =>
  first === "item" ? `${first} ${second}` : first

/** Why a line is not run; undefined where nothing is against it. `url` is FLASH_SALE_URL. */
export const refusalOf = (
  args: ReadonlyArray<string>,
  url: string | undefined
): CommandFailed.CommandFailed | undefined => {
  const name = nameOf(args)
  const isProcess = PROCESSES.includes(name)
  if (!isProcess && !COMMANDS.includes(name)) return undefined
  const isGiven = name !== "load" && args.some((arg) => NAMES_URL.test(arg))
  if (isGiven) return CommandFailed.usage(`--url: ${name} does not go through the admin API, but works on this machine`)
  if (isProcess || url === undefined || url.trim() === "" || args.some((arg) => SAYS_WHERE.test(arg))) return undefined
  return CommandFailed.usage(
    `FLASH_SALE_URL: is set, and ${name} does not go through the admin API, but works on this machine: unset it, ` +
      "or name the place, as by --embedded"
  )
}
