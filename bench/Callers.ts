/**
 * What it costs a gateway to know who orders: one that asks nobody, one whose orders come with an api key, and one with
 * a buyer's token for each user. All three over the same Kafka and Redis; each in turn, several times.
 */
import { createHash, createHmac } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Client from "./Client.ts"
import * as Gateway from "./Gateway.ts"
import * as Services from "./Services.ts"
import * as Table from "./Table.ts"

const ROUNDS = Number(process.env["ROUNDS"] ?? 3)
const CONNECTIONS = 256
const SECRET = "a secret of the bench, of 32 bytes or more"
const API_KEY = `fs_bench_${"0123456789abcdef".repeat(2)}`
const HOUR_SECONDS = 3_600

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

const tokenOf = (userId: string): string => {
  const content = `${base64({ alg: "HS256" })}.${
    base64({ sub: userId, exp: Math.floor(Date.now() / 1_000) + HOUR_SECONDS })
  }`
  return `Bearer ${content}.${createHmac("sha256", SECRET).update(content).digest("base64url")}`
}

const keysFile = (): string => {
  const hash = `sha256:${createHash("sha256").update(API_KEY).digest("hex")}`
  return JSON.stringify([{ name: "bench", hash, scopes: ["orders"] }])
}

export const run = (): Promise<void> =>
  Services.within(async (services) => {
    const folder = await mkdtemp(join(tmpdir(), "flash-sale-callers-"))
    const file = join(folder, "keys.json")
    await writeFile(file, keysFile(), { mode: 0o600 })
    const tokens = new Map(Client.users.map((userId) => [userId, tokenOf(userId)]))
    const servers: Array<Gateway.Server> = []
    try {
      servers.push(await Gateway.startGateway("open", services))
      const required = { AUTH: "required", ADMIN_PORT: "off" }
      servers.push({
        ...await Gateway.startGateway("api key", services, {
          ...required,
          API_KEYS_FILE: file,
          KEY_MAX_IN_FLIGHT: "5000"
        }),
        authorization: () => `Bearer ${API_KEY}`
      })
      servers.push({
        ...await Gateway.startGateway("buyer's token", services, { ...required, BUYER_TOKEN_SECRET: SECRET }),
        authorization: (userId) => tokens.get(userId)!
      })
      for (const server of servers) await Gateway.warmUp(server)
      Table.print(Gateway.HEADINGS)
      for (let round = 0; round < ROUNDS; round++) {
        for (const server of servers) await Gateway.measure(server, CONNECTIONS)
      }
    } finally {
      await Services.end(servers.map(({ process }) => process))
      await rm(folder, { recursive: true, force: true })
    }
  })
