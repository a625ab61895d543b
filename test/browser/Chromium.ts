/** A real Chromium: found on the PATH, or installed by apt where that is allowed without a question. */
import { type Browser, chromium } from "playwright-core"
import { afterAll, beforeAll, type TestContext } from "vitest"
import { findOrInstall } from "../servers/Programs.ts"
import { isUnavailable, orReason, type Unavailable } from "../servers/Unavailable.ts"

export type Launched = Browser | Unavailable

/** Installing it takes a while. */
export const LAUNCH_TIMEOUT = 180_000

/** Starts it, without a window. Whoever starts it closes it. */
export const launch = async (): Promise<Launched> => {
  const program = await orReason(() => findOrInstall("chromium", "chromium"))
  // Chromium has no sandbox for root, which tests in containers are.
  return isUnavailable(program) ? program : chromium.launch({ executablePath: program, args: ["--no-sandbox"] })
}

/** The browser. Where there is none the test is skipped with the reason, and fails where all tests are meant to run. */
export const needed = (launched: Launched, ctx: TestContext): Browser => {
  if (!("reason" in launched)) return launched
  if (process.env["CI"] === "true") throw new Error(`no browser: ${launched.reason}`)
  return ctx.skip(launched.reason)
}

export const close = async (launched: Launched): Promise<void> => {
  if (!("reason" in launched)) await launched.close()
}

/** One browser for all tests of a file. Returns what gives it to a test, as `needed` does. */
export const ofFile = (): (ctx: TestContext) => Browser => {
  let launched: Launched = { reason: "not started" }
  beforeAll(async () => {
    launched = await launch()
  }, LAUNCH_TIMEOUT)
  afterAll(() => close(launched))
  return (ctx) => needed(launched, ctx)
}
