/** A Sentinel of a test's own, which watches a primary and makes a replica the primary where that is gone. */
import { Redis } from "ioredis"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { until } from "./Processes.ts"
import { RedisServer } from "./RedisServer.ts"

export const NAME = "sale"

/**
 * One Sentinel alone decides, and soon. Started; it is a redis-server in another mode, with a file that it writes to.
 */
export const start = async (primary: RedisServer, settings: RedisServer["settings"] = {}): Promise<RedisServer> => {
  // It takes its settings from a file in its folder, and the port from the command line.
  const sentinel = await RedisServer.make(settings, [
    "sh",
    "-c",
    "exec redis-server sentinel.conf \"$@\" --sentinel",
    "sentinel"
  ], {})
  await writeFile(
    join(sentinel.folder, "sentinel.conf"),
    [
      `sentinel monitor ${NAME} ${primary.host} ${primary.port} 1`,
      `sentinel down-after-milliseconds ${NAME} 1000`,
      `sentinel failover-timeout ${NAME} 5000`,
      `sentinel parallel-syncs ${NAME} 1`,
      ""
    ].join("\n")
  )
  await sentinel.start()
  return sentinel
}

/** One question, over a connection of its own. */
export const ask = async <A>({ host, port }: RedisServer, question: (redis: Redis) => Promise<A>): Promise<A> => {
  const redis = new Redis({ host, port, retryStrategy: () => null })
  redis.on("error", () => {})
  try {
    return await question(redis)
  } finally {
    redis.disconnect()
  }
}

/** The same, where the server may be on its way to another role; no answer then. */
const told = (server: RedisServer, question: (redis: Redis) => Promise<unknown>): Promise<string> =>
  ask(server, question).then((answer) => JSON.stringify(answer), () => "")

/** Waits until the replica has all that its primary has, and the Sentinel knows of it. */
export const untilWatching = async (sentinel: RedisServer, replica: RedisServer): Promise<void> => {
  await until(
    "the replica is in sync",
    async () => (await told(replica, (redis) => redis.info("replication"))).includes("master_link_status:up")
  )
  await until(
    "the Sentinel knows the replica",
    async () =>
      (await told(sentinel, (redis) => redis.call("SENTINEL", "replicas", NAME))).includes(String(replica.port))
  )
}

/** An operator asks for a failover; the Sentinel refuses until it has heard from the replica. */
export const failOver = (sentinel: RedisServer): Promise<void> =>
  until(
    "the Sentinel begins a failover",
    () => ask(sentinel, (redis) => redis.call("SENTINEL", "FAILOVER", NAME)).then(() => true, () => false)
  )

/** Whether it is the primary now. */
export const isPrimary = async (server: RedisServer): Promise<boolean> =>
  (await told(server, (redis) => redis.info("replication"))).includes("role:master")
