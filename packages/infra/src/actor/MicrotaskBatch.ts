/**
 * Gathers what comes in one turn of the event loop, and hands it over together as soon as whoever brought it is done: for
 * answers that come one by one out of one step, and that one further step can serve.
 */

/** Gathers one more. */
export type Add<A> = (message: A) => void

/** `handle` gets one or more, in their order. It must not throw. */
export const make = <A>(handle: (gathered: ReadonlyArray<A>) => void): Add<A> => {
  let gathered: Array<A> = []
  const handOver = () => {
    const batch = gathered
    gathered = []
    handle(batch)
  }
  return (message) => {
    if (gathered.push(message) === 1) queueMicrotask(handOver)
  }
}
