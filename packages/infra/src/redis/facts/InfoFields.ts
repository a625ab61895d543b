/** The answer to INFO as facts. Pure. */
import type { RedisServer } from "../../facts/RedisFacts.ts"
import * as ServerInfo from "../client/ServerInfo.ts"

/** Fields that say `ok` where Redis could write its own files. */
const WRITES = ["aof_last_write_status", "aof_last_bgrewrite_status", "rdb_last_bgsave_status"]

const MICROS_PER_MILLI = 1_000

const numberOf = (info: string, name: string): number | undefined => {
  const value = Number(ServerInfo.field(info, name))
  return Number.isFinite(value) ? value : undefined
}

const replicasOf = (info: string): ReadonlyArray<string> =>
  Array.from(info.matchAll(/^slave\d+:.*?\bstate=(\w+)/gm), ([, state = ""]) => state)

/** What the server says of itself. */
export const of = (info: string): RedisServer => {
  const verdict = ServerInfo.judge(info)
  return {
    version: ServerInfo.field(info, "redis_version"),
    unusable: verdict._tag === "Usable" ? undefined : verdict.why,
    evictionPolicy: ServerInfo.field(info, "maxmemory_policy"),
    evicted: numberOf(info, "evicted_keys") ?? 0,
    usedMemory: numberOf(info, "used_memory") ?? 0,
    maxMemory: numberOf(info, "maxmemory") ?? 0,
    isAppendOnly: ServerInfo.field(info, "aof_enabled") === "1",
    failedWrites: WRITES.flatMap((name) => {
      const said = ServerInfo.field(info, name)
      return said === undefined || said === "ok" ? [] : [`${name}:${said}`]
    }),
    replicas: replicasOf(info),
    clients: numberOf(info, "connected_clients") ?? 0,
    maxClients: numberOf(info, "maxclients")
  }
}

/** The server's time in milliseconds since 1970; undefined where it does not say. */
export const serverMillis = (info: string): number | undefined => {
  const micros = numberOf(info, "server_time_usec")
  return micros === undefined ? undefined : micros / MICROS_PER_MILLI
}
