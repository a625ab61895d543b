/** The answer to INFO as facts, of servers that no test starts. */
import * as InfoFields from "@flash-sale/infra/redis/facts/InfoFields"
import { expect, it } from "vitest"

const info = (lines: Readonly<Record<string, string | number>>): string =>
  Object.entries(lines).map(([name, value]) => `${name}:${value}\r\n`).join("")

const WELL = {
  redis_version: "7.4.1",
  redis_mode: "standalone",
  role: "master",
  server_time_usec: 1_795_996_800_000_500,
  connected_clients: 12,
  maxclients: 10_000,
  used_memory: 1_000,
  maxmemory: 4_000,
  maxmemory_policy: "noeviction",
  evicted_keys: 0,
  aof_enabled: 1,
  aof_last_write_status: "ok",
  rdb_last_bgsave_status: "ok"
}

it("reads what a server says of itself", () => {
  expect(InfoFields.of(info(WELL))).toEqual({
    version: "7.4.1",
    unusable: undefined,
    evictionPolicy: "noeviction",
    evicted: 0,
    usedMemory: 1_000,
    maxMemory: 4_000,
    isAppendOnly: true,
    failedWrites: [],
    replicas: [],
    clients: 12,
    maxClients: 10_000
  })
  expect(InfoFields.serverMillis(info(WELL))).toBe(1_795_996_800_000.5)
})

it("says what the engine cannot work on: a version, a mode, a role", () => {
  expect(InfoFields.of(info({ ...WELL, redis_version: "6.2.14" })).unusable).toMatch(/6\.2\.14, and 7\.0 is the least/)
  expect(InfoFields.of(info({ ...WELL, redis_mode: "cluster" })).unusable).toMatch(/cluster mode/)
  expect(InfoFields.of(info({ ...WELL, redis_mode: "sentinel" })).unusable).toMatch(/Sentinel/)
  expect(InfoFields.of(info({ ...WELL, role: "slave" })).unusable).toMatch(/replica/)
})

it("says which of its files it could not write, and how its replicas are", () => {
  const found = InfoFields.of(info({
    ...WELL,
    aof_last_write_status: "err",
    slave0: "ip=10.0.0.1,port=6379,state=online,offset=1,lag=0",
    slave1: "ip=10.0.0.2,port=6379,state=wait_bgsave,offset=0,lag=0"
  }))
  expect(found.failedWrites).toEqual(["aof_last_write_status:err"])
  expect(found.replicas).toEqual(["online", "wait_bgsave"])
})

it("takes what is not said for what it is: unknown, or none", () => {
  const found = InfoFields.of("")
  expect([found.version, found.evictionPolicy, found.maxClients]).toEqual([undefined, undefined, undefined])
  expect([found.usedMemory, found.maxMemory, found.clients, found.isAppendOnly]).toEqual([0, 0, 0, false])
  expect(InfoFields.serverMillis("")).toBeUndefined()
})
