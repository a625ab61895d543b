/** What a page has cost so far, as the browser measures it. */
import type { CDPSession } from "playwright-core"

/** Kept by the page from its beginning on. */
export const WATCH = `globalThis.seen = { shift: 0, longest: 0, items: 0 }
new PerformanceObserver((list) => list.getEntries().forEach(({ value, hadRecentInput }) => {
  if (!hadRecentInput) seen.shift += value
})).observe({ type: "layout-shift", buffered: true })
new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => {
  seen.longest = Math.max(seen.longest, duration)
})).observe({ type: "longtask", buffered: true })
addEventListener("flash-sale-item", () => seen.items++)`

/** Reads it. */
export const READ = `({ ...seen,
  view: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  bytes: performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource")
    .filter(({ name }) => name.includes("/assets/"))).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) })`

export interface Weight {
  readonly shift: number
  readonly longest: number
  readonly items: number
  readonly view: number
  readonly bytes: number
}

/** What the page's thread has worked so far: script, style, layout and paint together. */
export const workMillis = async (session: CDPSession): Promise<number> => {
  const { metrics } = await session.send("Performance.getMetrics")
  return metrics.find(({ name }) => name === "TaskDuration")!.value * 1_000
}
