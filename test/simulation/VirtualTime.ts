/**
 * Time that passes only when no fiber can go on: then it jumps to the next moment at which one wants to wake.
 *
 * **Details**: a whole history runs in one call, without the event loop and its timers, which is several times quicker
 * than to wait for them, and in the same order each time.
 */
import { Clock, Duration, Effect, type Exit, Logger, Scheduler } from "effect"

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

const NANOS_PER_MILLI = 1_000_000

/** What wall clocks show when a history begins, in milliseconds since 1970 (UTC), so that one may also be behind. */
export const EPOCH = 1_800_000_000_000

/** Runs the effect to its end. Fails where it waits for something that can never happen. */
export const run = <A, E>(effect: Effect.Effect<A, E>): Exit.Exit<A, E> => {
  let now = 0
  /** Sorted, the earliest last; of those at one moment the one that came first. */
  const sleepers: Array<Sleeper> = []
  let ready: Array<() => void> = []

  const sleep = (duration: Duration.Duration) =>
    Effect.callback<void>((resume) => {
      const at = now + Duration.toMillis(duration)
      if (at <= now) return resume(Effect.void)
      const sleeper: Sleeper = { at, wake: () => resume(Effect.void) }
      let index = sleepers.length
      while (index > 0 && sleepers[index - 1]!.at <= at) index--
      sleepers.splice(index, 0, sleeper)
      return Effect.sync(() => {
        const there = sleepers.indexOf(sleeper)
        if (there >= 0) sleepers.splice(there, 1)
      })
    })

  const millis = () => EPOCH + now
  const nanos = () => BigInt(EPOCH) * BigInt(NANOS_PER_MILLI) + BigInt(Math.round(now * NANOS_PER_MILLI))
  const sinceStart = () => BigInt(Math.round(now * NANOS_PER_MILLI))
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: sinceStart,
    monotonicTimeNanos: Effect.sync(sinceStart),
    sleep
  }
  const scheduler = new Scheduler.MixedScheduler("async", (task) => {
    ready.push(task)
    return () => {
      ready = ready.filter((other) => other !== task)
    }
  })

  const live = () => {
    const fiber = Effect.runFork(
      effect.pipe(Effect.provideService(Clock.Clock, clock), Effect.provide(Logger.layer([]))),
      { scheduler }
    )
    for (;;) {
      for (let task = ready.shift(); task !== undefined; task = ready.shift()) task()
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return exit
      const next = sleepers.pop()
      if (next === undefined) throw new Error("everybody waits, and nobody for a time")
      now = next.at
      next.wake()
    }
  }
  // What is put off to the end of a step comes before time passes, here as well.
  const { queueMicrotask } = globalThis
  globalThis.queueMicrotask = (task) => void ready.push(task)
  try {
    return live()
  } finally {
    globalThis.queueMicrotask = queueMicrotask
  }
}
