/** Redis is killed under a console and a storefront that are open, on servers of this test's own. */
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import * as Services from "../chaos/Services.ts"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Chromium from "./Chromium.ts"
import * as ConsoleEngine from "./ConsoleEngine.ts"
import { visit } from "./Visitor.ts"

/** Several times what it takes, as others may use the machine. */
const TIMEOUT = 240_000

const lib = needed(kafkaLib())
needed(redisServerProgram())

const browserFor = Chromium.ofFile()

const start = async () => {
  const redis = await RedisServer.make()
  onTestFinished(() => redis.stop())
  const kafka = await KafkaBroker.make(lib)
  onTestFinished(() => kafka.stop())
  await Promise.all([redis.start(), kafka.start()])
  const env = {
    REDIS_ADDR: redis.address,
    KAFKA_ADDR: kafka.address,
    API_KEYS_FILE: join(await Services.folder(), "keys"),
    PAGES: "on"
  }
  const key = await Services.apiKey("admin", env)
  const service = await Services.service("gateway", env)
  const processor = await Services.service("processor", env)
  await Promise.all([service.start(), processor.start()])
  await Promise.all([service.untilHealth(200), processor.untilHealth(200)])
  await until("the item is in stock", async () => (await Services.run(["stock", "set", "101", "5"], env)).code === 0)
  return { redis, key, service }
}

it("say what is wrong within seconds, to whoever comes meanwhile as well, and go on", async (ctx) => {
  const browser = browserFor(ctx)
  const engine = await start()
  const { key, redis, service } = engine
  const operator = await ConsoleEngine.open(browser, engine, key)
  const buyer = await visit(browser, service.url, "/shop/101")
  await operator.sees("Nothing is wrong")
  await buyer.button("Buy now")
  await buyer.sees("Live")

  await redis.kill()
  const begun = performance.now()
  await Promise.all([operator.sees("The store is away"), buyer.sees(/does not answer \(store_unavailable\)/)])
  // The machine may be busy; without the streams' word it would be 45 s.
  expect(performance.now() - begun).toBeLessThan(20_000)
  expect(await operator.page.getByText("Nothing is wrong").count()).toBe(0)
  const link = operator.page.locator(".problems a.runbook").first()
  expect(await link.getAttribute("href")).toBe("/console/runbook#redis-is-away-or-was-lost")
  await operator.isAccessible()
  await buyer.isAccessible()

  const [late, lateBuyer] = await Promise.all([
    ConsoleEngine.open(browser, engine, key),
    visit(browser, service.url, "/shop/101")
  ])
  await Promise.all([late.sees("The store is away"), lateBuyer.sees("The shop does not answer")])

  await redis.start()
  await Promise.all([operator, late].map(({ page }) => page.locator(".health.good").waitFor()))
  await Promise.all([buyer, lateBuyer].map(({ sees }) => sees("Live")))
  for (const { complaints } of [operator, buyer, late, lateBuyer]) expect(complaints()).toEqual([])
}, TIMEOUT)
