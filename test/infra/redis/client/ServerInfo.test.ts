/** Which Redis the engine works on, by what it says of itself. */
import * as ServerInfo from "@flash-sale/infra/redis/client/ServerInfo"
import { expect, it } from "vitest"

const info = (fields: Readonly<Record<string, string>>) =>
  `# Server\r\n${Object.entries(fields).map(([name, value]) => `${name}:${value}\r\n`).join("")}\r\n# Replication\r\n`

const usual = { redis_version: "7.0.15", redis_mode: "standalone", role: "master" }

it.each<readonly [string, Readonly<Record<string, string>>, string]>([
  ["a primary", {}, "Usable"],
  ["the least version", { redis_version: "7.0.0" }, "Usable"],
  ["a later version", { redis_version: "8.2.1" }, "Usable"],
  ["a version of two digits", { redis_version: "10.0" }, "Usable"],
  ["an older version", { redis_version: "6.2.14" }, "Unusable: its version is 6.2.14, and 7.0 is the least"],
  ["a replica", { role: "slave" }, "Away: it is a replica, which takes no writes"],
  [
    "a server in cluster mode",
    { redis_mode: "cluster" },
    "Unusable: it runs in cluster mode, and one order touches keys of several slots"
  ],
  ["a Sentinel", { redis_mode: "sentinel" }, "Unusable: it is a Sentinel, whose address belongs into REDIS_SENTINELS"]
])("%s is judged by what it says of itself", (_, fields, expected) => {
  const verdict = ServerInfo.judge(info({ ...usual, ...fields }))
  expect(verdict._tag === "Usable" ? "Usable" : `${verdict._tag}: ${verdict.why}`).toBe(expected)
})

it("what a server does not say of itself is no objection", () => {
  expect(ServerInfo.judge("")).toEqual({ _tag: "Usable" })
})
