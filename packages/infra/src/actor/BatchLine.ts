/**
 * A line in which messages wait and are served in batches: one fiber takes the messages that are there, up to a bound,
 * handles them in one step, and answers each. Batches form by themselves while a step is under way, so an idle line
 * waits for no timer.
 *
 * **Details**: an idle line has no fiber. One begins with the first message, lets those come that are on their way in
 * the same turn of the event loop, and ends when nothing waits any more. A fiber that waited for messages instead would
 * cost each batch several times as much.
 */
import { Data, Effect, Exit, Fiber, type Scope } from "effect"
import * as Monotonic from "../time/Monotonic.ts"
import * as BatchAnswers from "./BatchAnswers.ts"
import * as Completion from "./Completion.ts"

/** The line is full, or this message has waited in it for as long as it may. Nothing was done with the message. */
export class LineFull extends Data.TaggedError("LineFull")<{ readonly line: string; readonly capacity: number }> {}

export interface BatchLine<in A, out B, out E> {
  /** Waits in line for the answer. Fails at once where the line is full or closed. */
  readonly ask: (message: A) => Effect.Effect<B, E | LineFull>
  /** The same by a callback. It is called by the line's own fiber; at once where the line is full or closed. */
  readonly offer: (message: A, completion: Completion.Completion<Exit.Exit<B, E | LineFull>>) => void
  /** How many wait now. */
  readonly waiting: () => number
}

export interface Options<A, B, E> {
  /** Says which line it is, in errors. */
  readonly name: string
  /** The most messages that may wait. */
  readonly capacity: number
  /** The most messages that one step takes. */
  readonly batchSize: number
  /**
   * How long a message may wait for its step, in milliseconds; without bound where it is absent. One that has waited
   * longer is not handled, and answered with `LineFull`.
   */
  readonly timeoutMillis?: number
  /**
   * Wraps a step, from before its messages are taken: messages that come while the wrapper waits are taken as well. A
   * bug in it, or an interruption, is the answer to the messages that it leaves in the line.
   */
  readonly inTurn?: (step: Effect.Effect<void>) => Effect.Effect<void>
  /**
   * Handles a batch: as many answers as messages, in the same order. A failure or a bug is the answer to all of them.
   */
  readonly handle: (batch: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<Exit.Exit<B, E>>, E>
}

interface Waiting<A, B, E> {
  readonly message: A
  /** When it came, as `Monotonic.now` gives it, in a queue with a timeout. */
  readonly since: number
  readonly completion: Completion.Completion<Exit.Exit<B, E>>
}

/**
 * Opens a line. When its scope closes the line takes no more messages, serves those that wait, and only then is gone:
 * an accepted message is always answered.
 */
export const make = Effect.fnUntraced(function*<A, B, E>(
  options: Options<A, B, E>
): Effect.fn.Return<BatchLine<A, B, E>, never, Scope.Scope> {
  const { inTurn = (step) => step, timeoutMillis = Number.POSITIVE_INFINITY } = options
  const monotonic = yield* Monotonic.reader
  /** When a message comes; 0 where the line has no timeout. */
  const now = options.timeoutMillis === undefined ? () => 0 : monotonic
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const queue: Array<Waiting<A, B, E | LineFull>> = []
  let isClosed = false
  /** Serves while anything waits; undefined while the line is idle. */
  let server: Fiber.Fiber<void> | undefined
  const full = Exit.fail(new LineFull({ line: options.name, capacity: options.capacity }))

  const answer = (
    batch: ReadonlyArray<Waiting<A, B, E | LineFull>>,
    exit: Exit.Exit<ReadonlyArray<Exit.Exit<B, E>>, E>
  ): void => {
    const answered = { name: options.name, exit, messages: batch.length }
    batch.forEach(({ completion }, index) => completion(BatchAnswers.at(answered, index)))
  }

  /** Those that are still in time: the oldest come first, so mostly one look is enough. */
  const withoutLate = (taken: ReadonlyArray<Waiting<A, B, E | LineFull>>) => {
    const oldest = now() - timeoutMillis
    if (taken[0]!.since >= oldest) return taken
    return taken.filter(({ completion, since }) => {
      if (since < oldest) completion(full)
      return since >= oldest
    })
  }
  /** Those that have waited for longest. */
  const take = (count: number) => queue.splice(0, count)
  const step = Effect.suspend(() => {
    const batch = queue.length === 0 ? queue : withoutLate(take(options.batchSize))
    if (batch.length === 0) return Effect.void
    return Effect.map(
      Effect.exit(Effect.suspend(() => options.handle(batch.map(({ message }) => message)))),
      (exit) => answer(batch, exit)
    )
  })
  const serve = Effect.gen(function*() {
    yield* Effect.yieldNow
    while (queue.length > 0) {
      yield* Effect.catchCause(
        Effect.suspend(() => inTurn(step)),
        (cause) => Effect.sync(() => answer(take(queue.length), Exit.failCause(cause)))
      )
    }
    server = undefined
  })
  // The fiber is nobody's child: it must outlive the interruption of its scope until the line is empty.
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      isClosed = true
      return server === undefined ? Effect.void : Fiber.await(server)
    })
  )

  const offer: BatchLine<A, B, E>["offer"] = (message, completion) => {
    if (isClosed || queue.length >= options.capacity) return completion(full)
    queue.push({ message, since: now(), completion })
    server ??= fork(serve)
  }
  return {
    waiting: () => queue.length,
    offer,
    ask: (message) => Completion.wait((completion) => offer(message, completion))
  }
})
