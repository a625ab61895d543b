/** docs/operations.md, Starting afresh: the topics, the group and Redis are emptied, and it is as on the first day. */
import { readFileSync } from "node:fs"
import { expect, it, onTestFinished } from "vitest"
import { administer } from "../servers/KafkaAdmin.ts"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { until } from "../servers/Processes.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Services from "./Services.ts"
import { Store } from "./Store.ts"

const TIMEOUT = 180_000
const lib = needed(kafkaLib())
needed(redisServerProgram())

const [, section = ""] = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8").split(
  "\n## Starting afresh\n"
)
const [, commands = ""] = /```bash\n([\s\S]*?)```/.exec(section) ?? []
const topics = /--topic '([^']*)'/.exec(commands)?.[1]?.split("|") ?? []
const group = /--group (\S+)/.exec(commands)?.[1] ?? ""

const buy = async (url: string): Promise<number> => {
  const answer = await fetch(`${url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request_id: "r-1", user_id: "u-1", item_id: "mug", amount: 2 })
  })
  await answer.text()
  return answer.status
}

it("forgets every order and all stock, and sells again", { timeout: TIMEOUT }, async () => {
  const store = await Store.start()
  onTestFinished(() => store.stop())
  const broker = await KafkaBroker.make(lib)
  onTestFinished(() => broker.stop())
  await broker.start()
  const env = { REDIS_ADDR: store.address, KAFKA_ADDR: broker.address, PAYMENT_FAILURE_RATE: "0" }
  const run = async (stock: number, partitions: string) => {
    const more = { ...env, KAFKA_PARTITIONS: partitions }
    const [gateway, processor] = [await Services.service("gateway", more), await Services.service("processor", more)]
    await Promise.all([gateway.start(), processor.start()])
    await Promise.all([gateway.untilHealth(200), processor.untilHealth(200)])
    const read = async (path: string) => (await fetch(`${gateway.url}${path}`)).text()
    await until("nothing is known of it", async () => (await read("/items/mug")).includes("unknown_item"))
    expect(await Services.run(["stock", "set", "mug", String(stock)], more)).toMatchObject({ code: 0 })
    await until("it is on sale", async () => (await read("/items/mug")).includes(`"available":${stock}`))
    expect(await buy(gateway.url)).toBe(202)
    await until("it is sold", async () => (await read("/orders/r-1")).includes("COMPLETED"))
    expect(JSON.parse(await read("/items/mug"))).toMatchObject({ available: stock - 2, held: 0, sold: 2 })
    expect(await Services.run(["reconcile"], more)).toMatchObject({ code: 0 })
    await Promise.all([gateway.stop(), processor.stop()])
  }
  await run(10, "12")

  expect([topics, group]).toEqual([["orders", "orders-dlq", "order-events"], "order-processor"])
  await administer(broker.address, async (admin) => {
    await admin.deleteTopics({ topics: [...topics] })
    await admin.deleteGroups([group])
  })
  expect(commands).toContain("redis-cli FLUSHDB")
  await store.ask((redis) => redis.flushdb())

  // Also with another number of partitions, which a log that has orders refuses.
  await run(7, "6")
})
