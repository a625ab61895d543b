/** What happens to holds at the door: queues, ids that are used twice, a store that is away, a log that was cut. */
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import { describe, expect, it } from "vitest"
import { administer } from "../../servers/KafkaAdmin.ts"
import { until } from "../../servers/Processes.ts"
import { needed, redisServerProgram } from "../../servers/servers.ts"
import * as Request from "../evening/Request.ts"
import * as Processors from "../Processors.ts"
import * as Services from "../Services.ts"
import * as Books from "./Books.ts"
import * as Fleet from "./Fleet.ts"
import * as Shop from "./Shop.ts"
import * as Ways from "./Ways.ts"

const TIMEOUT = 400_000
const FINAL_WITHIN = 90_000
/** Ids under which somebody buys and holds at the same time. */
const TWICE = 60
const TOPIC = "orders"
const [item, other, third] = Fleet.ITEMS as [string, string, string]

needed(redisServerProgram())

const started = async () => {
  const fleet = await Fleet.make({ provider: {}, env: { RATE_LIMIT_MAX_REQUESTS: "1000000" } })
  const processor = await fleet.service("new", "processor")
  const gateway = await fleet.service("new", "gateway")
  await Processors.share(processor)
  await Fleet.stocked(fleet, gateway)
  return { fleet, processor, gateway, url: gateway.url }
}

const finish = async (fleet: Fleet.Fleet): Promise<Books.Books> => {
  await fleet.group.catchUp(FINAL_WITHIN)
  const books = await Books.read(fleet.kafka.address)
  await Books.sound(books, fleet.provider)
  await Fleet.reconciled(fleet)
  return books
}

