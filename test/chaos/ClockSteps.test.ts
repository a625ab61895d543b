/** The wall clocks of real processes are set while orders come. */
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished } from "vitest"
import * as SteppingClock from "../infra/time/SteppingClock.ts"
import { KafkaBroker } from "../servers/KafkaBroker.ts"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { kafkaLib, needed, redisServerProgram } from "../servers/servers.ts"
import * as Load from "./Load.ts"
import * as Processors from "./Processors.ts"
import * as Services from "./Services.ts"

const FULL = process.env["FULL"] === "1"
const TIMEOUT = 300_000
/** Orders a second. */
const RATE = 100
/** The share of tries that may have to be made again: where a clock goes forward, requests that are under way fail. */
const TRIED_AGAIN = 0.05

const STEPS = Object.values(SteppingClock.STEPS)

const preload = {
  NODE_OPTIONS: `--import=${fileURLToPath(new URL("SteppingDate.ts", import.meta.url))}`,
  CLOCK_STEPS: STEPS.join(),
  PAYMENT_LATENCY: "50ms",
  PAYMENT_FAILURE_RATE: "0.1"
}

const stepsOf = ({ output }: Services.Service): number => Processors.lines(output(), "clock_stepped").length

/** Sets the clock of each by the next step, and waits until each has said so. */
const step = async (...services: ReadonlyArray<Services.Service>): Promise<void> => {
  for (const service of services) {
    const before = stepsOf(service)
    process.kill(service.pid(), "SIGUSR2")
    await until("the clock has stepped", () => stepsOf(service) > before)
  }
}

/** How many tries the report of a load names that were made again. */
const triedAgain = (output: string): number => {
  const [, tries = ""] = /^Tries that were made again.*\n((?: +\d+ {2}\w+\n)+)/m.exec(output) ?? []
  return [...tries.matchAll(/\d+/g)].reduce((sum, [count]) => sum + Number(count), 0)
}

interface Plan {
  readonly gateway: Services.Service
  readonly env: Readonly<Record<string, string>>
  /** Whose clocks are set. */
  readonly services: ReadonlyArray<Services.Service>
  /** How long orders come. */
  readonly seconds: number
}

/** Orders come while the clocks are set, one step after the other, and hardly one has to be sent again. */
const balanced = async ({ env, gateway, seconds, services }: Plan): Promise<void> => {
  const output = await Load.balanced({
    url: gateway.url,
    env,
    orders: RATE * seconds,
    rate: RATE,
    blows: STEPS.map(() => () => step(...services))
  })
  expect(triedAgain(output)).toBeLessThan(RATE * seconds * TRIED_AGAIN)
  for (const service of services) await service.untilHealth(200)
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
  const [, offset] = /^process_clock_offset_seconds (\S+)$/m.exec(metrics) ?? []
  expect(Math.abs(Number(offset) - STEPS.reduce((sum, one) => sum + one) / 1000)).toBeLessThan(1)
}

describe("A wall clock that is set under load", () => {
  it("the engine in one process takes and decides every order", { timeout: TIMEOUT }, async () => {
    const env = { DATA_DIR: await Services.folder() }
    const engine = await Services.service("serve", { ...env, ...preload })
    await engine.start()
    await engine.untilHealth(200)
    await balanced({ gateway: engine, env, services: [engine], seconds: 20 })
  })

  it.runIf(FULL)("gateway and processor take and decide every order, and the processor keeps its partitions", {
    timeout: TIMEOUT
  }, async () => {
    needed(redisServerProgram())
    const redis = await RedisServer.make({ appendonly: "yes", appendfsync: "always", save: "" })
    onTestFinished(() => redis.stop())
    const kafka = await KafkaBroker.make(needed(kafkaLib()))
    onTestFinished(() => kafka.stop())
    await Promise.all([redis.start(), kafka.start()])
    const env = { REDIS_ADDR: redis.address, KAFKA_ADDR: kafka.address }
    const gateway = await Services.service("gateway", { ...env, ...preload })
    const processor = await Services.service("processor", { ...env, ...preload })
    await Promise.all([gateway.start(), processor.start()])
    await Promise.all([gateway.untilHealth(200), processor.untilHealth(200), Processors.share(processor)])
    // After each step for longer than a group waits for a silent member.
    await balanced({ gateway, env, services: [gateway, processor], seconds: 60 })
    expect(Processors.lines(processor.output(), "partitions_assigned")).toHaveLength(1)
    expect(Processors.lines(processor.output(), "partitions_revoked")).toEqual([])
  })
})
