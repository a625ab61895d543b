/**
 * Buffers the log lines of a process and writes them together. Logging never blocks. Decision 0015.
 *
 * **Details**: a write for each line would cost more than the rest of the line. Where the reader of the output is slow,
 * lines wait up to a bound; beyond it they are dropped and counted, and one line reports the count when there is room
 * again. Buffered lines are written when the scope closes and when the process exits, within a bounded time.
 *
 * **Gotchas**: a kill -9 loses the buffered lines: at most those of the last `GATHER`.
 */
import { Duration, Effect, Latch, Schedule, type Scope } from "effect"
import type { Output } from "./LogOutput.ts"

/** How long lines are buffered before they are written together. */
export const GATHER = Duration.millis(10)
/** The most characters that are buffered before they are written. */
const GATHER_AT_MOST = 65_536
/** Characters that may wait for an output that does not take them. */
export const WAIT_AT_MOST = 8_388_608
/** How long between two tries to write to an output that took nothing. */
const TRY_AGAIN = Duration.millis(20)
/** How long an output that does not take the last lines may delay the end of a process. */
const LAST_WORDS = Duration.seconds(2)

export interface Sink {
  /** Takes a line, without its line feed. */
  readonly add: (line: string) => void
}

/** Lives on after its scope: lines that come later are written at once. */
export const make = Effect.fnUntraced(function*(
  output: Output,
  lineOfDropped: (count: number) => string
): Effect.fn.Return<Sink, never, Scope.Scope> {
  const some = yield* Latch.make()
  const much = yield* Latch.make()
  let gathered = ""
  let rest: Uint8Array = new Uint8Array()
  let dropped = 0
  let isClosed = false
  let isGone = false

  /** Writes what there is room for; false where something is left. */
  const flush = (): boolean => {
    while (!isGone && (rest.length > 0 || gathered !== "")) {
      if (rest.length === 0) {
        if (dropped > 0) gathered += `${lineOfDropped(dropped)}\n`
        dropped = 0
        rest = Buffer.from(gathered)
        gathered = ""
      }
      const taken = output.write(rest)
      // The output is closed for good, so there is no way to report it either.
      if (taken === "gone") isGone = true
      else if (taken === 0) return false
      else rest = rest.subarray(taken)
    }
    return true
  }

  const serve = Effect.gen(function*() {
    Latch.closeUnsafe(some)
    Latch.closeUnsafe(much)
    if (gathered === "") yield* Latch.await(some)
    yield* Effect.raceFirst(Effect.sleep(GATHER), Latch.await(much))
    while (!flush()) yield* Effect.sleep(TRY_AGAIN)
  })

  const flushAtExit = (): void => {
    const asleep = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    const pause = Duration.toMillis(TRY_AGAIN)
    for (let waited = 0; !flush() && waited < Duration.toMillis(LAST_WORDS); waited += pause) {
      // The event loop has ended, so blocking for room delays nothing.
      Atomics.wait(asleep, 0, 0, pause)
    }
  }
  const forget = output.onExit(flushAtExit)

  yield* Effect.addFinalizer(() =>
    Effect.gen(function*() {
      isClosed = true
      yield* Effect.sync(flush).pipe(
        Effect.repeat({ until: (isDone: boolean) => isDone, schedule: Schedule.spaced(TRY_AGAIN) }),
        Effect.timeoutOption(LAST_WORDS)
      )
      if (gathered === "" && rest.length === 0) forget()
    })
  )
  yield* Effect.forkScoped(Effect.forever(serve))

  return {
    add: (line) => {
      if (isGone) return
      if (gathered.length + rest.length > WAIT_AT_MOST) {
        dropped++
        return
      }
      gathered += `${line}\n`
      if (isClosed) flush()
      else if (gathered.length >= GATHER_AT_MOST) {
        Latch.openUnsafe(some)
        Latch.openUnsafe(much)
      } else Latch.openUnsafe(some)
    }
  }
})
