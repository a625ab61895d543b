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
/** Orders of one request to the broker, which takes no more than a megabyte. */
const BATCH = 2_000
/** Milliseconds for each order on a busy machine: to put it into the log, to decide it, to read it again at the end. */
const EACH = 0.3
const FINAL_WITHIN = 120_000 + ORDERS * EACH
const TIMEOUT = 3 * FINAL_WITHIN
/**
 * How soon after the start of a processor the first of each is done, in milliseconds: joining the group is most of
 * it.
 */
const SOON = 45_000
/** A hold that ends while no processor runs, in seconds: it is longer than what the orders behind it take. */
const SHORT = 30 + Math.ceil((ORDERS * EACH) / 1_000)
/** How long before that the processor is killed. */
const DOWN_MILLIS = 1_000
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
    const filling = performance.now()
    for (let from = 0; from < ORDERS; from += BATCH) {
      const at = performance.timeOrigin + performance.now()
      const count = Math.min(BATCH, ORDERS - from)
      await send(Array.from({ length: count }, (_, n) => Log.order(`many-${from + n}`, itemId, at)))
    }
    await close()
    const filled = seconds(filling)
    const caught = await fleet.group.catchUp(FINAL_WITHIN)
    const processed = await Ways.metric(processor, "processor_orders_processed_total")
    // Its time is over while no processor runs, and the group does not know yet that the member is dead.
    const dueAt = Date.parse(short.expires_at!)
    await until("its time is nearly over", () => Date.now() >= dueAt - DOWN_MILLIS, SHORT * 1_000)
    await processor.killHard()
    expect(Date.now()).toBeLessThan(dueAt)
    await until("its time is over", () => Date.now() >= dueAt)
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
    const folded = await Ways.metric(processor, "processor_fold_batch_records_sum")
    // Of the orders from before the kill none is counted again.
    expect(await Ways.metric(processor, "processor_orders_processed_total")).toBeLessThanOrEqual(3)
    expect(await Ways.metric(processor, "processor_holds_expired_total")).toBe(1)
    expect(await Ways.metric(processor, "processor_holds_confirmed_total")).toBe(1)
    await until("one is open", async () => await Ways.metric(processor, "processor_holds_open") === 1)
    expect(await Ways.said(gateway.url, "kept", "cancel")).toBe("202")
    await Ways.becomes(gateway.url, "kept", "CANCELLED")
    await fleet.group.catchUp(FINAL_WITHIN)
    const checking = performance.now()
    await Books.sound(await Books.read(fleet.kafka.address), fleet.provider)
    await Fleet.reconciled(fleet)
    process.stdout.write(
      `${ORDERS} orders behind the holds, in the log after ${filled} s, final ${caught.toFixed(0)} s later, ` +
        `${processed} counted; after the restart: first expiry ${expiredAfter} s, first charge ${chargedAfter} s, ` +
        `${folded} records folded by then; books read and compared in ${seconds(checking)} s\n`
    )
  })
})
