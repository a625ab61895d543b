/**
 * Completions out of plain functions, with the guard inside: a function that throws does not break the batch that
 * delivers its result, and a result that is delivered twice arrives once. Both are bugs.
 *
 * **Details**: tens of thousands are made in a second, so a guard is one closure and a `try`. A function and its
 * subject are given apart, which saves the closure that would bind them.
 */
import type { Completion } from "@flash-sale/domain/ports/Completion"
import { Cause, Effect, Exit } from "effect"
import * as Log from "../observability/logs/Log.ts"

export type { Completion }

export interface Guard {
  /**
   * Delivers one result to `receive`, with its subject. What `receive` throws goes to `failed`, or to the log.
   *
   * **Gotchas**: a bug in `receive` has no other caller to go to. A subject that has to be answered needs `failed`.
   */
  readonly of: <S, A>(
    subject: S,
    receive: (subject: S, result: A) => void,
    failed?: (subject: S, defect: unknown) => void
  ) => Completion<A>
  /** Logs a bug that no caller can be given. */
  readonly report: (defect: unknown) => void
}

/** The guard of one component, which logs as the component does. */
export const guard: Effect.Effect<Guard> = Effect.map(Effect.context<never>(), (context) => {
  const run = Effect.runForkWith(context)
  const report = (defect: unknown): void =>
    void run(Log.error("A callback failed by a bug", { event: "internal_error" }, Cause.die(defect)))

  const of: Guard["of"] = (subject, receive, failed = (_, defect) => report(defect)) => {
    let isDelivered = false
    return branded((result) => {
      if (isDelivered) return report(new Error("a result was delivered twice"))
      isDelivered = true
      try {
        receive(subject, result)
      } catch (defect) {
        attempt(() => failed(subject, defect))
      }
    })
  }
  const attempt = (f: () => void): void => {
    try {
      f()
    } catch (defect) {
      report(defect)
    }
  }
  return { of, report }
})

/** Translates a result on its way to a completion. A bug in the translation is the result then. */
export const mapInput = <A, E, B, E2>(
  completion: Completion<Exit.Exit<B, E2>>,
  translate: (result: Exit.Exit<A, E>) => Exit.Exit<B, E2>
): Completion<Exit.Exit<A, E>> => branded((result) => completion(orDie(translate, result)))

const orDie = <A, B, E>(translate: (result: A) => Exit.Exit<B, E>, result: A): Exit.Exit<B, E> => {
  try {
    return translate(result)
  } catch (defect) {
    return Exit.die(defect)
  }
}

/** The result as an effect, for callers that have a fiber. */
export const wait = <A, E>(offer: (completion: Completion<Exit.Exit<A, E>>) => void): Effect.Effect<A, E> =>
  // A fiber takes one result, catches what is thrown in it, and so needs no guard.
  Effect.callback((resume) => offer(branded(resume)))

const branded = <A>(f: (result: A) => void): Completion<A> => f as Completion<A>
