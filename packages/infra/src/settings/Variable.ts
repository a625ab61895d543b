/** Environment variables as `Config`: a start with bad values reports all of them at once. */
import { Config, ConfigProvider, Effect, Option, type Redacted } from "effect"
import * as Kind from "./Kind.ts"

/** How much of a bad value is shown, in characters. */
const MAX_SHOWN = 80

/** What is wrong with one or more variables: one line each. */
class BadVariables {
  readonly lines: ReadonlyArray<string>
  constructor(lines: ReadonlyArray<string>) {
    this.lines = lines
  }
}

const bad = (lines: ReadonlyArray<string>) =>
  new ConfigProvider.SourceError({ message: lines.join("; "), cause: new BadVariables(lines) })

/** One thing that is wrong with a variable, in a line that names it. */
export const problem = (line: string): Config.ConfigError => new Config.ConfigError(bad([line]))

/** What is wrong, for a person: one line for each variable. */
export const lines = ({ cause, message }: Config.ConfigError): ReadonlyArray<string> =>
  cause._tag === "SourceError" && cause.cause instanceof BadVariables
    ? cause.cause.lines
    : [message.replace(/\s+/g, " ")]

/** A variable with its default. One that is empty counts as absent, as compose files write it so. */
export const make = <A>(name: string, kind: Kind.Kind<A>, fallback: A): Config.Config<A> =>
  Config.mapEffect(
    Config.option(Config.String(name)),
    Option.match({
      onNone: () => Effect.succeed(fallback),
      onSome: (given) => {
        const text = given.trim()
        const value = text === "" ? fallback : kind.read(text)
        return value === undefined && text !== ""
          ? Effect.fail(problem(`${name}: ${show(text)} is not ${kind.expects}`))
          : Effect.succeed(value ?? fallback)
      }
    })
  )

/** A secret that may be absent. */
export const secret = (name: string) => make<Redacted.Redacted<string> | undefined>(name, Kind.secret, undefined)

/** A user's name that may be absent. */
export const userName = (name: string) => make<string | undefined>(name, Kind.userName, undefined)

/** The text within quotes. The part before an `@` in an address may be a password, and is hidden. */
const show = (text: string): string => {
  const shown = text.replace(/^.*@/s, "***@")
  return JSON.stringify(shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}...` : shown)
}

/** Several variables or groups together. Unlike `Config.all` it fails with all that is wrong, not with the first. */
export const group = <const Members extends Record<string, Config.Config<unknown>>>(members: Members) =>
  Config.flatMap(
    Config.all(Object.values(members).map(problems)),
    (found) => found.flat().length === 0 ? Config.all(members) : Config.fail(bad([...new Set(found.flat())]))
  )

const problems = (member: Config.Config<unknown>): Config.Config<ReadonlyArray<string>> =>
  Config.orElse(Config.map(member, (): ReadonlyArray<string> => []), (error) => Config.succeed(lines(error)))

/** A rule over several variables: `rule` says what is wrong, or nothing. */
export const check = <A>(config: Config.Config<A>, rule: (value: A) => string | undefined): Config.Config<A> =>
  Config.mapEffect(config, (value) => {
    const wrong = rule(value)
    return wrong === undefined ? Effect.succeed(value) : Effect.fail(problem(wrong))
  })
