/** Bounds in time, and the caller's signal. */

/** The longest time that a timer knows, in milliseconds: about 24 days. */
export const MAX_MILLIS = 2 ** 31 - 1

/** Work took longer than it may. */
export class TimedOut extends Error {
  constructor(millis: number) {
    super(`not within ${millis} ms`)
    this.name = "TimedOut"
  }
}

/**
 * What `work` gives. Fails with `TimedOut` after so many milliseconds, and with the reason of the caller's signal when
 * that is aborted, also where `work` does not listen to the signal that it gets.
 */
export const within = <A>(
  millis: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<A>
): Promise<A> =>
  new Promise((resolve, reject) => {
    if (outer?.aborted === true) return reject(outer.reason)
    const controller = new AbortController()
    const settle = () => {
      clearTimeout(timer)
      outer?.removeEventListener("abort", onAbort)
    }
    const stop = (reason: unknown) => {
      settle()
      reject(reason)
      controller.abort(reason)
    }
    const onAbort = () => stop(outer?.reason)
    const timer = setTimeout(() => stop(new TimedOut(millis)), Math.min(millis, MAX_MILLIS))
    outer?.addEventListener("abort", onAbort)
    work(controller.signal).then(
      (value) => {
        settle()
        resolve(value)
      },
      (error: unknown) => {
        settle()
        reject(error)
      }
    )
  })

/** Waits. Fails with the signal's reason when that is aborted. */
export const pause = (millis: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason)
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort)
      resolve()
    }, Math.min(millis, MAX_MILLIS))
    signal?.addEventListener("abort", onAbort, { once: true })
  })
