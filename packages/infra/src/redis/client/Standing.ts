/**
 * What is known of one connection to Redis. A connection counts once its server has said what it is: a replica, a
 * server in cluster mode and one that is too old are never given a command.
 */
import type { Session } from "@flash-sale/domain/ports/RecoveryMarks"
import type { Effect } from "effect"
import type { Redis } from "ioredis"
import { messageOf } from "../../errors/MessageOf.ts"
import * as Log from "../../observability/logs/Log.ts"
import * as Denials from "../rights/Denials.ts"
import * as ServerInfo from "./ServerInfo.ts"

const CLOSED = "the connection was closed"

export interface Standing {
  /** Counts the connections that were admitted. */
  session: Session
  isOpen: boolean
  /** Connections in a row that were made and then refused. */
  refusals: number
  /** Why there is no connection, or the last one has ended. */
  why: string
  /** Whether waiting does not help. */
  isUnusable: boolean
}

export const make = (): Standing => ({ session: 0, isOpen: false, refusals: 0, why: CLOSED, isUnusable: false })

/** The connection takes no further command. */
export const lose = (standing: Standing, why: string, isUnusable = false): void => {
  Object.assign(standing, { isOpen: false, why, isUnusable })
}

export interface FollowOptions {
  readonly denials: Denials.Denials
  /** Whether Sentinels say where the primary is. */
  readonly isBySentinels: boolean
  readonly report: (effect: Effect.Effect<void>) => void
  readonly onAdmitted: () => void
}

/** Keeps the standing up to date with the client, and logs one line for each change. */
export const follow = (redis: Redis, standing: Standing, options: FollowOptions): void => {
  const { denials, isBySentinels, onAdmitted, report } = options
  const { down, up } = changes(standing, report)
  redis.on("error", (error: Error) => {
    lose(standing, error.message)
    // While no Sentinel answers there is nothing to connect to, and so no attempt that fails.
    if (isBySentinels) down()
  })
  redis.on("close", () => {
    standing.isOpen = false
  })
  redis.on("reconnecting", down)
  let connections = 0
  redis.on("ready", async () => {
    const connection = ++connections
    const verdict = await judge(redis, denials)
    if (connection !== connections || redis.status !== "ready") return
    if (verdict._tag === "Usable") {
      Object.assign(standing, { session: standing.session + 1, isOpen: true, refusals: 0 })
      up()
      return onAdmitted()
    }
    standing.refusals++
    lose(standing, verdict.why, verdict._tag === "Unusable")
    redis.disconnect(true)
  })
}

const judge = async (redis: Redis, denials: Denials.Denials): Promise<ServerInfo.Verdict> => {
  try {
    return ServerInfo.judge(await redis.info())
  } catch (error) {
    const why = messageOf(error)
    Denials.note(denials, why)
    // A user without the right to ask may work all the same; the probe then finds a server that takes no writes.
    return Denials.isDenial(why) ? { _tag: "Usable" } : { _tag: "Away", why }
  }
}

/** One line for each change between up, down and unusable, however many attempts lie between. */
const changes = (standing: Standing, report: FollowOptions["report"]) => {
  let state: "unknown" | "up" | "down" | "unusable" = "unknown"
  return {
    up: () => {
      if (state !== "up") report(Log.info("Redis is up", { event: "dependency_up" }))
      state = "up"
      standing.why = CLOSED
    },
    down: () => {
      const now = standing.isUnusable ? "unusable" : "down"
      if (state !== now) {
        report(
          now === "unusable"
            ? Log.error(`Redis cannot be used: ${standing.why}`, { event: "redis_unusable" })
            : Log.error(`Redis is away: ${standing.why}`, { event: "dependency_down" })
        )
      }
      state = now
    }
  }
}
