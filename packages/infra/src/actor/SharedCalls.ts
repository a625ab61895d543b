/**
 * Calls to a server that serve several messages each. Messages that come in one run of the event loop share a call, as
 * do those that come while as many calls are under way as may be. A message that comes alone waits for no timer.
 *
 * **Details**: it is no `BatchLine`: several calls are under way at once, a call is bounded by weight as well, and a
 * message leaves with its fiber as long as it is not sent. How many wait is bounded by who asks, as a fiber waits for
 * each.
 */
import { Effect, type Exit } from "effect"
import * as BatchAnswers from "./BatchAnswers.ts"

export interface SharedCalls<in A, out B, out E> {
  /** Waits for the answer. A message that is not sent yet when its fiber is interrupted is not sent any more. */
  readonly ask: (message: A) => Effect.Effect<B, E>
}

export interface Options<A, B, E> {
  /** Says which calls they are, in errors. */
  readonly name: string
  /** The most calls under way at once. They begin in the order of their messages. */
  readonly callsAtOnce: number
  /** The most messages of one call. */
  readonly batchSize: number
  /** The most that the messages of a call weigh together. One that weighs more has a call of its own. */
  readonly maxWeight: number
  readonly weightOf: (message: A) => number
  /** Whether the second message may be in a call that begins with the first one. */
  readonly canShare: (first: A, second: A) => boolean
  /** As many answers as messages, in the same order. A failure or a bug is the answer to all of them. */
  readonly call: (messages: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<Exit.Exit<B, E>>, E>
}

interface Waiting<A, B, E> {
  readonly message: A
  readonly resume: (answer: Exit.Exit<B, E>) => void
}

/** The messages that the next call takes: the first ones, as far as they may share it. */
const next = <A, B, E>(
  waiting: Iterable<Waiting<A, B, E>>,
  { batchSize, canShare, maxWeight, weightOf }: Options<A, B, E>
): ReadonlyArray<Waiting<A, B, E>> => {
  const taken: Array<Waiting<A, B, E>> = []
  let weight = 0
  for (const one of waiting) {
    weight += weightOf(one.message)
    const [first] = taken
    const isTooMuch = weight > maxWeight || taken.length >= batchSize
    if (first !== undefined && (isTooMuch || !canShare(first.message, one.message))) break
    taken.push(one)
  }
  return taken
}

/** Calls that are under way when their askers are interrupted end by themselves. */
export const make = <A, B, E>(options: Options<A, B, E>): Effect.Effect<SharedCalls<A, B, E>> =>
  Effect.map(Effect.context<never>(), (context) => {
    const fork = Effect.runForkWith(context)
    const waiting = new Set<Waiting<A, B, E>>()
    let underWay = 0
    let isDue = false

    const send = (): void => {
      isDue = false
      while (underWay < options.callsAtOnce && waiting.size > 0) begin(next(waiting, options))
    }

    const sendSoon = (): void => {
      if (isDue) return
      isDue = true
      queueMicrotask(send)
    }

    const begin = (batch: ReadonlyArray<Waiting<A, B, E>>): void => {
      for (const one of batch) waiting.delete(one)
      underWay++
      fork(Effect.suspend(() => options.call(batch.map(({ message }) => message)))).addObserver((exit) => {
        underWay--
        sendSoon()
        const answered = { name: options.name, exit, messages: batch.length }
        batch.forEach(({ resume }, index) => resume(BatchAnswers.at(answered, index)))
      })
    }

    return {
      ask: (message) =>
        Effect.callback((resume) => {
          const one: Waiting<A, B, E> = { message, resume }
          waiting.add(one)
          if (underWay < options.callsAtOnce) sendSoon()
          return Effect.sync(() => void waiting.delete(one))
        })
    }
  })
