/** A tab that a test hides and shows again, what is asked for and drawn there, and a clock that a test moves. */
import type { Browser } from "playwright-core"
import { visit, type Visitor } from "./Visitor.ts"

export interface Tab extends Visitor {
  readonly hide: () => Promise<void>
  readonly show: () => Promise<void>
  /** As a machine that has slept: the time passes at once, and each timer that was due runs once. */
  readonly sleep: (millis: number) => Promise<void>
  /** How many times anything was drawn on a canvas. */
  readonly drawn: () => Promise<number>
  /** What was asked of the engine since the last look: the last part of each path. */
  readonly asked: () => ReadonlyArray<string>
}

const DRAWN = `window.drawn = 0
  const { stroke } = CanvasRenderingContext2D.prototype
  CanvasRenderingContext2D.prototype.stroke = function(...path) {
    window.drawn++
    return stroke.apply(this, path)
  }`

/** A window without a screen is never hidden, so the page is told that it is. */
const turn = (isHidden: boolean): string =>
  `for (const [name, value] of [["hidden", ${isHidden}], ["visibilityState", "${isHidden ? "hidden" : "visible"}"]]) {
    Object.defineProperty(document, name, { configurable: true, value })
  }
  document.dispatchEvent(new Event("visibilitychange"))`

/** Opens `path`; a page that has a fragment is read again in it, as with its first visit nothing is counted. */
export const open = async (browser: Browser, origin: string, path: string): Promise<Tab> => {
  const visitor = await visit(browser, origin, "/livez")
  const { page } = visitor
  await page.clock.install()
  await page.addInitScript(DRAWN)
  let asked: Array<string> = []
  page.on("request", (request) => asked.push(new URL(request.url()).pathname.split("/").at(-1)!))
  await page.goto(`${origin}${path}`)
  return {
    ...visitor,
    hide: () => page.evaluate(turn(true)),
    show: () => page.evaluate(turn(false)),
    sleep: (millis) => page.clock.fastForward(millis),
    drawn: () => page.evaluate("drawn"),
    asked: () => {
      const before = asked
      asked = []
      return before
    }
  }
}
