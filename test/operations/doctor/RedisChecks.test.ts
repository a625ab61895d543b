/** What each fact of Redis is worth, and how it is mended. */
import type { RedisFacts, RedisServer } from "@flash-sale/infra/facts/RedisFacts"
import type { CheckId, Finding } from "@flash-sale/operations/doctor/Check"
import * as RedisChecks from "@flash-sale/operations/doctor/RedisChecks"
import { expect, it } from "vitest"

const GIB = 1024 ** 3

const server: RedisServer = {
  version: "7.4.1",
  unusable: undefined,
  evictionPolicy: "noeviction",
  evicted: 0,
  usedMemory: GIB / 2,
  maxMemory: GIB,
  isAppendOnly: true,
  failedWrites: [],
  replicas: ["online"],
  clients: 12,
  maxClients: 10_000
}

const well: RedisFacts = {
  address: "redis:6379",
  user: "operator",
  server: { found: server },
  settings: { found: { appendfsync: "always", save: "" } },
  noWrites: { found: undefined },
  missing: { found: [] },
  log: { found: { topic: "orders", partitions: 12 } },
  clock: { found: { apart: 30, within: 2 } }
}

const of = (facts: RedisFacts, id: CheckId): Finding => RedisChecks.judge(facts).find((one) => one.id === id)!
const withServer = (change: Partial<RedisServer>): RedisFacts => ({
  ...well,
  server: { found: { ...server, ...change } }
})

it("finds nothing to mend in a Redis that is as it should be", () => {
  const findings = RedisChecks.judge(well)
  expect(findings.filter(({ verdict }) => verdict !== "ok")).toEqual([])
  expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length)
})

const UNREACHED = { why: "Redis cannot be reached" }
const away = (why: string, refusal?: string): RedisFacts => ({
  ...well,
  server: { why, ...(refusal === undefined ? {} : { refusal }) },
  settings: UNREACHED,
  noWrites: UNREACHED,
  missing: UNREACHED,
  log: UNREACHED,
  clock: UNREACHED
})

it.each<readonly [string, RedisFacts, CheckId, Finding["verdict"], RegExp, RegExp | undefined]>([
  ["away", away("connect ECONNREFUSED"), "redis.address", "wrong", /redis:6379: connect ECONNREFUSED/, /REDIS_ADDR/],
  [
    "away: who it lets in",
    away("connect ECONNREFUSED"),
    "redis.login",
    "not_looked_at",
    /cannot be reached/,
    undefined
  ],
  [
    "a wrong password",
    away("WRONGPASS", "WRONGPASS"),
    "redis.login",
    "wrong",
    /"operator": WRONGPASS/,
    /REDIS_PASSWORD/
  ],
  ["a wrong password: its address", away("WRONGPASS", "WRONGPASS"), "redis.address", "ok", /redis:6379/, undefined],
  [
    "too old",
    withServer({ unusable: "its version is 6.2, and 7.0 is the least" }),
    "redis.version",
    "wrong",
    /6\.2/,
    /7\.0/
  ],
  [
    "a replica",
    withServer({ unusable: "it is a replica, which" }),
    "redis.version",
    "wrong",
    /replica/,
    /REPLICAOF NO ONE/
  ],
  [
    "cluster mode",
    withServer({ unusable: "it runs in cluster mode" }),
    "redis.version",
    "wrong",
    /cluster/,
    /REDIS_ADDR/
  ],
  ["a Sentinel", withServer({ unusable: "it is a Sentinel" }), "redis.version", "wrong", /Sentinel/, /REDIS_SENTINELS/],
  ["eviction", withServer({ evictionPolicy: "allkeys-lru" }), "redis.eviction", "wrong", /allkeys-lru/, /noeviction/],
  ["keys evicted before", withServer({ evicted: 7 }), "redis.eviction", "warning", /7 keys/, /flash-sale reconcile/],
  ["no bound", withServer({ maxMemory: 0 }), "redis.memory", "warning", /512 MiB used, and no bound/, /maxmemory/],
  ["filling", withServer({ usedMemory: 0.75 * GIB }), "redis.memory", "warning", /75 %/, /maxmemory/],
  [
    "full",
    withServer({ usedMemory: 0.9 * GIB }),
    "redis.memory",
    "wrong",
    /90 %: gateways refuse orders from 85 %/,
    /STATUS/
  ],
  ["no file", withServer({ isAppendOnly: false }), "redis.persistence", "warning", /appendonly no/, /appendonly yes/],
  [
    "no sync",
    { ...well, settings: { found: { appendfsync: "no" } } },
    "redis.persistence",
    "warning",
    /fsync no/,
    /always/
  ],
  [
    "sync is not known",
    { ...well, settings: { why: "NOPERM" } },
    "redis.persistence",
    "ok",
    /not known: NOPERM/,
    undefined
  ],
  [
    "a disk that fails",
    withServer({ failedWrites: ["aof_last_write_status:err"] }),
    "redis.disk",
    "wrong",
    /:err/,
    /disk/
  ],
  [
    "a replica behind",
    withServer({ replicas: ["online", "wait_bgsave"] }),
    "redis.replicas",
    "warning",
    /wait_/,
    /replicas/
  ],
  ["crowded", withServer({ clients: 8_000 }), "redis.connections", "warning", /8000 of 10000/, /CLIENT LIST/],
  [
    "refuses writes",
    { ...well, noWrites: { found: "READONLY" } },
    "redis.writes",
    "wrong",
    /READONLY/,
    /operations\.md/
  ],
  ["nobody may ask", { ...well, noWrites: { why: "NOPERM" } }, "redis.writes", "not_looked_at", /NOPERM/, undefined],
  [
    "rights that orders need",
    { ...well, missing: { found: [{ word: "+hset", lost: undefined }] } },
    "redis.rights",
    "wrong",
    /lacks \+hset: orders are not served/,
    /ACL SETUSER operator \+hset/
  ],
  [
    "rights that no order needs",
    { ...well, missing: { found: [{ word: "+xread", lost: ["followers get no live events"] }] } },
    "redis.rights",
    "warning",
    /\+xread: followers get no live events/,
    /ACL SETUSER/
  ],
  [
    "a clock behind",
    { ...well, clock: { found: { apart: -2_000, within: 5 } } },
    "clock.redis",
    "warning",
    /2\.0 s behind/,
    /time server/
  ],
  [
    "a clock far ahead",
    { ...well, clock: { found: { apart: 9_000, within: 5 } } },
    "clock.redis",
    "wrong",
    /9\.0 s ahead/,
    /time server/
  ],
  [
    "a slow answer is no clock",
    { ...well, clock: { found: { apart: 700, within: 600 } } },
    "clock.redis",
    "ok",
    /0\.5 s/,
    undefined
  ]
])("%s", (_, facts, id, verdict, detail, mend) => {
  const found = of(facts, id)
  expect(found.verdict).toBe(verdict)
  expect(found.detail).toMatch(detail)
  if (mend === undefined) expect(found.mend).toBeUndefined()
  else expect(found.mend).toMatch(mend)
})
