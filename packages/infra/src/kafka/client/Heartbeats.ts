/**
 * A consumer whose heartbeats are timed by a clock that does not step.
 *
 * **Details**: the library sends one where the wall clock has reached the moment of the last one plus the interval. A
 * step back would silence a member for as long as the step, and its group would put it out again and again. The library
 * adds the interval anew each time, so the interval is a value that says what it is when it is added: less than any
 * number where a heartbeat is due, more than any where none is. Decision 0028.
 */
import type { Consumer, ConsumerConfig, Kafka } from "kafkajs"

/** The library's own interval, in milliseconds. */
const DEFAULT_INTERVAL = 3_000

/** `now` as `Monotonic.now` gives it. */
export const consumer = (kafka: Kafka, config: ConsumerConfig, now: () => number): Consumer => {
  const every = config.heartbeatInterval ?? DEFAULT_INTERVAL
  let beatAt = Number.NEGATIVE_INFINITY
  const interval = {
    valueOf: (): number => now() - beatAt >= every ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  // The library only compares and adds it.
  const made = kafka.consumer({ ...config, heartbeatInterval: interval as unknown as number })
  made.on(made.events.HEARTBEAT, () => {
    beatAt = now()
  })
  return made
}
