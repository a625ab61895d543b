/** Waiting in a browser. */

/** Runs this once after so many milliseconds, unless it is given up by what is returned. */
export const after = (millis: number, run: () => void): () => void => {
  const timer = setTimeout(run, millis)
  return () => clearTimeout(timer)
}

/** Runs this each so many milliseconds until what is returned is called. */
export const every = (millis: number, run: () => void): () => void => {
  const timer = setInterval(run, millis)
  return () => clearInterval(timer)
}

/** Waits so many milliseconds, or until the signal is aborted. Does not fail. */
export const pause = (millis: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      giveUp()
      signal.removeEventListener("abort", done)
      resolve()
    }
    const giveUp = after(millis, done)
    signal.addEventListener("abort", done)
  })

/** From 0 up to, and without, 1. */
export const chance = (): number => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32
