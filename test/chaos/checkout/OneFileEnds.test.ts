/** How holds and payments end in one process over one file, which is killed with -9 in each scenario. */
import { describe, expect, it } from "vitest"
import { until } from "../../servers/Processes.ts"
import * as Crossing from "./Crossing.ts"
import * as Engine from "./Engine.ts"
import * as Fleet from "./Fleet.ts"
import * as Shop from "./Shop.ts"
import * as Ways from "./Ways.ts"

/** Orders behind the holds, and as many that the engine has not told of when it is killed. */
const ORDERS = 500
/** A hold that ends while no engine runs, in seconds: it is longer than what the orders behind it take. */
const SHORT = 40
const TIMEOUT = 300_000
/** How soon after its start the engine has ended what was over, in milliseconds, on a busy machine. */
const SOON = 45_000
const [item] = Fleet.ITEMS as [string]

describe("A checkout in one file", () => {
  it("payments that cross and come late are the sale's or due back, and told to buyer, shop and operator", {
    timeout: TIMEOUT
  }, async () => Crossing.run(await Engine.oneFile({}, 2)))

  it("holds of which the records are committed, or only in the log, are confirmed and end after a kill", {
    timeout: TIMEOUT
  }, async () => {
    const engine = await Engine.oneFile()
    const { processor, url } = engine
    await Ways.held(url, Ways.orderOf("kept", item), 3_600)
    await Ways.held(url, Ways.orderOf("later", item), 3_600)
    const { expires_at: dueAt } = await Ways.held(url, Ways.orderOf("short", item), SHORT)
    await Promise.all(Array.from({ length: ORDERS }, (_, n) => Shop.buy(() => url, Ways.orderOf(`many-${n}`, item))))
    await engine.caughtUp()
    // These are behind what the engine has not folded, or not told, when it is killed.
    const behind = Array.from({ length: ORDERS }, (_, n) => Ways.orderOf(`behind-${n}`, item))
    const last = Ways.orderOf("second", item)
    const sent = await Promise.all([
      ...behind.map((order) => Shop.buy(() => url, order)),
      Shop.hold(() => url, last, 1)
    ])
    await processor.killHard()
    expect(sent.map(({ status }) => status)).toEqual(sent.map(() => 202))
    expect(Date.now()).toBeLessThan(Date.parse(dueAt!))
    await until("their times are over", () => Date.now() >= Date.parse(dueAt!))
    const from = performance.now()
    await processor.start()
    await Ways.becomes(url, "short", "EXPIRED")
    await Ways.becomes(url, last.id, "EXPIRED")
    expect(await Ways.said(url, last.id, "confirm")).toBe("409 expired")
    expect(await Ways.said(url, "later", "confirm")).toBe("202")
    await Ways.becomes(url, "later", "COMPLETED")
    const took = performance.now() - from
    expect(took).toBeLessThan(SOON)
    expect(await Ways.metric(processor, "processor_holds_expired_total")).toBe(2)
    expect(await Ways.metric(processor, "processor_holds_confirmed_total")).toBe(1)
    await until("one is open", async () => await Ways.metric(processor, "processor_holds_open") === 1)
    expect(await Ways.said(url, "kept", "cancel")).toBe("202")
    await Ways.becomes(url, "kept", "CANCELLED")
    await engine.caughtUp()
    // Of the orders from long before the kill none is counted again.
    const most = ORDERS + ["short", "second", "later", "kept"].length
    expect(await Ways.metric(processor, "processor_orders_processed_total")).toBeLessThanOrEqual(most)
    await Engine.sound(engine)
    process.stdout.write(
      `one file: what was over is ended, and what is confirmed charged, ${Math.round(took)} ms later\n`
    )
  })
})
