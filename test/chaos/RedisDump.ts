/** All that Redis holds of the fold, key by key, to be compared with what it holds another time. */
import * as Keys from "@flash-sale/infra/redis/Keys"
import type { Redis } from "ioredis"
import { until } from "../servers/Processes.ts"
import { PARTITIONS } from "./Processors.ts"
import type { Store } from "./Store.ts"

/**
 * Not of the fold, or not of one moment: rate limits, the pace of processors, who runs, live events, and outcomes that
 * the next call takes away.
 */
const LEFT_OUT = [/^ratelimit:/, /^backlog$/, /^instances/, /:events$/, /:untold$/]
/** What of a value differs from fold to fold: the name of the recovery, and when a status was written. */
const EPOCH = "epoch"
const WRITTEN = "updated_at"
const TIMEOUT = 60_000

export type Dump = Readonly<Record<string, unknown>>

const without = (value: Readonly<Record<string, unknown>>, name: string) =>
  Object.fromEntries(Object.entries(value).filter(([field]) => field !== name))

const valueOf = async (redis: Redis, key: string): Promise<unknown> => {
  switch (await redis.type(key)) {
    case "hash":
      return without(await redis.hgetall(key), EPOCH)
    case "zset":
      return redis.zrange(key, "0", "-1", "WITHSCORES")
    case "set":
      return (await redis.smembers(key)).toSorted()
    default: {
      const text = await redis.get(key) ?? ""
      return key.startsWith("order_status:") ? without(JSON.parse(text), WRITTEN) : text
    }
  }
}

export const of = (store: Store): Promise<Dump> =>
  store.ask(async (redis) => {
    const keys = (await redis.keys("*")).filter((key) => !LEFT_OUT.some((left) => left.test(key))).toSorted()
    const values = await Promise.all(keys.map((key) => valueOf(redis, key)))
    return Object.fromEntries(keys.map((key, n) => [key, values[n]]))
  })

/** Waits until each partition is folded and published as far as it was then, and Redis says of which log. */
export const untilWhole = (store: Store, then: Dump): Promise<void> =>
  until("everything is folded again", () =>
    store.ask(async (redis) => {
      if (await redis.exists(Keys.log) === 0) return false
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const key = `fold:${partition}`
        const mark = then[key]
        const was = typeof mark === "object" && mark !== null && "checkpoint" in mark ? Number(mark.checkpoint) : 0
        const now = await redis.hget(key, "checkpoint")
        if (now === null || Number(now) < was) return false
      }
      return true
    }).catch(() => false), TIMEOUT)
