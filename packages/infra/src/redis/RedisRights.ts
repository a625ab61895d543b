/**
 * Whether Redis lets its user do what the engine needs: asked at the start, now and then, and as soon as a command was
 * denied. One line says which rights are missing and what is lost without them, and another when that changes. Where a
 * right is missing that orders need, Redis counts as away.
 */
import { Duration, Effect, type FileSystem, Layer, Schedule } from "effect"
import * as Log from "../observability/logs/Log.ts"
import { IoRedis } from "./IoRedis.ts"
import { isDenial } from "./rights/Denials.ts"
import * as ScriptText from "./rights/ScriptText.ts"
import * as UserRights from "./rights/UserRights.ts"
import type { User } from "./rights/Users.ts"
import * as Scripts from "./Scripts.ts"

/** How often the rights are looked at, and how long after a look a denied command leads to the next. */
const LOOK_EVERY = Duration.seconds(30)
const LOOK_AGAIN_AFTER = Duration.seconds(1)
/** How often the first look is tried while Redis is away. */
const RETRY_EVERY = Duration.millis(200)

const EVENT = { event: "redis_rights" } as const

const describe = (user: User, name: string, missing: ReadonlyArray<UserRights.Right>): string => {
  const isNeeded = missing.some(({ lost }) => lost === undefined)
  const losses = [
    ...(isNeeded ? ["orders are not served"] : []),
    ...new Set(missing.flatMap(({ lost }) => lost ?? []))
  ]
  const words = missing.map(({ word }) => word).join(" ")
  return `Redis denies the user "${name}" what the ${user} needs: ${words}. Without it ${losses.join("; ")}`
}

const make = Effect.fnUntraced(function*(user: User) {
  const { denials, settings } = yield* IoRedis
  const { checkRights } = yield* Scripts.Scripts
  const name = settings.username ?? "default"
  const rights = UserRights.of(user, yield* Effect.orDie(ScriptText.ofUser(user)))
  const probes = UserRights.probesOf(rights)
  let said = ""
  let wasMissing = false

  const say = (line: string) => {
    const isNews = line !== said
    said = line
    if (!isNews) return Effect.void
    return line === ""
      ? Log.info(`Redis lets the user "${name}" do all that the ${user} needs`, EVENT)
      : Log.warn(line, EVENT)
  }

  const report = (missing: ReadonlyArray<UserRights.Right>) => {
    denials.lacksNeeded = user !== "operator" && missing.some(({ lost }) => lost === undefined)
    // What is known to be missing, or was until now, explains what was denied.
    if (missing.length > 0 || wasMissing) denials.last = undefined
    wasMissing = missing.length > 0
    if (wasMissing) return say(describe(user, name, missing))
    // A Redis before 7.0 cannot say what is missing.
    return say(denials.last === undefined ? "" : `Redis denied the user "${name}" a command: ${denials.last}`)
  }

  const look = Effect.suspend(() => {
    denials.noticed.closeUnsafe()
    return checkRights([], probes)
  }).pipe(
    Effect.map((denied) => UserRights.missing(rights, denied)),
    // Without the right to run scripts there is nothing to ask by.
    Effect.catch((error) =>
      isDenial(error.detail)
        ? Effect.succeed(rights.filter(({ word }) => word.startsWith("+eval")))
        : Effect.fail(error)
    ),
    Effect.flatMap(report),
    Effect.retry(Schedule.spaced(RETRY_EVERY)),
    Effect.orDie // The schedule has no end, so no failure comes past it.
  )
  const untilNext = Effect.andThen(
    Effect.sleep(LOOK_AGAIN_AFTER),
    Effect.timeoutOption(denials.noticed.await, LOOK_EVERY)
  )
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(look, untilNext)))
})

/** Looks at the rights of the connection's user for as long as the layer lives. */
export const layer = (
  user: User
): Layer.Layer<never, never, IoRedis | Scripts.Scripts | FileSystem.FileSystem> => Layer.effectDiscard(make(user))
