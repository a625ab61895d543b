import { expect, it, vi } from "vitest"
import { pauseShown, whileShown } from "../../../packages/pages/src/sale/Shown.ts"

/** A page that a test shows and hides. */
class TestPage extends EventTarget {
  hidden = true
  /** How many listen. */
  listeners = 0
  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
    this.listeners++
    super.addEventListener(...args)
  }
  override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>): void {
    this.listeners--
    super.removeEventListener(...args)
  }
  turn(hidden: boolean): void {
    this.hidden = hidden
    this.dispatchEvent(new Event("visibilitychange"))
  }
}

it("runs while somebody looks, again when somebody looks again, and ends with its signal", async () => {
  const page = new TestPage()
  const ending = new AbortController()
  const runs: Array<AbortSignal> = []
  const ended = whileShown(page, ending.signal, (signal) => {
    runs.push(signal)
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve()))
  })
  await Promise.resolve()
  expect(runs.length).toBe(0)
  page.turn(false)
  await vi.waitFor(() => expect(runs.length).toBe(1))
  page.turn(true)
  expect(runs[0]!.aborted).toBe(true)
  page.turn(false)
  await vi.waitFor(() => expect(runs.length).toBe(2))
  ending.abort()
  await ended
  expect(runs[1]!.aborted).toBe(true)
})

it("does not begin again what has ended by itself", async () => {
  const page = new TestPage()
  page.hidden = false
  let runs = 0
  await whileShown(page, new AbortController().signal, () => {
    runs++
    return Promise.resolve()
  })
  expect(runs).toBe(1)
})

it("waits, and until somebody looks; no longer once the page is shown again", async () => {
  const page = new TestPage()
  page.hidden = false
  const ending = new AbortController()
  let ended = 0
  const wait = (millis: number) => void pauseShown(page, millis, ending.signal).then(() => ended++)
  wait(60_000)
  page.turn(true)
  page.turn(false)
  await vi.waitFor(() => expect(ended).toBe(1))
  page.turn(true)
  wait(0)
  wait(60_000)
  await vi.waitFor(() => expect(page.listeners).toBe(2))
  expect(ended).toBe(1)
  ending.abort()
  await vi.waitFor(() => expect(ended).toBe(3))
  expect(page.listeners).toBe(0)
})
