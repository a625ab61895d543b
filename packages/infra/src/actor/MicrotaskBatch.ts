/**
 * Gathers the messages of one run of the event loop into a batch: for results that are delivered one by one out of one
 * step, and that one further step can serve.
 */

/** Adds a message to the batch that is being gathered. */
export type Add<A> = (message: A) => void

/**
 * `handle` gets one or more messages in their order, in a microtask after the first. What it throws goes to `failed`
 * with the batch, and must not be thrown on: nothing is below a microtask but the end of the process.
 */
export const make = <A>(
  handle: (batch: ReadonlyArray<A>) => void,
  failed: (batch: ReadonlyArray<A>, defect: unknown) => void
): Add<A> => {
  let gathered: Array<A> = []
  const handOver = () => {
    const batch = gathered
    gathered = []
    try {
      handle(batch)
    } catch (defect) {
      failed(batch, defect)
    }
  }
  return (message) => {
    if (gathered.push(message) === 1) queueMicrotask(handOver)
  }
}
