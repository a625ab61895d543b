/** Judges what a Redis says of itself by INFO. Pure. */
import type { RedisFacts, RedisServer } from "@flash-sale/infra/facts/RedisFacts"
import { FULL_AT } from "@flash-sale/infra/resilience/StoreRoom"
import type { CheckId, Finding } from "./Check.ts"
import * as Check from "./Check.ts"
import * as Units from "./Units.ts"

/** From here on there is time to give it more. */
const FILLING_AT = 0.7
/** From this share of its connections on Redis is about to refuse some. */
const CROWDED_AT = 0.8

const version = ({ unusable, version: number = "unknown" }: RedisServer): Finding =>
  unusable === undefined
    ? Check.ok("redis.version", `${number}, a primary`)
    : Check.wrong("redis.version", unusable, remedyOf(unusable))

const remedyOf = (unusable: string): string => {
  if (unusable.includes("cluster")) return "name a Redis without cluster mode in REDIS_ADDR"
  if (unusable.includes("Sentinel")) return "put this address into REDIS_SENTINELS, and name REDIS_MASTER_NAME"
  return unusable.includes("replica")
    ? "name the primary in REDIS_ADDR, or make this one the primary: REPLICAOF NO ONE"
    : "start a Redis of 7.0 or later on the same data"
}

const eviction = ({ evicted, evictionPolicy = "unknown" }: RedisServer): Finding => {
  const gone = `${Check.count(evicted, "key")} thrown away since Redis started`
  if (evictionPolicy !== "noeviction") {
    return Check.wrong(
      "redis.eviction",
      `Redis may throw orders away: ${evictionPolicy}${evicted > 0 ? `; ${gone}` : ""}`,
      "redis-cli CONFIG SET maxmemory-policy noeviction, and the same in its file"
    )
  }
  return evicted === 0
    ? Check.ok("redis.eviction", "noeviction")
    : Check.warning("redis.eviction", `noeviction now, and ${gone}`, "flash-sale reconcile says what is missing")
}

const memory = ({ maxMemory, usedMemory }: RedisServer): Finding => {
  if (maxMemory === 0) {
    return Check.warning(
      "redis.memory",
      `${Units.size(usedMemory)} used, and no bound: a full machine ends Redis instead of refusing orders`,
      "redis-cli CONFIG SET maxmemory, to less than the machine has"
    )
  }
  const detail = `${Units.size(usedMemory)} of ${Units.size(maxMemory)} used, ${Units.percent(usedMemory / maxMemory)}`
  const mend = "redis-cli CONFIG SET maxmemory, where the machine has more; or a shorter STATUS_RETENTION"
  if (usedMemory >= FULL_AT * maxMemory) {
    return Check.wrong("redis.memory", `${detail}: gateways refuse orders from ${Units.percent(FULL_AT)} on`, mend)
  }
  return usedMemory < FILLING_AT * maxMemory
    ? Check.ok("redis.memory", detail)
    : Check.warning("redis.memory", detail, mend)
}

const persistence = ({ isAppendOnly }: RedisServer, { settings }: RedisFacts): Finding => {
  if (!isAppendOnly) {
    return Check.warning(
      "redis.persistence",
      "appendonly no: after a restart no order is decided until what is lost is folded again",
      "redis-cli CONFIG SET appendonly yes, and the same in its file"
    )
  }
  if ("why" in settings) {
    return Check.ok("redis.persistence", `appendonly yes; appendfsync is not known: ${settings.why}`)
  }
  const sync = settings.found["appendfsync"] ?? "unknown"
  return sync === "no"
    ? Check.warning(
      "redis.persistence",
      "appendonly yes, appendfsync no: a crash loses what the system had not written yet",
      "redis-cli CONFIG SET appendfsync always, or everysec"
    )
    : Check.ok("redis.persistence", `appendonly yes, appendfsync ${sync}`)
}

const disk = ({ failedWrites }: RedisServer): Finding =>
  failedWrites.length === 0
    ? Check.ok("redis.disk", "its own files were written")
    : Check.wrong("redis.disk", failedWrites.join(", "), "look at the log of Redis and at its disk: full, or broken")

const replicas = ({ replicas: states }: RedisServer): Finding => {
  const behind = states.filter((state) => state !== "online")
  if (behind.length > 0) {
    return Check.warning(
      "redis.replicas",
      `of ${states.length}: ${behind.join(", ")}`,
      "look at the log of these replicas"
    )
  }
  const detail = states.length === 0 ? "none: a Redis that is lost is folded again" : `${states.length} online`
  return Check.ok("redis.replicas", detail)
}

const connections = ({ clients, maxClients }: RedisServer): Finding => {
  if (maxClients === undefined) return Check.notLookedAt("redis.connections", "Redis does not say its bound")
  const detail = `${clients} of ${maxClients}`
  return clients < CROWDED_AT * maxClients
    ? Check.ok("redis.connections", detail)
    : Check.warning("redis.connections", detail, "find who holds them: CLIENT LIST; or raise maxclients")
}

/** The checks, each with its judgement. */
export const ALL: ReadonlyArray<readonly [CheckId, (server: RedisServer, facts: RedisFacts) => Finding]> = [
  ["redis.version", version],
  ["redis.eviction", eviction],
  ["redis.memory", memory],
  ["redis.persistence", persistence],
  ["redis.disk", disk],
  ["redis.replicas", replicas],
  ["redis.connections", connections]
]