describe("Holds at the door", () => {
  it("a hold that is shorter than the queue is refused, and one that waited for longer expires", {
    timeout: TIMEOUT
  }, async () => {
    const { fleet, processor, url } = await started()
    for (let n = 0; n < 10; n++) await Shop.buy(() => url, Ways.orderOf(`before-${n}`, item))
    await fleet.group.catchUp(FINAL_WITHIN)
    processor.freeze()
    expect((await Shop.hold(() => url, Ways.orderOf("waits", item), 1)).status).toBe(202)
    const asked = performance.now()
    // As a processor says it that is far behind: one record a second, of which none is folded.
    const partition = home(ItemId.make(item), Processors.PARTITIONS)
    const redis = Processors.operator(fleet.redis)
    await redis.hset("backlog", { [String(partition)]: "0 01", [`${partition}:rules`]: "2 0 01" })
    await until("a short hold is refused", async () => {
      const answer = await Shop.tryHold(url, Ways.orderOf(`short-${Math.floor(performance.now())}`, item), 1)
      return answer === "503 overloaded"
    })
    expect(await Shop.tryHold(url, Ways.orderOf("long", item), 600)).toBe("202")
    await until("the time of the first is over", () => performance.now() > asked + 3_000)
    processor.thaw()
    await Ways.becomes(url, "waits", "EXPIRED")
    await Ways.becomes(url, "long", "RESERVED")
    expect(await Ways.said(url, "waits", "confirm")).toBe("409 expired")
    expect(await Ways.said(url, "long", "cancel")).toBe("202")
    await finish(fleet)
  })

  it("one of an order and a hold counts under one id, and the other is told so", { timeout: TIMEOUT }, async () => {
    const { fleet, gateway, url } = await started()
    const second = await fleet.service("new", "gateway")
    const answers = await Promise.all(
      Array.from({ length: TWICE }, async (_, n) => {
        const order = Ways.orderOf(`twice-${n}`, item)
        const urls = n % 2 === 0 ? [url, second.url] : [url, url]
        const [bought, held] = await Promise.all([
          Shop.buy(() => urls[0]!, order),
          Shop.hold(() => urls[1]!, order, 2)
        ])
        return { id: order.id, both: [Request.shown(bought), Request.shown(held)] }
      })
    )
    const wrong = answers.filter(({ both }) => both.toSorted().join() !== "202,422 request_id_reused")
    expect(wrong).toEqual([])
    const books = await (async () => {
      for (const { both, id } of answers) {
        await Ways.becomes(gateway.url, id, ...(both[0] === "202" ? ["COMPLETED"] : ["EXPIRED"]))
      }
      return finish(fleet)
    })()
    for (const { both, id } of answers) {
      expect(Books.orderOf(books, item, id)?.hold === undefined, id).toBe(both[0] === "202")
    }
  })

  it("a sale that is shortened under an open hold leaves it its time, and shortens the next", {
    timeout: TIMEOUT
  }, async () => {
    const { fleet, url } = await started()
    const { expires_at: before } = await Ways.held(url, Ways.orderOf("open", item), 600)
    await Ways.type(fleet, "sale", "hold", item, "--for", "2s", "--at-most", "3s")
    await until(
      "the gateway knows it",
      async () =>
        await Shop.tryHold(url, Ways.orderOf(`long-${Math.floor(performance.now())}`, item), 600) ===
          "400 validation_failed"
    )
    expect((await Shop.hold(() => url, Ways.orderOf("next", item))).status).toBe(202)
    await Ways.becomes(url, "next", "EXPIRED")
    expect(await Shop.standing(url, "open")).toMatchObject({ status: "RESERVED", expires_at: before })
    expect(await Ways.said(url, "open", "confirm")).toBe("202")
    await Ways.becomes(url, "open", "COMPLETED")
    await finish(fleet)
  })

  it("an item's first hold is taken while Redis is away, behind the record that it needs", {
    timeout: TIMEOUT
  }, async () => {
    const { fleet, url } = await started()
    await Ways.held(url, Ways.orderOf("first", item), 5)
    await fleet.redis.kill()
    for (const [n, at] of [other, third, other].entries()) {
      const answer = await Shop.hold(() => url, Ways.orderOf(`away-${n}`, at), 30)
      expect(Request.shown(answer)).toBe("202")
    }
    await fleet.redis.start()
    for (const n of [0, 1, 2]) {
      await Ways.becomes(url, `away-${n}`, "RESERVED")
      expect(await Ways.said(url, `away-${n}`, "paid", { reference: `ref-${n}` }, fleet.key)).toBe("202")
      await Ways.becomes(url, `away-${n}`, "COMPLETED")
    }
    await Ways.becomes(url, "first", "EXPIRED")
    Books.rulesFirst(await finish(fleet))
  })

  it("a log that was cut behind rules 2 is accepted, and the next hold brings the record again", {
    timeout: TIMEOUT
  }, async () => {
    const { fleet, processor, url } = await started()
    await Ways.held(url, Ways.orderOf("lost", item), 600)
    await fleet.group.catchUp(FINAL_WITHIN)
    const partition = home(ItemId.make(item), Processors.PARTITIONS)
    // All that is left of the item's log is the hold, and Redis has forgotten everything.
    await processor.stop()
    await administer(fleet.kafka.address, async (admin) => {
      const offsets = await admin.fetchTopicOffsets(TOPIC)
      const { high } = offsets.find((one) => one.partition === partition)!
      const offset = String(Number(high) - 1)
      await admin.deleteTopicRecords({ topic: TOPIC, partitions: [{ partition, offset }] })
    })
    await Processors.operator(fleet.redis).flushall()
    await processor.start()
    await until(
      "the partition is halted",
      async () =>
        ((await Processors.healthOf(processor)).problems ?? []).some((problem) => problem.includes("trimmed_log"))
    )
    const accepted = await Services.run(
      ["recover", "--accept-log", "--partition", String(partition), "--yes"],
      fleet.env
    )
    expect(accepted.code, accepted.output).toBe(0)
    await Processors.share(processor)
    await Processors.operator(fleet.redis).set(`inventory:${item}`, 5)
    await until(
      "there is stock again",
      async () => (await Services.run(["stock", "get", item], fleet.env)).output.includes("available 5")
    )
    await Ways.held(url, Ways.orderOf("again", item), 600)
    expect(await Ways.said(url, "again", "confirm")).toBe("202")
    await Ways.becomes(url, "again", "COMPLETED")
    await fleet.group.catchUp(FINAL_WITHIN)
    const books = await Books.read(fleet.kafka.address)
    expect(Books.orderOf(books, item, "lost")).toBeUndefined()
    const tags = books.get(item)!.commands.map(({ _tag }) => _tag)
    expect(tags.indexOf("Rules")).toBeGreaterThan(tags.indexOf("Hold"))
    expect(tags.indexOf("Rules")).toBeLessThan(tags.lastIndexOf("Hold"))
    await Fleet.reconciled(fleet)
  })
})
