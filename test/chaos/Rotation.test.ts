/** A password of Redis is replaced under gateways that run, by the steps of docs/security.md, and nobody is refused. */
import { Redis } from "ioredis"
import { expect, it, onTestFinished } from "vitest"
import { until } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import * as SecuredServers from "../servers/SecuredServers.ts"
import { needed, redisServerProgram } from "../servers/servers.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 120_000
const NEXT = "the-next-passw0rd"

needed(redisServerProgram())

it(
  "while a user of Redis has two passwords both let in, and then the new one alone",
  { timeout: TIMEOUT },
  async () => {
    const server = await RedisServer.make({})
    await server.start()
    onTestFinished(() => server.stop())
    const admin = new Redis({ host: server.host, port: server.port, disableClientInfo: true, protocol: 2 })
    onTestFinished(() => admin.disconnect())
    await admin.acl("SETUSER", "gateway", ...SecuredServers.rulesOf("gateway"))
    const gateway = async (password: string) => {
      const service = await Services.service("gateway", {
        REDIS_ADDR: `${server.host}:${server.port}`,
        REDIS_USERNAME: "gateway",
        REDIS_PASSWORD: password,
        // Nobody is there: what is asked here is Redis alone.
        KAFKA_ADDR: "127.0.0.1:1"
      })
      await service.start()
      return service
    }
    const isLetIn = (service: Services.Service, isIt: boolean) =>
      until(`Redis lets it in: ${isIt}`, async () => {
        try {
          const health = await (await fetch(`${service.url}/health`)).json() as { readonly redis: boolean }
          return health.redis === isIt
        } catch {
          return false
        }
      })
    const before = await gateway(SecuredServers.PASSWORD)
    await isLetIn(before, true)
    // 1. Both count. 2. Services are started with the new one, one by one. 3. The old one is taken away.
    await admin.acl("SETUSER", "gateway", `>${NEXT}`)
    const after = await gateway(NEXT)
    await isLetIn(after, true)
    await admin.client("KILL", "USER", "gateway")
    await Promise.all([isLetIn(before, true), isLetIn(after, true)])
    await admin.acl("SETUSER", "gateway", `<${SecuredServers.PASSWORD}`)
    await admin.client("KILL", "USER", "gateway")
    await isLetIn(before, false)
    await isLetIn(after, true)
    for (const { output } of [before, after]) {
      expect(output()).not.toContain(NEXT)
      expect(output()).not.toContain(SecuredServers.PASSWORD)
    }
  }
)
