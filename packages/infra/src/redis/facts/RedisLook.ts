/**
 * Looks at a Redis once, and changes nothing. What the user may not ask is said to be unknown: none of it is needed for
 * orders, so it is in no list of rights. Decision 0045.
 */
import { Clock, Effect, type FileSystem, Schema, type Scope } from "effect"
import type { Redis } from "ioredis"
import * as Looked from "../../facts/Looked.ts"
import type { RedisFacts } from "../../facts/RedisFacts.ts"
import * as RedisClient from "../client/RedisClient.ts"
import * as RedisSettings from "../client/RedisSettings.ts"
import * as WriteProbe from "../client/WriteProbe.ts"
import * as KeyFamilies from "../rights/KeyFamilies.ts"
import * as InfoFields from "./InfoFields.ts"
import * as RightsLook from "./RightsLook.ts"

/** Replies of a server that is there and does not let this user in. */
const REFUSES = /^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR invalid password)\b/
const UNREACHED = "Redis cannot be reached"
const ASKED_SETTINGS = ["appendfsync", "save"]

type Session = { readonly server: Redis } | { readonly why: string }

/** One attempt to connect: the client goes on trying by itself, so it is ended where that fails. */
const open = (settings: RedisSettings.RedisSettings): Effect.Effect<Session, never, Scope.Scope> =>
  Effect.gen(function*() {
    let said: string | undefined
    const server = yield* Effect.acquireRelease(
      Effect.sync(() => RedisClient.open(settings, "doctor", { refusals: () => 0, onLost: () => undefined })),
      (server) => Effect.sync(() => server.disconnect())
    )
    server.on("error", ({ message }: Error) => {
      said ??= message
    })
    const connected = yield* Looked.at(Looked.ask(() => server.connect()))
    // One of several Sentinels may be away, which is no matter once another one has answered.
    if ("found" in connected && (said === undefined || !REFUSES.test(said))) return { server }
    return { why: said ?? ("why" in connected ? connected.why : UNREACHED) }
  })

const settingsOf = (server: Redis) =>
  Effect.map(
    Effect.forEach(ASKED_SETTINGS, (name) => Looked.ask(() => server.config("GET", name))),
    (replies): Readonly<Record<string, string>> =>
      Object.fromEntries(replies.flatMap((reply) => {
        const [name, value] = Array.isArray(reply) ? reply.map(String) : Object.entries(reply ?? {}).flat().map(String)
        return name === undefined || value === undefined ? [] : [[name, value]]
      }))
  )

/** The write that Redis would refuse for an order as well. Without the right to it nobody knows. */
const noWrites = (server: Redis) =>
  Looked.ask(() => WriteProbe.at(KeyFamilies.keyOf("mark")("probe"))(server)).pipe(
    Effect.as(undefined),
    Effect.catch((error) => error.detail.startsWith("NOPERM") ? Effect.fail(error) : Effect.succeed(error.detail))
  )

const decodeLog = Schema.decodeUnknownEffect(
  Schema.Tuple([Schema.NullOr(Schema.String), Schema.NullOr(Schema.FiniteFromString)])
)

const foldedLog = (server: Redis) =>
  Looked.ask(() => server.hmget(KeyFamilies.TEMPLATES.log, "topic", "partitions")).pipe(
    Effect.flatMap(decodeLog),
    Effect.map(([topic, partitions]) => topic === null || partitions === null ? undefined : { topic, partitions })
  )

/** The answer to INFO has the server's time: its arrival lies between the question and the answer. */
const timedInfo = (server: Redis) =>
  Effect.gen(function*() {
    const before = yield* Clock.currentTimeMillis
    const info = yield* Looked.ask(() => server.info())
    const after = yield* Clock.currentTimeMillis
    return { info, machine: (before + after) / 2, within: (after - before) / 2 }
  })

const clockOf = ({ info, machine, within }: Effect.Success<ReturnType<typeof timedInfo>>): RedisFacts["clock"] => {
  const at = InfoFields.serverMillis(info)
  return at === undefined
    ? Looked.notLooked("this Redis does not say its time")
    : Looked.found({ apart: at - machine, within })
}

/** Never fails, and takes a few seconds at the most. */
export const look = (
  settings: RedisSettings.RedisSettings
): Effect.Effect<RedisFacts, never, FileSystem.FileSystem> =>
  Effect.scoped(Effect.gen(function*() {
    const who = { address: RedisSettings.addressOf(settings), user: settings.username ?? "default" }
    const session = yield* open(settings)
    if ("why" in session) return { ...who, ...unreached(session.why) }
    const { server } = session
    const info = yield* Looked.at(timedInfo(server))
    if ("why" in info && REFUSES.test(info.why) && !info.why.startsWith("NOPERM")) {
      return { ...who, ...unreached(info.why) }
    }
    const [asked, writes, rights, log] = yield* Effect.all([
      Looked.at(settingsOf(server)),
      Looked.at(noWrites(server)),
      Looked.at(RightsLook.missing(server, who.user)),
      Looked.at(foldedLog(server))
    ], { concurrency: "unbounded" })
    return {
      ...who,
      server: Looked.map(info, (timed) => InfoFields.of(timed.info)),
      clock: "found" in info ? clockOf(info.found) : info,
      settings: asked,
      noWrites: writes,
      missing: rights,
      log
    }
  }))

const unreached = (why: string): Omit<RedisFacts, "address" | "user"> => {
  const isRefused = REFUSES.test(why)
  const rest = Looked.notLooked(isRefused ? "Redis does not let this user in" : UNREACHED)
  return {
    server: { why, ...(isRefused ? { refusal: why } : {}) },
    settings: rest,
    noWrites: rest,
    missing: rest,
    log: rest,
    clock: rest
  }
}
