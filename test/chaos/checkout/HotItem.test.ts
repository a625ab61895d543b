/** A hot item on Kafka and Redis, while processor, Redis and gateway are killed. */
import { describe, it } from "vitest"
import { needed, redisServerProgram } from "../../servers/servers.ts"
import * as Engine from "./Engine.ts"
import * as HotItem from "./HotItem.ts"

const FULL = process.env["FULL"] === "1"
const HOLDS = Number(process.env["HOLDS"] ?? (FULL ? 2_000 : 300))
const TIMES = FULL ? 4 : 2
const TIMEOUT = 900_000

needed(redisServerProgram())

describe("A hot item whose holds are called for by all at once", () => {
  it("one call wins each, while processor, Redis and gateway are killed", { timeout: TIMEOUT }, async () => {
    const engine = await Engine.distributed({ env: { RATE_LIMIT_MAX_REQUESTS: "1000000" } })
    const { fleet, gateway, processor } = engine
    const gateways = [gateway, await fleet.service("new", "gateway")] as const
    let turn = 0
    const blows = [
      async () => {
        await processor.killHard()
        await processor.start()
      },
      async () => {
        await fleet.redis.kill()
        await fleet.redis.start()
      },
      async () => {
        await gateway.killHard()
        await gateway.start()
      }
    ]
    const url = () => gateways[turn++ % gateways.length]!.url
    await HotItem.run({ engine, url, holds: HOLDS, times: TIMES, blows, within: TIMEOUT })
  })
})
