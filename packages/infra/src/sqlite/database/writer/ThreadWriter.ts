/**
 * Writes the embedded file by a thread of its own, so that the one that answers never waits for the disk. One commit is
 * on its way at a time; what comes meanwhile shares the next. Decision 57.
 */
import { Effect, Exit, type Scope } from "effect"
import type { Damage } from "../DamageGuard.ts"
import { SqliteUnavailable, SqliteUnknown } from "../GroupCommit.ts"
import * as ResultCode from "../ResultCode.ts"
import type * as Signals from "../Signals.ts"
import type { Call, Committed, Outcome } from "./Calls.ts"
import * as ThreadLink from "./ThreadLink.ts"
import * as ThreadMessages from "./ThreadMessages.ts"
import type { Writer } from "./Writer.ts"

/** Characters of input that are on their way at once. One call alone may have more. */
export const MAX_ON_ITS_WAY = 8 * 1024 * 1024

export interface Options extends Pick<ThreadLink.Options, "program" | "path" | "gone"> {
  /** What this thread knows of the file, and learns of it from the other. */
  readonly damage: Damage
  readonly signals: Signals.Signals
}

/** Some of the calls, as they cross. */
interface Portion {
  readonly calls: ReadonlyArray<ThreadMessages.EncodedCall>
  /** Which of all calls they are. */
  readonly places: ReadonlyArray<number>
  /** The first call that is not looked at yet. */
  readonly next: number
}

/** When the scope closes, the thread ends after what it was asked. */
export const make = Effect.fnUntraced(function*(
  { damage, gone, path, program, signals }: Options
): Effect.fn.Return<Writer, never, Scope.Scope> {
  const link = yield* Effect.acquireRelease(
    Effect.sync(() => ThreadLink.start({ program, path, gone, changed: signals.wakeAll })),
    ({ close }) => close
  )
  /** Nothing is asked of a file that is damaged, or not the engine's any more. */
  const ask = (request: ThreadMessages.Request) =>
    Effect.suspend((): Effect.Effect<ThreadMessages.Answer, SqliteUnavailable | ThreadLink.ThreadGone> => {
      const refusal = damage.refusal()
      if (refusal !== undefined) return Effect.fail(new SqliteUnavailable({ detail: ResultCode.wordsOf(refusal) }))
      return Effect.tap(link.ask(request), (answer) =>
        Effect.sync(() => {
          if (answer.damage !== undefined) damage.note(ResultCode.toError(answer.damage))
        }))
    })
  const maintain = (request: ThreadMessages.Request): Effect.Effect<boolean, SqliteUnavailable> =>
    Effect.flatMap(
      Effect.catchTag(ask(request), "ThreadGone", ({ detail }) => Effect.fail(new SqliteUnavailable({ detail }))),
      (answer) => {
        if (answer._tag === "Done") return Effect.succeed(answer.value)
        return answer._tag === "Failed"
          ? Effect.fail(new SqliteUnavailable({ detail: answer.detail }))
          : Effect.die(anotherAnswer(answer))
      }
    )
  const send = (calls: ReadonlyArray<ThreadMessages.EncodedCall>): Effect.Effect<Committed> =>
    Effect.match(ask({ _tag: "Commit", calls }), {
      onSuccess: (answer) => {
        if (answer._tag === "Committed") return ThreadMessages.decode(answer.text)
        const { detail } = answer._tag === "Failed" ? answer : { detail: undefined }
        return all(calls, detail === undefined ? Exit.die(anotherAnswer(answer)) : unavailable(detail))
      },
      onFailure: (error) =>
        all(
          calls,
          error._tag === "ThreadGone" && error.isSent
            ? Exit.fail(new SqliteUnknown({ detail: error.detail }))
            : unavailable(error.detail)
        )
    })

  return {
    setLimit: (pages) => Effect.asVoid(maintain({ _tag: "SetLimit", pages })),
    takeRest: Effect.asVoid(maintain({ _tag: "TakeRest" })),
    empty: maintain({ _tag: "Empty" }),
    commit: Effect.fnUntraced(function*(calls: ReadonlyArray<Call>) {
      const outcomes: Array<Outcome> = []
      const touched = new Set<string>()
      for (let next = 0; next < calls.length;) {
        const portion = encodeFrom(calls, next, (place, bug) => {
          outcomes[place] = Exit.die(bug)
        })
        next = portion.next
        if (portion.calls.length === 0) continue
        const committed = yield* send(portion.calls)
        for (const topic of committed.touched) touched.add(topic)
        portion.places.forEach((place, n) => {
          outcomes[place] = committed.outcomes[n]!
        })
      }
      return { outcomes, touched }
    }),
    // Who was just answered goes on to its next write, which shares the commit then: fewer commits, and fewer wake-ups.
    gather: Effect.yieldNow,
    // The thread looks by itself, on the connection that must not count its own writes.
    watch: Effect.never
  }
})

const anotherAnswer = ({ _tag }: ThreadMessages.Answer): Error =>
  new Error(`the thread that writes the file has answered ${_tag} to another question`)

const unavailable = (detail: string): Outcome => Exit.fail(new SqliteUnavailable({ detail }))

const all = (calls: ReadonlyArray<unknown>, outcome: Outcome): Committed => ({
  outcomes: calls.map(() => outcome),
  touched: []
})

/** As many as may be on their way together, each asked for its input now. A call whose input fails is left out. */
const encodeFrom = (
  calls: ReadonlyArray<Call>,
  first: number,
  failed: (place: number, bug: unknown) => void
): Portion => {
  const encoded: Array<ThreadMessages.EncodedCall> = []
  const places: Array<number> = []
  let next = first
  for (let size = 0; next < calls.length && size < MAX_ON_ITS_WAY; next++) {
    const { durable, input, write } = calls[next]!
    try {
      const text = JSON.stringify(input() ?? null)
      encoded.push({ name: write.name, durable, input: text })
      places.push(next)
      size += text.length
    } catch (bug) {
      failed(next, bug)
    }
  }
  return { calls: encoded, places, next }
}
