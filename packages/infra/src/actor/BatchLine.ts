/**
 * A line in which messages wait and are served in batches: one fiber takes what is there, up to a bound, handles it in
 * one step, and answers each. Batches form by themselves while a step is under way, so an idle line waits for no timer.
 */
import type { Cause } from "effect"
import { Data, Deferred, Effect, Exit, Fiber, Queue, type Scope } from "effect"

/** The line holds as many messages as it may. Nothing was done with this one. */
export class LineFull extends Data.TaggedError("LineFull")<{ readonly line: string; readonly capacity: number }> {}

export interface BatchLine<in A, out B, out E> {
  /** Waits in line for the answer. Fails at once where the line is full or closed. */
  readonly ask: (message: A) => Effect.Effect<B, E | LineFull>
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
  /** Handles a batch: as many answers as messages, in the same order. A failure is the answer to all of them. */
  readonly handle: (batch: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<Exit.Exit<B, E>>, E>
}

interface Waiting<A, B, E> {
  readonly message: A
  readonly answer: Deferred.Deferred<B, E>
}

/**
 * Opens a line. When its scope closes the line takes no more, serves those that wait, and only then is gone: an
 * accepted message is always answered.
 */
export const make = Effect.fnUntraced(function*<A, B, E>(
  options: Options<A, B, E>
): Effect.fn.Return<BatchLine<A, B, E>, never, Scope.Scope> {
  const queue = yield* Queue.dropping<Waiting<A, B, E>, Cause.Done>(options.capacity)
  const full = new LineFull({ line: options.name, capacity: options.capacity })

  const answerAt = (
    exit: Exit.Exit<ReadonlyArray<Exit.Exit<B, E>>, E>,
    index: number,
    asked: number
  ): Exit.Exit<B, E> => {
    if (Exit.isFailure(exit)) return Exit.failCause(exit.cause)
    if (exit.value.length === asked) return exit.value[index]!
    return Exit.die(new Error(`${options.name}: ${exit.value.length} answers to ${asked} messages`))
  }

  const serve = Effect.gen(function*() {
    while (true) {
      const batch = yield* Queue.takeBetween(queue, 1, options.batchSize)
      const exit = yield* Effect.exit(Effect.suspend(() => options.handle(batch.map((waiting) => waiting.message))))
      batch.forEach((waiting, index) => Deferred.doneUnsafe(waiting.answer, answerAt(exit, index, batch.length)))
    }
  })
  // Detached, as the fiber must outlive the interruption of its scope until the line is empty.
  const server = yield* Effect.forkDetach(Effect.ignore(serve))
  yield* Effect.addFinalizer(() => Effect.andThen(Queue.end(queue), Fiber.await(server)))

  return {
    waiting: () => Queue.sizeUnsafe(queue),
    ask: (message) =>
      Effect.suspend((): Effect.Effect<B, E | LineFull> => {
        const answer = Deferred.makeUnsafe<B, E>()
        return Queue.offerUnsafe(queue, { message, answer }) ? Deferred.await(answer) : Effect.fail(full)
      })
  }
})
