/**
 * What statuses take of a Redis: keys that expire are counted, and some of those that hold statuses are measured. What
 * is left of `used_memory` are the items with their ledgers, and Redis's own tables, which double now and then.
 */
import { Redis } from "ioredis"
import type { RedisServer } from "../../test/servers/RedisServer.ts"
import type { Bytes } from "./System.ts"

const DRAWN = 2_000
const STATUS = "order_status:"

/** The mean bytes of a status, of keys that are drawn at random. */
const bytesOfOne = async (client: Redis): Promise<number> => {
  const draw = client.pipeline()
  for (let n = 0; n < DRAWN; n++) draw.randomkey()
  const keys = (await draw.exec() ?? []).map(([, key]) => String(key)).filter((key) => key.startsWith(STATUS))
  if (keys.length === 0) return 0
  const ask = client.pipeline()
  for (const key of keys) ask.memory("USAGE", key)
  return (await ask.exec() ?? []).reduce((sum, [, size]) => sum + Number(size ?? 0), 0) / keys.length
}

/** Statuses expire, and so do counts of requests, which last for a minute: of a step they are few. */
const expiring = async (client: Redis): Promise<number> =>
  Number(/expires=(\d+)/.exec(await client.info("keyspace"))?.[1] ?? 0)

export const of = async ({ host, port }: RedisServer): Promise<ReadonlyArray<Bytes>> => {
  const client = new Redis(port, host)
  try {
    const used = Number(/used_memory:(\d+)/.exec(await client.info("memory"))?.[1])
    const statuses = await expiring(client) * await bytesOfOne(client)
    return [["Redis", used], ["Redis but statuses", used - statuses]]
  } finally {
    client.disconnect()
  }
}
