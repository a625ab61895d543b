/** Judges what is known of a Redis: its address and login, what it says of itself, and what its user may do. Pure. */
import type * as Looked from "@flash-sale/infra/facts/Looked"
import type { RedisFacts, RedisServer } from "@flash-sale/infra/facts/RedisFacts"
import type { Finding } from "./Check.ts"
import * as Check from "./Check.ts"
import * as RedisServerChecks from "./RedisServerChecks.ts"
import * as Units from "./Units.ts"

const address = ({ address, server }: RedisFacts): Finding =>
  "found" in server || server.refusal !== undefined
    ? Check.ok("redis.address", address)
    : Check.wrong(
      "redis.address",
      `${address}: ${server.why}`,
      "is Redis up, and is REDIS_ADDR right, or REDIS_SENTINELS? With TLS: REDIS_TLS and its files"
    )

const login = ({ server, user }: RedisFacts): Finding => {
  if ("found" in server) return Check.ok("redis.login", `as "${user}"`)
  return server.refusal === undefined
    ? Check.notLookedAt("redis.login", "Redis cannot be reached")
    : Check.wrong(
      "redis.login",
      `as "${user}": ${server.refusal}`,
      "set REDIS_USERNAME and REDIS_PASSWORD to what Redis knows"
    )
}

const rights = ({ missing, user }: RedisFacts): Finding =>
  Check.judged("redis.rights", missing, (found) => {
    if (found.length === 0) return Check.ok("redis.rights", `"${user}" lacks none`)
    const words = found.map(({ word }) => word).join(" ")
    const lost = [...new Set(found.flatMap((right) => right.lost ?? ["orders are not served"]))].join("; ")
    const isNeeded = found.some((right) => right.lost === undefined)
    return (isNeeded ? Check.wrong : Check.warning)(
      "redis.rights",
      `"${user}" lacks ${words}: ${lost}`,
      `redis-cli ACL SETUSER ${user} ${words}, and the same in its file of users`
    )
  })

const writes = ({ noWrites }: RedisFacts): Finding =>
  Check.judged("redis.writes", noWrites, (why) =>
    why === undefined
      ? Check.ok("redis.writes", "taken")
      : Check.wrong(
        "redis.writes",
        `refused: ${why}`,
        "docs/operations.md, Redis is away, says what each refusal means"
      ))

/** From this difference of clocks on, in milliseconds, orders and sale hours are visibly off. */
const APART = 500
const FAR_APART = 5_000

const clock = (looked: Looked.Looked<{ readonly apart: number; readonly within: number }>): Finding =>
  Check.judged("clock.redis", looked, ({ apart, within }) => {
    const sure = Math.max(0, Math.abs(apart) - within)
    if (sure < APART) return Check.ok("clock.redis", `less than ${Units.seconds(APART)} apart`)
    const detail = `Redis is ${Units.seconds(apart)} ${apart > 0 ? "ahead of" : "behind"} this machine`
    const mend = "have a time server keep both clocks"
    return (sure < FAR_APART ? Check.warning : Check.wrong)("clock.redis", detail, mend)
  })

/** All findings on Redis. */
export const judge = (facts: RedisFacts): ReadonlyArray<Finding> => [
  address(facts),
  login(facts),
  ...RedisServerChecks.ALL.map(([id, check]) =>
    Check.judged(id, withoutRefusal(facts), (server) => check(server, facts))
  ),
  writes(facts),
  rights(facts),
  clock(facts.clock)
]

/** Why nobody looked is said once, under address or login. */
const withoutRefusal = ({ missing, server }: RedisFacts): Looked.Looked<RedisServer> =>
  "found" in server ? server : { why: "why" in missing ? missing.why : server.why }
