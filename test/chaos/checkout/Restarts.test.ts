/**
 * A hold is open, and its record committed, while very many other orders come behind it; then the processor is killed.
 * The next one expires and charges soon, and counts nothing twice.
 */
import { ItemId } from "@flash-sale/domain/records/Ids"
import { describe, expect, it } from "vitest"
import * as Log from "../../../bench/Log.ts"
import { until } from "../../servers/Processes.ts"
import { needed, redisServerProgram } from "../../servers/servers.ts"
import * as Processors from "../Processors.ts"
import * as Books from "./Books.ts"
import * as Fleet from "./Fleet.ts"
import * as Ways from "./Ways.ts"

const FULL = process.env["FULL"] === "1"
const ORDERS = Number(process.env["ORDERS"] ?? (FULL ? 100_000 : 5_000))
const BATCH = 1_000
const TIMEOUT = 900_000
const FINAL_WITHIN = 300_000
/**
 * How soon after the start of a processor the first of each is done, in milliseconds: joining the group is most of
 * it.
 */
const SOON = 45_000
/** A hold that ends while no processor runs, in seconds: longer than the orders behind it take. */
const SHORT = FULL ? 180 : 30
const [item] = Fleet.ITEMS as [string]

needed(redisServerProgram())

const seconds = (from: number): string => ((performance.now() - from) / 1_000).toFixed(1)

describe("Restarts of the processor", () => {
  it("a hold that was committed long ago expires, and one is charged, soon after the restart", {
    timeout: TIMEOUT
  }, async () => {
    const fleet = await Fleet.make({ provider: {} })
    const processor = await fleet.service("new", "processor")
    const gateway = await fleet.service("new", "gateway")
    await Processors.share(processor)
    await Fleet.stocked(fleet, gateway)
    await Ways.held(gateway.url, Ways.orderOf("kept", item), 3_600)
    await Ways.held(gateway.url, Ways.orderOf("later", item), 3_600)
    const short = await Ways.held(gateway.url, Ways.orderOf("short", item), SHORT)
    const { close, send } = await Log.feeder(fleet)
    // All behind the holds in the same partition: there is stock for a tenth of them.
    const itemId = ItemId.make(item)
    for (let from = 0; from < ORDERS; from += BATCH) {
      const at = performance.timeOrigin + performance.now()
      await send(Array.from({ length: BATCH }, (_, n) => Log.order(`many-${from + n}`, itemId, at)))
    }
    await close()
    const caught = await fleet.group.catchUp(FINAL_WITHIN)
    const processed = await Ways.metric(processor, "processor_orders_processed_total")
    await processor.killHard()
    await until("its time is over", () => Date.now() >= Date.parse(short.expires_at!), SHORT * 1_000)
    const from = performance.now()
    await processor.start()
    const charging = Ways.said(gateway.url, "later", "confirm").then(async (answer) => {
      expect(answer).toBe("202")
      await Ways.becomes(gateway.url, "later", "COMPLETED")
      return performance.now()
    })
    await Ways.becomes(gateway.url, "short", "EXPIRED")
    const expiredAfter = seconds(from)
    const chargedAfter = ((await charging - from) / 1_000).toFixed(1)
    expect(performance.now() - from).toBeLessThan(SOON)
    await fleet.group.catchUp(FINAL_WITHIN)
    // Of the orders from before the kill none is counted again.
    expect(await Ways.metric(processor, "processor_orders_processed_total")).toBeLessThanOrEqual(3)
    expect(await Ways.metric(processor, "processor_holds_expired_total")).toBe(1)
    expect(await Ways.metric(processor, "processor_holds_confirmed_total")).toBe(1)
    await until("one is open", async () => await Ways.metric(processor, "processor_holds_open") === 1)
    expect(await Ways.said(gateway.url, "kept", "cancel")).toBe("202")
    await Ways.becomes(gateway.url, "kept", "CANCELLED")
    await fleet.group.catchUp(FINAL_WITHIN)
    await Books.sound(await Books.read(fleet.kafka.address), fleet.provider)
    await Fleet.reconciled(fleet)
    process.stdout.write(
      `${ORDERS} orders behind the holds, final after ${
        caught.toFixed(0)
      } s, ${processed} counted; after the restart: ` +
        `first expiry ${expiredAfter} s, first charge ${chargedAfter} s\n`
    )
  })
})
