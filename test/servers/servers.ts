/**
 * The servers and programs of this run, as `globalSetup.ts` found them. A test file that cannot do without one begins
 * with `const address = needed(kafkaAddr())`.
 */
import { beforeEach, inject } from "vitest"
import { type Found, isUnavailable } from "./Unavailable.ts"

declare module "vitest" {
  export interface ProvidedContext {
    redisAddr: Found
    kafkaAddr: Found
    redisServerProgram: Found
    kafkaLib: Found
    prometheusProgram: Found
    haproxyProgram: Found
    postgresAddr: Found
    postgresPrograms: Found
  }
}

/** An address without a listener: port 1 needs rights that no test has. */
const NOBODY = "127.0.0.1:1"

/** `host:port` of the Redis that all suites share. */
export const redisAddr = (): Found => inject("redisAddr")

/** `host:port` of the Kafka that all suites share. It makes no topics by itself. */
export const kafkaAddr = (): Found => inject("kafkaAddr")

/** Path of `redis-server`, for suites that kill a Redis of their own: see `RedisServer.ts`. */
export const redisServerProgram = (): Found => inject("redisServerProgram")

/** The folder with Kafka's jars, for suites that kill a broker of their own: see `KafkaBroker.ts`. */
export const kafkaLib = (): Found => inject("kafkaLib")

/** `host:port` of the PostgreSQL that all suites share, where everybody is its administrator `postgres`. */
export const postgresAddr = (): Found => inject("postgresAddr")

/** The folder with PostgreSQL's programs, for suites that kill a server of their own: see `PostgresServer.ts`. */
export const postgresPrograms = (): Found => inject("postgresPrograms")

/** Path of `prometheus`, whose package has `promtool` as well: see `PrometheusServer.ts`. */
export const prometheusProgram = (): Found => inject("prometheusProgram")

/** Path of `haproxy`, the load balancer before gateways that are replaced. */
export const haproxyProgram = (): Found => inject("haproxyProgram")

/**
 * The address or path. Where there is none, every test of the file or `describe` that asks is skipped with the reason,
 * and the answer leads nowhere.
 *
 * Gotcha: `beforeAll` runs all the same. One that waits for a server is in a `describe.skipIf(isUnavailable(...))`.
 */
export const needed = (found: Found): string => {
  if (!isUnavailable(found)) return found
  beforeEach(({ skip }) => skip(found.reason))
  return NOBODY
}
