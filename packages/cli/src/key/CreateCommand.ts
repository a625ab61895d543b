/** `flash-sale key create`: a new api key, which is told once. */
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import { Scope } from "@flash-sale/domain/access/Scope"
import * as Infra from "@flash-sale/infra/Infra"
import * as Kind from "@flash-sale/infra/settings/Kind"
import { Clock, Console, Duration, Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as KeyFormat from "./KeyFormat.ts"
import * as KeyTarget from "./KeyTarget.ts"

const lifetime = Kind.duration(Duration.minutes(1), Duration.days(3_650))

const isScope = Schema.is(Scope)

/** The scopes of a list, or what is wrong with it. */
const scopesIn = (text: string): ReadonlyArray<Scope> | string => {
  const words = text.split(",").map((word) => word.trim()).filter((word) => word !== "")
  const unknown = words.filter((word) => !isScope(word))
  const known = `the scopes are ${Scope.literals.join(", ")}`
  if (unknown.length > 0) {
    const shown = unknown.map((word) => JSON.stringify(word)).join(", ")
    return `--scopes: ${shown} ${unknown.length === 1 ? "is no scope" : "are no scopes"}; ${known}`
  }
  return words.length === 0 ? `--scopes: names none; ${known}` : words.filter(isScope)
}

export const command = Command.make("create", {
  name: Flag.String("name").pipe(
    Flag.withSchema(KeyName),
    Flag.withDescription("Who or what uses it: 1 to 40 small letters, digits and '-'")
  ),
  scopes: Flag.String("scopes").pipe(
    Flag.withDescription(`What it may do, comma-separated: ${Scope.literals.join(", ")}. A shop's server needs orders`)
  ),
  expires: Flag.String("expires").pipe(
    Flag.filterMap((text) => Option.fromUndefinedOr(lifetime.read(text)), () => lifetime.expects),
    Flag.withDescription("How long it is taken, such as 90d; for ever where it is absent"),
    Flag.optional
  ),
  ...JsonFlag.one,
  ...KeyTarget.flags
}, ({ expires, json, name, scopes: given, ...place }) =>
  Effect.gen(function*() {
    const scopes = scopesIn(given)
    if (typeof scopes === "string") return yield* CommandFailed.usage(scopes)
    const path = yield* KeyTarget.pathOf(place)
    const now = yield* Clock.currentTimeMillis
    const expiresAt = Option.getOrUndefined(Option.map(expires, (time) => now + Duration.toMillis(time)))
    const key = yield* Infra.keys.create(path, { name, scopes, expiresAt })
    const info = { name, scopes, expiresAt: expiresAt ?? Number.POSITIVE_INFINITY }
    yield* Console.log(json ? JSON.stringify({ ...KeyFormat.fields(info), key }) : key)
    yield* Console.error(
      `key ${name} was made, with ${scopes.join(", ")}, ${KeyFormat.expiry(info)}. It is told this once. ` +
        "Services that run take it within a second"
    )
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Make an api key and print it, once: only its hash is kept. Everything else goes to standard error"
    ),
    Command.withExamples([{ command: "flash-sale key create --name shop --scopes orders --expires 90d" }])
  )
