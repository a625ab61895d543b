/** Somebody alters `orders` to more partitions, and does what one would do next. With processes and commands. */
import { describe, expect, it, onTestFinished } from "vitest"
import { administer } from "../servers/KafkaAdmin.ts"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { until } from "../servers/Processes.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Services from "./Services.ts"
import { Store } from "./Store.ts"

const TIMEOUT = 240_000
const ITEM = "it-1"

const lib = needed(kafkaLib())
needed(redisServerProgram())

const buy = async (url: string, name: string): Promise<readonly [number, unknown]> => {
  const answer = await fetch(`${url}/buy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request_id: name, user_id: `u-${name}`, item_id: ITEM, amount: 1 })
  })
  return [answer.status, await answer.json()]
}

/** The lines of a service with this event. */
const linesOf = ({ output }: Services.Service, event: string): ReadonlyArray<string> =>
  output().split("\n").filter((line) => line.includes(`"event":"${event}"`))

const healthOf = async ({ metricsUrl }: Services.Service) => (await fetch(`${metricsUrl}/health`)).json()

/** Ten units, of which four are sold, by a gateway and a processor that go on. */
const sold = async () => {
  const store = await Store.start()
  onTestFinished(() => store.stop())
  const broker = await KafkaBroker.make(lib)
  onTestFinished(() => broker.stop())
  await broker.start()
  const env = { REDIS_ADDR: store.address, KAFKA_ADDR: broker.address, PAYMENT_FAILURE_RATE: "0" }
  const services = async (more: Readonly<Record<string, string>> = {}) => {
    const made = [
      await Services.service("gateway", { ...env, ...more }),
      await Services.service("processor", { ...env, ...more })
    ] as const
    await Promise.all(made.map(({ start }) => start()))
    return made
  }
  const [gateway, processor] = await services()
  await Promise.all([gateway.untilHealth(200), processor.untilHealth(200)])
  expect(await Services.run(["stock", "set", ITEM, "10"], env)).toMatchObject({ code: 0 })
  for (const name of ["r-1", "r-2", "r-3", "r-4"]) expect((await buy(gateway.url, name))[0]).toBe(202)
  const item = async () => (await fetch(`${gateway.url}/items/${ITEM}`)).json()
  await until("four are sold", async () => JSON.stringify(await item()).includes("\"sold\":4"))
  return { store, broker, env, services, gateway, processor, item }
}

describe("A topic that somebody alters to more partitions", () => {
  it("is refused by what runs, by what is started and by each command", { timeout: TIMEOUT }, async () => {
    const { broker, env, gateway, item, processor, services, store } = await sold()
    const identity = await store.ask((redis) => redis.hgetall("log"))
    expect(identity).toEqual({ topic: "orders", partitions: "12" })
    const why = (where: string) =>
      `the topic orders has 24 partitions, and its orders were written with 12 (${where}): items would be at home in ` +
      "other partitions. Keep KAFKA_PARTITIONS at 12, and restore the topic with 12 partitions, or move its records " +
      "into a new topic: flash-sale recover --repartition N"
    await administer(
      broker.address,
      (admin) => admin.createPartitions({ topicPartitions: [{ topic: "orders", count: 24 }] })
    )

    // What runs.
    await Promise.all([gateway.untilHealth(503), processor.untilHealth(503)])
    expect(await buy(gateway.url, "r-5")).toMatchObject([503, { code: "log_unavailable" }])
    expect(await healthOf(processor)).toMatchObject({
      kafka: false,
      partitions: { running: 0, waiting: 0, refusing: 0 },
      problems: [`the log is not used: ${why("Redis")}`]
    })
    for (const service of [gateway, processor]) {
      expect(linesOf(service, "log_unusable").map((line) => JSON.parse(line))).toMatchObject([{
        level: "ERROR",
        message: `The order log cannot be used: ${why("Redis")}`,
        reason: "partitions"
      }])
    }
    // No rollout goes on; a gateway that has served goes on answering.
    expect((await fetch(`${processor.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200)
    // What was sold is still there to be read.
    expect(JSON.stringify(await item())).toContain("\"sold\":4")
    await Promise.all([gateway.stop(), processor.stop()])

    // What is started, with the number that an operator would try, also over an empty Redis.
    const asTold = { KAFKA_PARTITIONS: "24" }
    const [newGateway, newProcessor] = await services(asTold)
    await Promise.all([newGateway.untilHealth(503), newProcessor.untilHealth(503)])
    await until("the gateway says so", async () => linesOf(newGateway, "log_unusable").length === 1)
    expect((await buy(newGateway.url, "r-6"))[0]).toBe(503)
    for (const { url } of [newGateway, newProcessor]) expect((await fetch(`${url}/readyz`)).status).toBe(503)
    await Promise.all([newGateway.stop(), newProcessor.stop()])

    // Commands.
    const commands: ReadonlyArray<readonly [partitions: string, ...command: ReadonlyArray<string>]> = [
      ["12", "reconcile"],
      ["24", "stock", "get", ITEM],
      ["24", "stock", "add", ITEM, "1"],
      ["24", "sale", "show", ITEM],
      ["24", "order", "show", "r-1"],
      ["24", "dlq", "list"],
      ["24", "reconcile", "--apply"],
      ["24", "recover", "--dry-run"],
      ["24", "recover", "--accept-log"]
    ]
    for (const [partitions, ...command] of commands) {
      const { code, output } = await Services.run(command, { ...env, KAFKA_PARTITIONS: partitions })
      expect({ command, code }).toEqual({ command, code: 3 })
      expect(output).toContain(`flash-sale: the log is not used: ${why("Redis")}`)
      expect(output).not.toContain("differ")
    }
    await store.ask((redis) => redis.flushall())
    const emptied = await Services.run(["reconcile"], { ...env, ...asTold })
    expect(emptied).toMatchObject({ code: 3 })
    expect(emptied.output).toContain(`flash-sale: the log is not used: ${why("the group's offsets")}`)
    expect(emptied.output).not.toContain("differ")
    const late = await Services.service("processor", { ...env, ...asTold })
    await late.start()
    await late.untilHealth(503)
    await until("the processor says so", async () => linesOf(late, "log_unusable").length === 1)
    expect(linesOf(late, "log_unusable")[0]).toContain("(the group's offsets)")
    // What the processor says of itself is no part of what is folded.
    const kept = await store.ask((redis) => redis.keys("*"))
    expect(kept.filter((key) => !key.startsWith("instances"))).toEqual([])
  })
})
