/** What processors say of themselves, and what an operator reads in Redis and among the dead letters. */
import { Redis } from "ioredis"
import { expect, onTestFinished } from "vitest"
import { until } from "../servers/Processes.ts"
import type { RedisServer } from "../servers/RedisServer.ts"
import * as Services from "./Services.ts"

/** The default of `KAFKA_PARTITIONS`. */
export const PARTITIONS = 12
/** How long that may take, in milliseconds, on a machine so busy that members are put out for their silence. */
const SHARED_WITHIN = 120_000
/** How long a processor may take to stop, in milliseconds. */
const STOP_WITHIN = 30_000

/** As `Health.check` says it. */
export interface Health {
  readonly redis: boolean
  readonly partitions: Readonly<Record<string, number>>
  readonly problems?: ReadonlyArray<string>
}

const NOBODY: Health = { redis: false, partitions: {} }

/** The body of `/health`; a processor that does not answer within three seconds owns nothing. */
export const healthOf = async ({ url }: Services.Service): Promise<Health> => {
  try {
    const body: Health = JSON.parse(await (await fetch(`${url}/health`, { signal: AbortSignal.timeout(3_000) })).text())
    return body
  } catch {
    return NOBODY
  }
}

/** How many partitions are folded by running workers, by processor. */
export const running = async (processors: ReadonlyArray<Services.Service>): Promise<ReadonlyArray<number>> =>
  (await Promise.all(processors.map(healthOf))).map(({ partitions }) => partitions["running"] ?? 0)

/** Waits until each of them works, and between them they have all there is. */
export const share = (...processors: ReadonlyArray<Services.Service>): Promise<void> =>
  until(`${processors.length} processors share the partitions`, async () => {
    const counts = await running(processors)
    return counts.every((count) => count > 0) && counts.reduce((sum, count) => sum + count) === PARTITIONS
  }, SHARED_WITHIN)

/** Told to stop, it does so in time and without an error. */
export const stops = async (processor: Services.Service): Promise<void> => {
  const from = performance.now()
  expect(await processor.stop()).toEqual({ code: 0, signal: null })
  expect(performance.now() - from).toBeLessThan(STOP_WITHIN)
}

/** The log lines of one event. */
export const lines = (output: string, event: string): ReadonlyArray<string> =>
  output.split("\n").filter((line) => line.includes(`"event":"${event}"`))

/** A connection as of an operator at redis-cli. */
export const operator = (server: RedisServer): Redis => {
  const redis = new Redis(server.port, server.host)
  redis.on("error", () => {})
  onTestFinished(() => redis.disconnect())
  return redis
}

/** No order was given up for anything but its payment. */
export const onlyPaymentTimeouts = async (env: Readonly<Record<string, string>>): Promise<void> => {
  const { code, output } = await Services.run(["dlq", "list", "--json", "--limit", "1000"], env)
  expect(code).toBe(0)
  const reasons = [...output.matchAll(/"reason": ?"([^"]+)"/g)].map(([, reason]) => reason)
  expect(reasons.filter((reason) => reason !== "Payment Timeout")).toEqual([])
}
