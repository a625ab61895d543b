/** What the bare HTTP server needs and does here and now: what figures are divided by. */
import * as Client from "../Client.ts"
import { cpuMicros } from "../Cpu.ts"
import * as Gateway from "../Gateway.ts"
import * as Services from "../Services.ts"

const CONNECTIONS = 64
const WARM_UP_SECONDS = 3
const SECONDS = 4

export interface BareCosts {
  /** CPU µs of an answer to a POST. */
  readonly post: number
  /** CPU µs of an answer to a GET. */
  readonly get: number
  /** Answers to a POST a second. */
  readonly rate: number
}

/** Of a server that is started for it. */
export const measure = async (): Promise<BareCosts> => {
  const { port, process } = await Gateway.startBare()
  const load = async (options: Pick<Parameters<typeof Client.run>[0], "read">) => {
    await Client.run({ ...options, port, connections: CONNECTIONS, seconds: WARM_UP_SECONDS })
    const before = cpuMicros(process.pid)
    const { latencies, seconds } = await Client.run({ ...options, port, connections: CONNECTIONS, seconds: SECONDS })
    return { micros: (cpuMicros(process.pid) - before) / latencies.length, rate: latencies.length / seconds }
  }
  try {
    const post = await load({})
    const get = await load({ read: () => "/items/101" })
    return { post: post.micros, get: get.micros, rate: post.rate }
  } finally {
    await Services.end([process])
  }
}
