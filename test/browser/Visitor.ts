/** Somebody who has a page open: what is to be seen there, and whether anything went wrong without a word. */
import axe from "axe-core"
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core"
import { expect, onTestFinished } from "vitest"

/** How long anything in a page is waited for, in milliseconds. */
const PATIENCE = 25_000
/** What Chromium itself says of an answer that is a refusal, and of none. */
const OF_THE_NETWORK = /^Failed to load resource/

export interface Visitor {
  readonly page: Page
  /** The one button, once it says this. */
  readonly button: (label: string | RegExp) => Promise<Locator>
  /** Waits until the page shows this. */
  readonly sees: (text: string | RegExp) => Promise<void>
  /** Fails where axe finds anything; by `colours`, where its rules about colours do. */
  readonly isAccessible: (rules?: "all" | "colours") => Promise<void>
  /** What the console said that is not the network's, and what was asked of anybody else than the engine. */
  readonly complaints: () => ReadonlyArray<string>
}

/** Opens a page of the engine at `origin`, in a window of its own, where nothing fades: axe looks at every moment. */
export const visit = async (
  browser: Browser,
  origin: string,
  path: string,
  options: BrowserContextOptions = {}
): Promise<Visitor> => {
  const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE)
  const complaints: Array<string> = []
  page.on("console", (message) => {
    if (!OF_THE_NETWORK.test(message.text())) complaints.push(`${message.type()}: ${message.text()}`)
  })
  page.on("pageerror", ({ message }) => complaints.push(message))
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:")) complaints.push(request.url())
  })
  await page.goto(`${origin}${path}`)
  return {
    page,
    button: async (label) => {
      const found = page.locator("flash-sale-button button.main", { hasText: label })
      await found.waitFor()
      return found
    },
    sees: (text) => page.getByText(text).first().waitFor(),
    isAccessible: async (rules = "all") => {
      if (!await page.evaluate("'axe' in globalThis")) await page.evaluate(axe.source)
      const options = rules === "all" ? "{}" : "{ runOnly: ['color-contrast', 'link-in-text-block'] }"
      const violations: ReadonlyArray<unknown> = await page.evaluate(
        `axe.run(${options}).then(({ violations }) =>
          violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))`
      )
      expect(violations).toEqual([])
    },
    complaints: () => complaints
  }
}
