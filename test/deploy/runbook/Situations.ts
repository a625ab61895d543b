/** What has happened before each section of the runbook is opened. */
import { Kafka, logLevel } from "kafkajs"
import { setTimeout as delay } from "node:timers/promises"
import { expect } from "vitest"
import * as Processors from "../../chaos/Processors.ts"
import * as Services from "../../chaos/Services.ts"
import { until } from "../../servers/Processes.ts"
import type { Compose } from "./Compose.ts"
import type * as Containers from "./Containers.ts"

/** Longer than a hold of one second. */
const LATER_MILLIS = 2_500
/** Orders that one user may send in a minute. */
const LIMIT = 60

export interface Scene {
  readonly compose: Compose
  readonly machine: Containers.Machine
  /** One order of one unit, and the status of the answer. */
  readonly buy: (requestId: string, userId: string) => Promise<number>
  /** A call of a shop, which has a key, and the status of the answer. */
  readonly call: (path: string, body: object) => Promise<number>
}

const stock = async ({ machine }: Scene, units: number): Promise<void> => {
  expect(await Services.run(["stock", "set", "101", String(units)], machine.addresses)).toMatchObject({ code: 0 })
}

const open = async ({ machine }: Scene): Promise<boolean> =>
  (await (await fetch(`${machine.gateway.url}/health`)).text()).includes(`"kafka":false,"circuit_breaker_state":"open"`)

/** Written by something else than a gateway. */
const scribble = async ({ machine }: Scene): Promise<void> => {
  const producer = new Kafka({ brokers: [machine.kafka.address], logLevel: logLevel.NOTHING }).producer()
  await producer.connect()
  try {
    await producer.send({ topic: "orders", acks: -1, messages: [{ key: "101", value: "{\"amount\":" }] })
  } finally {
    await producer.disconnect()
  }
}

const untilStatus = ({ machine }: Scene, requestId: string, status: RegExp): Promise<void> =>
  until(
    `${requestId} is ${status.source}`,
    async () => status.test(await (await fetch(`${machine.gateway.url}/orders/${requestId}`)).text())
  )

const final = (scene: Scene, requestId: string): Promise<void> => untilStatus(scene, requestId, /COMPLETED|FAILED/)

const bought = async (scene: Scene, requestId: string, userId: string): Promise<void> => {
  expect(await scene.buy(requestId, userId)).toBe(202)
  await final(scene, requestId)
}

/** One unit is held for so many seconds, and the hold is told. */
const hold = async (scene: Scene, requestId: string, userId: string, seconds: number): Promise<void> => {
  const body = { request_id: requestId, user_id: userId, item_id: "101", amount: 1, hold_seconds: seconds }
  await until("the hold is taken", async () => await scene.call("/holds", body) === 202)
  await untilStatus(scene, requestId, /RESERVED|EXPIRED/)
}

/** With another setting, and at work. */
const renewed = async ({ compose, machine }: Scene, name: string, value: string): Promise<void> => {
  await machine.set(name, value)
  expect(await compose.run("docker-compose", ["up", "-d", "processor"])).toMatchObject({ code: 0 })
  await Processors.share(machine.processor)
}

/** Into Redis, behind the engine's back. */
const typed = async ({ compose }: Scene, ...command: ReadonlyArray<string>): Promise<void> => {
  expect(await compose.run("docker", ["exec", "flash-sale-engine-redis-1", "redis-cli", ...command])).toMatchObject({
    code: 0
  })
}

/** Each section with what has happened before it is opened, in the order in which they are typed. */
export const SITUATIONS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  Health: (scene) => stock(scene, 100),
  "Looking at an order": (scene) => bought(scene, "r-1", "u-1"),
  "Cancelling and giving back an order": async (scene) => {
    await hold(scene, "h-3", "u-3", 600)
    await bought(scene, "r-8", "u-8")
  },
  "Correcting stock": async () => {},
  "Opening and closing a sale": async () => {},
  "The breaker is open": async (scene) => {
    await scene.compose.stop("redpanda")
    await until("the breaker is open", async () => {
      expect(await scene.buy("r-0", "u-0")).toBe(503)
      return open(scene)
    })
  },
  "Orders are accepted and not processed": async (scene) => {
    await stock(scene, 100)
    await scene.compose.stop("processor")
    expect(await scene.buy("r-2", "u-2")).toBe(202)
  },
  "Redis is away, or was lost": async (scene) => {
    await scene.compose.stop("redis")
    await scene.machine.gateway.untilHealth(503)
  },
  "Dead letters": async (scene) => {
    await scene.compose.run("docker-compose", ["stop", "processor"])
    expect(await scene.buy("r-4", "u-4")).toBe(202)
    await scribble(scene)
    await scene.machine.set("PAYMENT_FAILURE_RATE", "1")
    await scene.compose.run("docker-compose", ["up", "-d", "processor"])
  },
  "Payments without an order": async (scene) => {
    await hold(scene, "h-1", "u-7", 1)
    await untilStatus(scene, "h-1", /EXPIRED/)
    expect(await scene.call("/orders/h-1/paid", { reference: "pay_1" })).toBe(409)
  },
  "Refunds wait": async (scene) => {
    await bought(scene, "r-7", "u-7")
    await renewed(scene, "PAYMENT_LATENCY", "5m")
    const refund = ["order", "refund", "r-7", "--restock", "--reason", "came back"]
    expect(await Services.run(refund, scene.machine.addresses)).toMatchObject({ code: 0 })
  },
  "Holds are overdue": async (scene) => {
    await renewed(scene, "PAYMENT_LATENCY", "100ms")
    process.kill(scene.machine.processor.pid(), "SIGUSR2")
    await hold(scene, "h-2", "u-2", 1)
    // By what comes later the processor learns what time it is.
    await delay(LATER_MILLIS)
    expect(await scene.buy("r-9", "u-9")).toBe(202)
  },
  "The stock is not what it should be": (scene) => stock(scene, 97),
  "An item is stopped": async (scene) => {
    // By one command: between two, the engine could have put the number back.
    await typed(scene, "LPUSH", "list", "100")
    await typed(scene, "RENAME", "list", "inventory:101")
    expect(await scene.buy("r-6", "u-6")).toBe(202)
  },
  "Is the store right": async (scene) => {
    await typed(scene, "HSET", "{inventory:101}:orders", "ghost", "sold u-0 2 1 1 - - - -")
  },
  "Too many 429": async (scene) => {
    for (let order = 0; order < LIMIT; order++) expect(await scene.buy(`r-5-${order}`, "u-5")).toBe(202)
    expect(await scene.buy("r-5", "u-5")).toBe(429)
  },
  "Backup and restore": (scene) => stock(scene, 96),
  "Everything is down": async () => {},
  "Shutting down": async () => {}
}

/** Have tests of their own beside their procedure, and need many commands or restarts. */
export const LONG = [
  "Backup and restore",
  "Everything is down",
  "Is the store right",
  "Opening and closing a sale",
  "Refunds wait"
]
