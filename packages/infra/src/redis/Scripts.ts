/**
 * The scripts in `lua/`, one typed binding each. Redis caches a script by its hash; one that it forgot is sent again.
 */
import type { Session } from "@flash-sale/domain/ports/RecoveryMarks"
import type { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import { Context, Effect, type FileSystem, Layer, Schema } from "effect"
import { createHash } from "node:crypto"
import * as Log from "../observability/logs/Log.ts"
import { type WrongContent } from "./client/WrongContent.ts"
import { IoRedis } from "./IoRedis.ts"
import * as ScriptText from "./rights/ScriptText.ts"
import * as Replies from "./wire/ScriptReplies.ts"

/** Runs one script over these keys, and reads its reply. */
export type Script<A> = (
  keys: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  session?: Session
) => Effect.Effect<A, StoreUnavailable | WrongContent>

export class Scripts extends Context.Service<Scripts, {
  readonly fold: Script<typeof Replies.FoldReplies.Type>
  readonly readItem: Script<typeof Replies.ReadReply.Type>
  readonly readBuyers: Script<ReadonlyArray<string>>
  readonly readOrder: Script<typeof Replies.OrderReply.Type>
  readonly openOrders: Script<ReadonlyArray<string>>
  readonly detectEdits: Script<typeof Replies.DetectReply.Type>
  readonly beginRecovery: Script<string>
  readonly writeMark: Script<typeof Replies.MarkReply.Type>
  readonly checkpoint: Script<typeof Replies.MarkReply.Type>
  readonly dumpItem: Script<typeof Replies.DumpReply.Type>
  readonly clearItems: Script<typeof Replies.ClearReply.Type>
  readonly admit: Script<typeof Replies.AdmitReply.Type>
  readonly countRequest: Script<typeof Replies.CountReply.Type>
  /** These three return the keys that hold no status. */
  readonly confirmClaims: Script<ReadonlyArray<string>>
  readonly releaseClaims: Script<ReadonlyArray<string>>
  readonly writeStatus: Script<ReadonlyArray<string>>
  readonly writeLog: Script<ReadonlyArray<string | null>>
  readonly replaceLog: Script<typeof Replies.ReplaceReply.Type>
  readonly forgetOffsets: Script<number>
  readonly useIdempotencyKey: Script<string>
  readonly reportInstance: Script<number>
  readonly listInstances: Script<ReadonlyArray<string>>
  readonly checkRights: Script<ReadonlyArray<number>>
}>()("@flash-sale/infra/redis/Scripts") {}

const { bySchema } = Replies

const make = Effect.gen(function*() {
  const redis = yield* IoRedis
  const names: Array<string> = []
  const bind = Effect.fnUntraced(function*<A>(name: string, read: Replies.Read<A>) {
    const lua = yield* ScriptText.load(name)
    names.push(name)
    const sha = createHash("sha1").update(lua).digest("hex")
    let loadedIn: Session | undefined
    const script: Script<A> = (keys, args, session) => {
      const rest = [...keys, ...args]
      return redis.use((client, verify, now) => {
        if (loadedIn !== now) {
          loadedIn = now
          // Right before the first use on each connection. Where it fails, the next command fails as well.
          client.script("LOAD", lua).catch(() => undefined)
        }
        return client.evalsha(sha, keys.length, rest).catch((error: unknown) => {
          if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error
          // Redis did not know the script and ran nothing, so repeating the command is safe.
          verify()
          return client.eval(lua, keys.length, rest)
        })
      }, session).pipe(Effect.flatMap(read))
    }
    return script
  })
  const scripts = Scripts.of({
    fold: yield* bind("fold", Replies.foldReplies),
    readItem: yield* bind("read_item", bySchema(Replies.ReadReply)),
    readBuyers: yield* bind("read_buyers", Replies.texts),
    readOrder: yield* bind("read_order", bySchema(Replies.OrderReply)),
    openOrders: yield* bind("open_orders", Replies.texts),
    detectEdits: yield* bind("detect_edits", bySchema(Replies.DetectReply)),
    beginRecovery: yield* bind("begin_recovery", bySchema(Schema.String)),
    writeMark: yield* bind("write_mark", bySchema(Replies.MarkReply)),
    checkpoint: yield* bind("checkpoint", bySchema(Replies.MarkReply)),
    dumpItem: yield* bind("dump_item", bySchema(Replies.DumpReply)),
    clearItems: yield* bind("clear_items", bySchema(Replies.ClearReply)),
    admit: yield* bind("admit", Replies.admitReply),
    countRequest: yield* bind("count_request", bySchema(Replies.CountReply)),
    confirmClaims: yield* bind("confirm_claims", Replies.texts),
    releaseClaims: yield* bind("release_claims", Replies.texts),
    writeStatus: yield* bind("write_status", Replies.texts),
    writeLog: yield* bind("write_log", bySchema(Schema.Array(Schema.NullOr(Schema.String)))),
    replaceLog: yield* bind("replace_log", bySchema(Replies.ReplaceReply)),
    forgetOffsets: yield* bind("forget_offsets", bySchema(Schema.Int)),
    useIdempotencyKey: yield* bind("use_idempotency_key", bySchema(Schema.String)),
    reportInstance: yield* bind("report_instance", bySchema(Schema.Int)),
    listInstances: yield* bind("list_instances", Replies.texts),
    checkRights: yield* bind("check_rights", bySchema(Schema.Array(Schema.Int)))
  })
  yield* Log.info(`Lua scripts that Redis runs: ${names.map((name) => `${name}.lua`).join(", ")}`, {
    event: "scripts_loaded"
  })
  return scripts
})

/** Reads the scripts of this release. Dies where they are missing: the installation is broken. */
export const layer: Layer.Layer<Scripts, never, IoRedis | FileSystem.FileSystem> = Layer.effect(
  Scripts,
  Effect.orDie(make)
)
