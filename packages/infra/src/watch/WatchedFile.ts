/**
 * A file that is read again while the engine runs, so that what it says is in force within a second. Decision 0039.
 *
 * **Details**: the file is read each time, and its text compared. Its inode, times and size would not tell each change
 * from none: a rename, a link that is led elsewhere, as Kubernetes does it, and a write within the same tick. A text
 * that cannot be read or understood changes nothing, as it may be half-written: it is said once, and what was read
 * before stays in force. A file that is gone is looked for a second time before that counts, as some programs replace
 * a file by deleting it and writing another.
 */
import { Effect, Result, Schedule, Schema, type Scope } from "effect"
import * as SecretFile from "../files/SecretFile.ts"
import type { Event } from "../observability/Attributes.ts"
import * as Log from "../observability/logs/Log.ts"
import * as Faults from "./Faults.ts"

/** How often the file is read. */
const LOOK_EVERY = "500 millis"
/** How long a file must have been gone until that counts. With `LOOK_EVERY` less than a second. */
const GONE_FOR = "250 millis"

/** The file cannot be used, at the start: nothing was read from it before. */
export class CannotUseFile extends Schema.TaggedError<CannotUseFile>()("CannotUseFile", {
  what: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.what} cannot be used: ${this.detail}`
  }
}

export interface LineEvents {
  readonly changed: Event
  readonly unusable: Event
}

const KEYS: LineEvents = { changed: "access_keys_changed", unusable: "access_keys_unusable" }

export interface Options<A> {
  readonly path: string
  /** What the file holds, for a line: `the api keys`. */
  readonly what: string
  readonly rights?: SecretFile.Rights
  /** The events of its lines: that it was read anew, and that it cannot be; those of keys where they are absent. */
  readonly events?: LineEvents
  /** What the text says, or what is wrong with it in words that show nothing secret. A defect is what is wrong, too. */
  readonly read: (text: string) => Effect.Effect<A, string>
  /** What holds where there is no file; undefined where there must be one. */
  readonly missing: { readonly value: A } | undefined
}

/** Reads the file again and again for as long as the scope lives. */
export interface Watched<A> {
  /** What the file says, as far as it can be read. */
  readonly current: () => A
  /** Why what it says now is not in force; undefined where it is. */
  readonly trouble: () => string | undefined
}

/** The text of the file; undefined where there is none and need not be any. */
const textOf = <A>({ missing, path, rights }: Options<A>): Effect.Effect<string | undefined, string> =>
  Effect.suspend(() => {
    const found = SecretFile.read(path, rights)
    if (!("wrong" in found)) return Effect.succeed(found.text)
    return found.isMissing === true && missing !== undefined ? Effect.undefined : Effect.fail(found.wrong)
  })

const valueOf = <A>({ missing, path, read }: Options<A>, text: string | undefined): Effect.Effect<A, string> => {
  if (text !== undefined) {
    return Effect.mapError(Faults.asTrouble(Effect.suspend(() => read(text))), (wrong) => `${path}: ${wrong}`)
  }
  return missing === undefined ? Effect.fail(`${path} is missing`) : Effect.succeed(missing.value)
}

export const make = Effect.fnUntraced(function*<A>(
  options: Options<A>
): Effect.fn.Return<Watched<A>, CannotUseFile, Scope.Scope> {
  const { events = KEYS, path, what } = options
  const cannotUse = (detail: string) => new CannotUseFile({ what, detail })
  let text = yield* Effect.mapError(textOf(options), cannotUse)
  let current = yield* Effect.mapError(valueOf(options, text), cannotUse)
  if (text === undefined) {
    yield* Log.warn(`There is no file ${path}: ${what} are read from it as soon as it is there`, {
      event: events.changed
    })
  }
  /** The last trouble that was said, until it is over. */
  let trouble: string | undefined

  const foundNow = Effect.flatMap(textOf(options), (found) =>
    found === undefined && text !== undefined
      ? Effect.delay(textOf(options), GONE_FOR)
      : Effect.succeed(found))

  const look = Effect.gen(function*() {
    const found = yield* foundNow
    if (found !== text) {
      current = yield* valueOf(options, found)
      text = found
      yield* Log.info(
        found === undefined ? `${path} is gone, and ${what} with it` : `${path} has changed: ${what} are read anew`,
        { event: events.changed }
      )
    } else if (trouble !== undefined) {
      yield* Log.info(`${path} can be read again: ${what} are as before`, { event: events.changed })
    }
    trouble = undefined
  })
  const lookOnce = Effect.gen(function*() {
    const looked = yield* Effect.result(look)
    if (Result.isSuccess(looked) || looked.failure === trouble) return
    trouble = looked.failure
    yield* Log.error(`${what} stay as they were read before: ${trouble}`, {
      event: events.unusable,
      detail: trouble
    })
  })
  yield* Effect.forkScoped(Effect.repeat(lookOnce, Schedule.spaced(LOOK_EVERY)))
  return { current: () => current, trouble: () => trouble }
})
