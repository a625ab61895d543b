/** Every gateway and processor is replaced while orders come: none fails, and none is lost. */
import { expect, it, onTestFinished } from "vitest"
import { healthOf } from "../../chaos/Processors.ts"
import * as Services from "../../chaos/Services.ts"
import { KafkaBroker } from "../../servers/KafkaBroker.ts"
import { until } from "../../servers/Processes.ts"
import { RedisServer } from "../../servers/RedisServer.ts"
import { haproxyProgram, kafkaLib, needed, redisServerProgram } from "../../servers/servers.ts"
import * as Traffic from "../Traffic.ts"
import * as Proxy from "./Proxy.ts"

const FULL = process.env["FULL"] === "1"
const ROUNDS = FULL ? 6 : 1
const PER_SECOND = FULL ? 200 : 100
const STOCK = 1_000_000
const TIMEOUT = FULL ? 900_000 : 240_000
const FINAL_MILLIS = 60_000
const READY_MILLIS = 60_000

const lib = needed(kafkaLib())
needed(redisServerProgram())
needed(haproxyProgram())

const ENDED_WELL = { code: 0, signal: null }

/** Two of a kind, of which one runs at a time but for the moments in which both do. */
interface Pair {
  readonly now: Services.Service
  readonly next: Services.Service
}
/** `/readyz` is 200, as a rollout waits for it. */
const ready = ({ output, url }: Services.Service): Promise<void> =>
  until("ready", async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status === 200, READY_MILLIS).catch(
    (error: unknown) => {
      throw new Error(`${url} is not ready:\n${output().slice(-2_000)}`, { cause: error })
    }
  )

/** It has joined the group, and every partition that it was given is folded to its end. */
const joined = async (processor: Services.Service): Promise<void> => {
  await until("joined", async () => ((await healthOf(processor)).partitions["running"] ?? 0) > 0, READY_MILLIS)
  await ready(processor)
}

const swapped = ({ next, now }: Pair): Pair => ({ now: next, next: now })

it("a rolling replacement fails no request and loses no order", { timeout: TIMEOUT }, async () => {
  const redis = await RedisServer.make()
  onTestFinished(() => redis.stop())
  const kafka = await KafkaBroker.make(lib)
  onTestFinished(() => kafka.stop())
  await Promise.all([redis.start(), kafka.start()])
  const env = { REDIS_ADDR: redis.address, KAFKA_ADDR: kafka.address, PAYMENT_FAILURE_RATE: "0" }
  const blue = await Services.service("gateway", env)
  const green = await Services.service("gateway", env)
  let processors: Pair = {
    now: await Services.service("processor", env),
    next: await Services.service("processor", env)
  }
  await Promise.all([blue.start(), processors.now.start()])
  await Promise.all([ready(blue), joined(processors.now)])
  const proxy = await Proxy.start({ blue: blue.url, green: green.url })
  await proxy.untilUses("green", false)
  expect(await Services.run(["stock", "set", "101", String(STOCK)], env)).toMatchObject({ code: 0 })
  const traffic = Traffic.start({ url: proxy.url, itemId: "101", perSecond: PER_SECOND })

  const replaceGateway = async (from: Proxy.Side, to: Proxy.Side) => {
    const [old, next] = from === "blue" ? [blue, green] : [green, blue]
    await next.start()
    await ready(next)
    await proxy.untilUses(to, true)
    expect(await old.stop()).toEqual(ENDED_WELL)
    await proxy.untilUses(from, false)
  }
  const replaceProcessor = async () => {
    const { next, now } = processors
    await next.start()
    await joined(next)
    expect(await now.stop()).toEqual(ENDED_WELL)
    processors = swapped(processors)
  }
  const took: Array<string> = []
  const timed = async (what: string, replacing: Promise<void>) => {
    const from = performance.now()
    await replacing
    took.push(`${what} ${((performance.now() - from) / 1_000).toFixed(1)} s`)
  }
  for (let round = 0; round < ROUNDS; round++) {
    await timed("gateway", replaceGateway("blue", "green"))
    await timed("processor", replaceProcessor())
    await timed("gateway", replaceGateway("green", "blue"))
  }

  await traffic.stop()
  process.stdout.write(`${traffic.summary()}; replaced ${took.join(", ")}\n`)
  expect(traffic.refusals).toEqual([])
  const sold = traffic.accepted.length
  await until("every order is final", async () => {
    const item = await (await fetch(`${proxy.url}/items/101`)).text()
    return item.includes(`"available":${STOCK - sold},"held":0,"sold":${sold},`)
  }, FINAL_MILLIS)
  for (const requestId of traffic.accepted.slice(-1_000)) {
    expect(await (await fetch(`${proxy.url}/orders/${requestId}`)).json()).toMatchObject({ status: "COMPLETED" })
  }
})
