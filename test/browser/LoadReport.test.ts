/** The report of a load run as a file, opened from the disk by a real Chromium. */
import * as BalanceCheck from "@flash-sale/cli/load/BalanceCheck"
import * as HtmlFile from "@flash-sale/cli/load/html/HtmlFile"
import * as HtmlReport from "@flash-sale/cli/load/html/HtmlReport"
import * as Tally from "@flash-sale/cli/load/Tally"
import { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Effect } from "effect"
import { readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { describe, expect, it } from "vitest"
import * as Services from "../chaos/Services.ts"
import * as Chromium from "./Chromium.ts"
import { visit } from "./Visitor.ts"

const TIMEOUT = 60_000
const MOST_BYTES = 120 * 1024
const itemId = ItemId.make("a")
/** What must stay text. */
const HOSTILE = "</script><script>document.title = 'taken'</script><img src=x onerror=alert(1)>"

const browserFor = Chromium.ofFile()

/** 2,000 orders in 20 s, of which a tenth is refused; the books say `sold`. */
const report = (sold: number) => {
  const tally = Tally.make()
  for (let index = 0; index < 2_000; index++) {
    const order = { requestId: RequestId.make(`r-${index}`), userId: UserId.make("u"), itemId, amount: 1 }
    tally.send()
    const answer = index % 10 === 0 ? { _tag: "Refused", code: HOSTILE } as const : { _tag: "Accepted" } as const
    tally.add(order, answer, 2 + index % 50, 10 * index)
  }
  const fates = tally.accepted().map((order): BalanceCheck.Fate => ({ order, status: "COMPLETED" }))
  const lines = [{ itemId, put: 5_000, open: 0, summary: { available: 5_000 - sold, held: 0, sold, stocked: 5_000 } }]
  const shares = { holds: 0, confirm: 0, paid: 0, cancel: 0, holdSeconds: 5 }
  const run = {
    url: new URL("http://u:secret@localhost:8080/x?key=secret"),
    orders: 2_000,
    users: 67,
    items: 1,
    stock: 5_000
  }
  return HtmlReport.of(
    { ...run, rate: 100, seed: 1, shares },
    tally,
    lines,
    BalanceCheck.make(lines, fates),
    "2026-12-01T18:00:00.000Z"
  )
}

const written = async (sold: number): Promise<string> => {
  const path = join(await Services.folder(), "report.html")
  await Effect.runPromise(HtmlFile.check(path).pipe(Effect.andThen(HtmlFile.write(path, report(sold)))))
  return path
}

describe("a load report", () => {
  it("is one file that draws its plots, asks nobody, and runs nothing that it was told", async (ctx) => {
    const browser = browserFor(ctx)
    const path = await written(1_800)
    expect((await stat(path)).size).toBeLessThan(MOST_BYTES)
    expect(await readFile(path, "utf8")).not.toContain("secret")
    for (const colorScheme of ["light", "dark"] as const) {
      const { complaints, isAccessible, page, sees } = await visit(browser, pathToFileURL(path).href, "", {
        colorScheme
      })
      await sees("The books balance.")
      await sees("a: put in 5000 = available 3200 + held 0 + sold 1800")
      expect(await page.locator(".plot canvas").count()).toBe(3)
      expect(await page.title()).toBe("Load run")
      expect(await page.locator("img").count()).toBe(0)
      expect(complaints().filter((line) => line !== page.url())).toEqual([])
      await isAccessible()
    }
  }, TIMEOUT)

  it("says what does not balance, also on a phone", async (ctx) => {
    const browser = browserFor(ctx)
    const url = pathToFileURL(await written(1_799)).href
    const { page, sees } = await visit(browser, url, "", { viewport: { width: 390, height: 844 } })
    await sees("The books do not balance.")
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390)
  }, TIMEOUT)

  it("is refused before the run where it cannot be written", async () => {
    const folder = await Services.folder()
    for (const path of [folder, join(folder, "nowhere", "report.html")]) {
      const error = await Effect.runPromise(Effect.flip(HtmlFile.check(path)))
      expect(error.message).toMatch(/^--html: .* cannot be written: /)
    }
  })
})
