/** Pages that nobody looks at for a while: they ask for nothing, draw nothing, and do not pass off old for new. */
import { expect, it } from "vitest"
import { until } from "../servers/Processes.ts"
import * as Chromium from "./Chromium.ts"
import * as ConsoleEngine from "./ConsoleEngine.ts"
import { operator } from "./Operator.ts"
import * as Tab from "./Tab.ts"

const TIMEOUT = 120_000
/** An hour, in milliseconds. */
const HOUR = 3_600_000
const OLD = /^As of \d\d:\d\d:\d\d/

const browserFor = Chromium.ofFile()

/** Holds up what is asked of this path, until what is returned is called. */
const holdUp = async ({ page }: Tab.Tab, path: string): Promise<() => void> => {
  let release = () => {}
  const released = new Promise<void>((resolve) => release = resolve)
  await page.route(path, async (route) => {
    await released
    await route.continue()
  })
  return release
}

const start = async () => {
  const { dataDir, key, service } = await ConsoleEngine.start({ PAGES: "on" })
  const stock = (set: number) => operator(service.adminUrl, dataDir)("POST", "/items/101/stock", { set })
  await stock(100)
  return { key, service, stock }
}

/** Hidden for two hours: it says since when it is old, or not, and asks for nothing and draws nothing after that. */
const isQuietWhileHidden = async (tab: Tab.Tab): Promise<void> => {
  await tab.hide()
  await tab.sleep(HOUR)
  // What is under way comes to its end.
  await tab.page.waitForLoadState("networkidle")
  tab.asked()
  const drawn = await tab.drawn()
  await tab.sleep(HOUR)
  await tab.page.waitForLoadState("networkidle")
  expect([tab.asked(), await tab.drawn()]).toEqual([[], drawn])
}

it("the console's overview has no stream and draws nothing meanwhile, then says how old it is", async (ctx) => {
  const browser = browserFor(ctx)
  const { key, service } = await start()
  const tab = await Tab.open(browser, service.adminUrl, `/console#key=${key}`)
  await tab.sees("Nothing is wrong")
  await until("the plots are drawn", async () => await tab.drawn() > 0)
  await isQuietWhileHidden(tab)
  await tab.sees(OLD)
  const drawn = await tab.drawn()

  const goOn = await holdUp(tab, "**/overview/events")
  await tab.show()
  await tab.sees("Nothing is told")
  goOn()
  await tab.sees("Nothing is wrong")
  expect(await tab.page.getByText(OLD).count()).toBe(0)
  await until("the plots are drawn again", async () => await tab.drawn() > drawn)
  expect(tab.complaints()).toEqual([])
}, TIMEOUT)

it(
  "the console's lists ask for nothing meanwhile, at once when they are shown, and say how old they are",
  async (ctx) => {
    const browser = browserFor(ctx)
    const { key, service, stock } = await start()
    const tab = await Tab.open(browser, service.adminUrl, `/console#key=${key}`)
    await tab.sees("Nothing is wrong")
    const places = [["items", "101", "77"], ["audit", "Set to 100 units", "Set to 77 units"]] as const
    for (const [place, before, now] of places) {
      await tab.page.goto(`${service.adminUrl}/console#/${place}`)
      await tab.sees(before)
      await isQuietWhileHidden(tab)
      await stock(77)
      const goOn = await holdUp(tab, `**/admin/v1/${place}*`)
      await tab.show()
      await tab.page.locator("main").getByText(OLD).waitFor()
      expect(tab.asked(), place).toContain(place)
      goOn()
      await tab.sees(now)
      await until("it is not old any more", async () => await tab.page.locator("main").getByText(OLD).count() === 0)
      await tab.hide()
      await tab.show()
      expect(await tab.page.locator("main").getByText(OLD).count(), place).toBe(0)
      await stock(100)
    }
    expect(tab.complaints()).toEqual([])
  },
  TIMEOUT
)

it("the pages for buyers have no stream meanwhile, and say that the counts are old until they are not", async (ctx) => {
  const browser = browserFor(ctx)
  const { service, stock } = await start()
  const shop = await Tab.open(browser, service.url, "/shop/101")
  await shop.sees("Live")
  await isQuietWhileHidden(shop)
  await stock(77)
  const goOn = await holdUp(shop, "**/items/101/events")
  await shop.show()
  await shop.sees("Connecting again")
  goOn()
  await shop.sees("Live")
  await shop.sees("77")

  const home = await Tab.open(browser, service.url, "/")
  await home.sees("77 left")
  await isQuietWhileHidden(home)
  await stock(55)
  const goOnHome = await holdUp(home, "**/items?limit=20")
  await home.show()
  await until("old counts are not shown", async () => await home.page.getByText("77 left").count() === 0)
  goOnHome()
  await home.sees("55 left")
  for (const { complaints } of [shop, home]) expect(complaints()).toEqual([])
}, TIMEOUT)
