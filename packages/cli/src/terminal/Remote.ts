/** Whether a command goes through the admin API of a running engine, and with what. Decision 0046. */
import * as Settings from "@flash-sale/infra/Settings"
import * as RemoteSettings from "@flash-sale/infra/settings/RemoteSettings"
import { type Config, Console, Effect, Option, type Redacted } from "effect"
import * as CommandFailed from "./CommandFailed.ts"
import * as EngineName from "./EngineName.ts"
import type * as OperatorFlags from "./OperatorFlags.ts"
import type { Target } from "./Target.ts"

export interface Remote {
  readonly url: URL
  readonly key: Redacted.Redacted<string>
}

/** Of this machine alone: nobody else hears what is sent there. */
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

export const isLoopback = ({ hostname }: URL): boolean => LOOPBACK.test(hostname)

/** What says where, by its name, and what it says. A flag that names a place of its own wins over the variable. */
const given = ({ dataDir, embedded, url = Option.none() }: Target) =>
  Effect.gen(function*() {
    const isLocal = Option.isSome(dataDir) || embedded
    if (Option.isSome(url)) {
      if (!isLocal) return { name: "--url", text: url.value }
      return yield* CommandFailed.usage("either --url or --data-dir and --embedded: not both")
    }
    const text = isLocal ? undefined : yield* Settings.RemoteUrl
    return text === undefined ? undefined : { name: "FLASH_SALE_URL", text }
  })

/** Where to, and with which key; undefined where the stores are meant. Says so, as for every engine. Sends nothing. */
export const find = (
  place: Target
): Effect.Effect<Remote | undefined, CommandFailed.CommandFailed | Config.ConfigError> =>
  Effect.gen(function*() {
    const where = yield* given(place)
    if (where === undefined) return undefined
    const url = RemoteSettings.read(where.text)
    if (Option.isNone(url)) return yield* CommandFailed.usage(`${where.name}: ${RemoteSettings.EXPECTS}`)
    const key = yield* Settings.RemoteKey
    if (key === undefined) {
      return yield* CommandFailed.usage(
        "FLASH_SALE_KEY: is missing, and so is FLASH_SALE_KEY_FILE: the admin API wants an api key " +
          "(flash-sale key create)"
      )
    }
    yield* EngineName.sayRemote(url.value)
    if (url.value.protocol === "http:" && !isLoopback(url.value)) {
      yield* Console.error("flash-sale: the key travels in clear: use https://, or a tunnel (ssh -L)")
    }
    return { url: url.value, key }
  })

/** Who is meant to change something, and the flag by which a command takes the reason. */
export interface Author extends OperatorFlags.Given {
  readonly flag: "--reason" | "--why"
}

/** Why, where it is said. Whose key it is says who. */
export const reasonIn = ({ by, reason }: Author): Effect.Effect<string | undefined, CommandFailed.CommandFailed> =>
  Option.isSome(by)
    ? Effect.fail(CommandFailed.usage("--by: the admin API knows who it is by the key: leave --by out"))
    : Effect.succeed(Option.getOrUndefined(reason))

/** Why, which the admin API wants to know of each change of orders and items. */
export const reasonOf = (author: Author): Effect.Effect<string, CommandFailed.CommandFailed> =>
  Effect.flatMap(
    reasonIn(author),
    (reason) =>
      reason === undefined
        ? Effect.fail(CommandFailed.usage(`${author.flag}: is missing: the admin API wants to know why`))
        : Effect.succeed(reason)
  )
