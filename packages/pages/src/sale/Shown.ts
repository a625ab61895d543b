/** Whether anybody looks at the page: a page that is hidden keeps no connection, of which a browser has few. */
import { pause } from "./Timers.ts"

/** The part of `Document` that is used. */
export type Page = Pick<Document, "hidden" | "addEventListener" | "removeEventListener">

/** Waits until somebody looks at the page, or the signal is aborted. */
export const untilShown = (page: Page, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (page.hidden && !signal.aborted) return
      page.removeEventListener("visibilitychange", look)
      signal.removeEventListener("abort", look)
      resolve()
    }
    page.addEventListener("visibilitychange", look)
    signal.addEventListener("abort", look)
    look()
  })

/** Waits so many milliseconds and until somebody looks; no longer once the page is shown again after it was hidden. */
export const pauseShown = async (page: Page, millis: number, signal: AbortSignal): Promise<void> => {
  const showing = new AbortController()
  const look = () => {
    if (!page.hidden) showing.abort()
  }
  page.addEventListener("visibilitychange", look)
  await pause(millis, AbortSignal.any([signal, showing.signal]))
  page.removeEventListener("visibilitychange", look)
  await untilShown(page, signal)
}

/**
 * Runs this while somebody looks at the page, by a signal that is aborted when nobody does: it is begun again when the
 * page is shown again, unless it has ended by itself before. Ends with the signal.
 */
export const whileShown = async (
  page: Page,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<void>
): Promise<void> => {
  while (!signal.aborted) {
    await untilShown(page, signal)
    const hiding = new AbortController()
    const look = () => {
      if (page.hidden) hiding.abort()
    }
    page.addEventListener("visibilitychange", look)
    try {
      await run(AbortSignal.any([signal, hiding.signal]))
    } finally {
      page.removeEventListener("visibilitychange", look)
    }
    if (!hiding.signal.aborted) return
  }
}
