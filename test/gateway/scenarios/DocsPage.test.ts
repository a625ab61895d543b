/** `/docs` in a real Chromium: what the page shows, and whom it asks. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { chromium } from "playwright-core"
import { findOrInstall } from "../../servers/Programs.ts"
import { isUnavailable, orReason } from "../../servers/Unavailable.ts"
import * as TestGateway from "../TestGateway.ts"

const FULL = process.env["FULL"] === "1"
const TIMEOUT = 120_000

layer(TestGateway.layer({ docs: true }), { excludeTestServices: true, timeout: TIMEOUT })(
  "The page of the API",
  (it) => {
    it.effect("shows the endpoints, and asks nobody but the gateway", (ctx) =>
      Effect.gen(function*() {
        if (!FULL) return ctx.skip("needs Chromium: npm run test:full")
        const program = yield* Effect.promise(() => orReason(() => findOrInstall("chromium", "chromium")))
        if (isUnavailable(program)) return ctx.skip(program.reason)
        const { port } = yield* TestGateway.TestGateway
        const asked: Array<string> = []
        const problems: Array<string> = []
        yield* Effect.promise(async () => {
          // Chromium has no sandbox for root, which tests in containers are.
          const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] })
          try {
            const page = await browser.newPage()
            page.on("request", (request) => asked.push(request.url()))
            page.on("pageerror", ({ message }) => problems.push(message))
            page.on("console", (message) => {
              // There is no icon, which a browser asks for by itself.
              if (message.type() !== "error" || message.location().url.endsWith("/favicon.ico")) return
              problems.push(message.text())
            })
            await page.goto(`http://localhost:${port}/docs`)
            await page.getByText("/buy").first().waitFor({ timeout: TIMEOUT / 2 })
            // What it does after it is shown, it does until it is idle.
            await page.waitForLoadState("networkidle")
          } finally {
            await browser.close()
          }
        })
        const others = asked.filter((url) => !/^(?:http:\/\/localhost:\d+\/|data:|blob:)/.test(url))
        assert.deepStrictEqual(others, [])
        assert.strictEqual(problems.join("\n"), "")
      }), TIMEOUT)
  }
)
