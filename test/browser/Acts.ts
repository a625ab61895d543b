/** What a person does in a page, counted: clicks, keys, and how long it takes without the waiting for the engine. */
import type { Locator, Page } from "playwright-core"

export interface Figures {
  readonly clicks: number
  readonly keys: number
  /** In which something was done. */
  readonly actingSeconds: number
  /** In which only the engine did something. */
  readonly waitingSeconds: number
}

export interface Acts {
  readonly click: (target: Locator) => Promise<void>
  /** Into what has the focus. */
  readonly type: (text: string) => Promise<void>
  readonly press: (key: "Enter" | "Tab") => Promise<void>
  /** Looks at a page that a link opens beside this one, and closes it: two clicks. */
  readonly glance: (link: Locator, look: (page: Page) => Promise<void>) => Promise<void>
  /** Waits for the engine. */
  readonly wait: (what: () => Promise<unknown>) => Promise<void>
  readonly figures: () => Figures
}

const secondsOf = (millis: number): number => Math.round(millis / 100) / 10

export const of = (page: Page): Acts => {
  let [clicks, keys, acting, waiting] = [0, 0, 0, 0]
  const timed = async (what: () => Promise<unknown>): Promise<number> => {
    const from = performance.now()
    await what()
    return performance.now() - from
  }
  const act = async (what: () => Promise<unknown>): Promise<void> => {
    acting += await timed(what)
  }
  return {
    click: (target) => {
      clicks++
      return act(() => target.click())
    },
    type: (text) => {
      keys += text.length
      return act(() => page.keyboard.type(text))
    },
    press: (key) => {
      keys++
      return act(() => page.keyboard.press(key))
    },
    glance: (link, look) => {
      clicks += 2
      return act(async () => {
        const opened = page.waitForEvent("popup")
        await link.click()
        const beside = await opened
        await look(beside)
        await beside.close()
      })
    },
    wait: async (what) => {
      waiting += await timed(what)
    },
    figures: () => ({ clicks, keys, actingSeconds: secondsOf(acting), waitingSeconds: secondsOf(waiting) })
  }
}
