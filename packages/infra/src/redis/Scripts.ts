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

/** Runs one script over these keys, and decodes its reply. A reply of another shape is a bug, and dies. */
export type Script<A> = (
  keys: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  session?: Session
) => Effect.Effect<A, StoreUnavailable | WrongContent>

const Texts = Schema.Array(Schema.String)
const Moved = Schema.Tuple([Schema.Literal("moved")])

export const FoldReply = Schema.Union([
  Schema.Tuple([Schema.Literal("folded"), Schema.String, Texts, Schema.String, Schema.String]),
  Schema.Tuple([Schema.Literal("behind"), Schema.String]),
  Schema.Tuple([Schema.Literal("stopped"), Schema.String]),
  Moved
])
export const DetectReply = Schema.Union([
  Schema.TupleWithRest(Schema.Tuple([Schema.Literal("detected")]), [
    Schema.Tuple([Schema.String, Schema.String, Schema.String, Schema.String])
  ]),
  Moved
])
const ReadReply = Schema.Tuple([Schema.String, Texts])
const OrderReply = Schema.Tuple([Schema.String, Schema.String, Schema.String, Schema.String, Schema.String])
const MarkReply = Schema.Literals(["marked", "moved"])
const ReplaceReply = Schema.Literals(["replaced", "other", "folding"])
const ClearReply = Schema.Literals(["cleared", "moved"])
/** A key of a dump: '' and its value, or what is wrong with it. */
const Part = Schema.Union([
  Schema.Tuple([Schema.Literal(""), Texts]),
  Schema.Tuple([Schema.String, Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.String, Schema.Number])))])
])
export const DumpReply = Schema.TupleWithRest(Schema.Tuple([Schema.Literals(["item", "large"])]), [Part])
const AdmitReply = Schema.TupleWithRest(Schema.Tuple([Texts]), [
  Schema.Union([
    Schema.Tuple([Schema.Literal("known"), Schema.String]),
    Schema.Tuple([Schema.Literal("claimed"), Schema.Int]),
    Schema.Tuple([Schema.Literal("limited"), Schema.Int])
  ])
])
const CountReply = Schema.Tuple([Schema.Literals(["counted", "limited"]), Schema.Int])

export class Scripts extends Context.Service<Scripts, {
  readonly fold: Script<typeof FoldReply.Type>
  readonly readItem: Script<typeof ReadReply.Type>
  readonly readBuyers: Script<ReadonlyArray<string>>
  readonly readOrder: Script<typeof OrderReply.Type>
  readonly openOrders: Script<ReadonlyArray<string>>
  readonly detectEdits: Script<typeof DetectReply.Type>
  readonly beginRecovery: Script<string>
  readonly writeMark: Script<typeof MarkReply.Type>
  readonly checkpoint: Script<typeof MarkReply.Type>
  readonly dumpItem: Script<typeof DumpReply.Type>
  readonly clearItems: Script<typeof ClearReply.Type>
  readonly admit: Script<typeof AdmitReply.Type>
  readonly countRequest: Script<typeof CountReply.Type>
  /** These three return the keys that hold no status. */
  readonly confirmClaims: Script<ReadonlyArray<string>>
  readonly releaseClaims: Script<ReadonlyArray<string>>
  readonly writeStatus: Script<ReadonlyArray<string>>
  readonly writeLog: Script<ReadonlyArray<string | null>>
  readonly replaceLog: Script<typeof ReplaceReply.Type>
  readonly forgetOffsets: Script<number>
  readonly useIdempotencyKey: Script<string>
  readonly reportInstance: Script<number>
  readonly listInstances: Script<ReadonlyArray<string>>
  readonly checkRights: Script<ReadonlyArray<number>>
}>()("@flash-sale/infra/redis/Scripts") {}

const make = Effect.gen(function*() {
  const redis = yield* IoRedis
  const names: Array<string> = []
  const bind = Effect.fnUntraced(function*<A>(name: string, reply: Schema.Codec<A, unknown>) {
    const lua = yield* ScriptText.load(name)
    names.push(name)
    const sha = createHash("sha1").update(lua).digest("hex")
    const decode = Schema.decodeUnknownEffect(reply)
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
      }, session).pipe(Effect.flatMap((value) => Effect.orDie(decode(value))))
    }
    return script
  })
  const scripts = Scripts.of({
    fold: yield* bind("fold", FoldReply),
    readItem: yield* bind("read_item", ReadReply),
    readBuyers: yield* bind("read_buyers", Texts),
    readOrder: yield* bind("read_order", OrderReply),
    openOrders: yield* bind("open_orders", Texts),
    detectEdits: yield* bind("detect_edits", DetectReply),
    beginRecovery: yield* bind("begin_recovery", Schema.String),
    writeMark: yield* bind("write_mark", MarkReply),
    checkpoint: yield* bind("checkpoint", MarkReply),
    dumpItem: yield* bind("dump_item", DumpReply),
    clearItems: yield* bind("clear_items", ClearReply),
    admit: yield* bind("admit", AdmitReply),
    countRequest: yield* bind("count_request", CountReply),
    confirmClaims: yield* bind("confirm_claims", Texts),
    releaseClaims: yield* bind("release_claims", Texts),
    writeStatus: yield* bind("write_status", Texts),
    writeLog: yield* bind("write_log", Schema.Array(Schema.NullOr(Schema.String))),
    replaceLog: yield* bind("replace_log", ReplaceReply),
    forgetOffsets: yield* bind("forget_offsets", Schema.Int),
    useIdempotencyKey: yield* bind("use_idempotency_key", Schema.String),
    reportInstance: yield* bind("report_instance", Schema.Int),
    listInstances: yield* bind("list_instances", Texts),
    checkRights: yield* bind("check_rights", Schema.Array(Schema.Int))
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
