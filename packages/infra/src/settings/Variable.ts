/** Environment variables as `Config`: a start with bad values reports all of them at once. */
import { Config, ConfigProvider, Effect, Option, Redacted } from "effect"
import * as SecretFile from "../files/SecretFile.ts"
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

/** The text of the file that the variable names, for `read`; undefined where the variable is absent. */
export const file = <A>(
  name: string,
  read: (text: string) => Effect.Effect<A, Config.ConfigError>
): Config.Config<A | undefined> =>
  Config.mapEffect(make<string | undefined>(name, Kind.path, undefined), (path) => {
    if (path === undefined) return Effect.undefined
    const found = SecretFile.read(path)
    return "wrong" in found ? Effect.fail(problem(`${name}: ${found.wrong}`)) : read(found.text)
  })

/** What the name of a variable ends in that names the file of a secret. */
const FILE_SUFFIX = "_FILE"

/** A secret that may be absent: itself, or in the file that the variable of this name with `_FILE` names. */
export const secret = (name: string): Config.Config<Redacted.Redacted<string> | undefined> =>
  Config.map(
    check(
      group({
        given: make<Redacted.Redacted<string> | undefined>(name, Kind.secret, undefined),
        path: make<string | undefined>(name + FILE_SUFFIX, Kind.path, undefined),
        inFile: file(name + FILE_SUFFIX, (text) => Effect.succeed(Redacted.make(text)))
      }),
      ({ given, path }) =>
        given === undefined || path === undefined ? undefined : `${name} and ${name}${FILE_SUFFIX}: both are given`
    ),
    ({ given, inFile }) => given ?? inFile
  )

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
