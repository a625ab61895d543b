/** Asks a port of this machine what answers there: an engine, something else, or nobody. */
import { Version } from "@flash-sale/domain/api/SystemApi"
import { Duration, Effect, Option, Schema } from "effect"
import { messageOf } from "../errors/MessageOf.ts"
import * as Looked from "../facts/Looked.ts"

/** How long an answer may take. */
const WITHIN = Duration.seconds(2)

const Health = Schema.Struct({
  status: Schema.String,
  problems: Schema.optionalKey(Schema.Array(Schema.String))
})
const decodeVersion = Schema.decodeUnknownOption(Version)
const decodeHealth = Schema.decodeUnknownOption(Health)

/**
 * - `Nobody`: the port is free.
 * - `Silent`: somebody listens, and gives no answer in time.
 * - `Stranger`: what answers is no engine.
 * - `Engine`: its release, whether it is healthy, and what it says is wrong.
 */
export type Answering =
  | { readonly _tag: "Nobody" }
  | { readonly _tag: "Silent"; readonly why: string }
  | { readonly _tag: "Stranger" }
  | {
    readonly _tag: "Engine"
    readonly version: string
    readonly isHealthy: boolean
    readonly problems: ReadonlyArray<string>
  }

const get = (port: number, path: string) =>
  Effect.tryPromise((signal) => fetch(`http://127.0.0.1:${port}${path}`, { signal, redirect: "manual" }))

/** Its body where that is JSON; what else it may be is of no interest. */
const json = (answer: Response): Effect.Effect<unknown> =>
  Effect.orElseSucceed(Effect.tryPromise((): Promise<unknown> => answer.json()), () => undefined)

const isRefused = (error: unknown): boolean =>
  error instanceof Error && (("code" in error && error.code === "ECONNREFUSED") || isRefused(error.cause))

/** Never fails. Two questions to 127.0.0.1, neither of which changes anything. */
export const at = (port: number): Effect.Effect<Answering> =>
  Effect.gen(function*() {
    const version = decodeVersion(yield* Effect.flatMap(get(port, "/version"), json))
    if (Option.isNone(version)) return { _tag: "Stranger" } as const
    const health = yield* get(port, "/health")
    const body = decodeHealth(yield* json(health))
    return {
      _tag: "Engine",
      version: version.value.version,
      isHealthy: health.ok,
      problems: Option.match(body, { onNone: () => [], onSome: ({ problems = [] }) => problems })
    } as const
  }).pipe(
    Effect.timeout(WITHIN),
    Effect.catch((error): Effect.Effect<Answering> =>
      Effect.succeed(isRefused(error) ? { _tag: "Nobody" } : { _tag: "Silent", why: messageOf(error) })
    )
  )

/** The same of a port that a setting names, where it makes sense. */
export const ofPort = (
  port: Looked.Looked<number>
): Effect.Effect<Looked.Looked<{ readonly port: number; readonly answering: Answering }>> =>
  "why" in port
    ? Effect.succeed(port)
    : Effect.map(at(port.found), (answering) => Looked.found({ port: port.found, answering }))
