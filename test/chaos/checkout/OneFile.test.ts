/** A hot item in one process over one file, which is killed with -9 meanwhile. */
import { it } from "vitest"
import * as Engine from "./Engine.ts"
import * as HotItem from "./HotItem.ts"

const FULL = process.env["FULL"] === "1"
const HOLDS = Number(process.env["HOLDS"] ?? (FULL ? 2_000 : 40))
const TIMES = FULL ? 4 : 2
const KILLS = FULL ? 6 : 1
const TIMEOUT = 600_000
/** Slow enough that some payment is always under way. */
const SLOW = { shares: { slow: 0.2 }, tempers: { declined: 0.05 }, slowMillis: 300 }

it("one call wins each hold of a hot item in one file, while the engine is killed", { timeout: TIMEOUT }, async () => {
  const engine = await Engine.oneFile(SLOW)
  const { processor } = engine
  const blow = async () => {
    await processor.killHard()
    await processor.start()
  }
  const blows = Array.from({ length: KILLS }, () => blow)
  await HotItem.run({ engine, url: () => engine.url, holds: HOLDS, times: TIMES, blows, within: TIMEOUT })
})
