/** What a look found, or why nobody looked: one question that has no answer never hides the others. */
import { Cause, Duration, Effect, Schema } from "effect"
import { messageOf } from "../errors/MessageOf.ts"

export type Looked<A> = { readonly found: A } | { readonly why: string }

export const found = <A>(value: A): Looked<A> => ({ found: value })
export const notLooked = (why: string): Looked<never> => ({ why })

export const map = <A, B>(looked: Looked<A>, f: (value: A) => B): Looked<B> =>
  "found" in looked ? found(f(looked.found)) : looked

/** How long one look may take. */
export const WITHIN = Duration.seconds(5)

/** A question that was not answered, for the reason that whoever was asked gives. */
export class NotAnswered extends Schema.TaggedError<NotAnswered>()("NotAnswered", { detail: Schema.String }) {}

/** A question to a library that answers with a promise. */
export const ask = <A>(question: () => Promise<A>): Effect.Effect<A, NotAnswered> =>
  Effect.tryPromise({ try: question, catch: (error) => new NotAnswered({ detail: messageOf(error) }) })

/** The answer of a question, which may fail, die or take too long. Never fails. */
export const at = <A, E, R>(question: Effect.Effect<A, E, R>, within = WITHIN): Effect.Effect<Looked<A>, never, R> =>
  question.pipe(
    Effect.map((value): Looked<A> => found(value)),
    Effect.timeoutOrElse({
      duration: within,
      orElse: () => Effect.succeed<Looked<A>>(notLooked(`no answer within ${Duration.format(within)}`))
    }),
    Effect.catchCause((cause) => Effect.succeed<Looked<A>>(notLooked(reasonOf(cause))))
  )

/** The first sentence that an error has for a person. */
const reasonOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  const hasDetail = typeof error === "object" && error !== null && "detail" in error
  return hasDetail && typeof error.detail === "string" ? error.detail : messageOf(error)
}
