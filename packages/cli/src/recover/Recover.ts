/** `flash-sale recover`: a full fold of the log into a store that holds nothing of it. */
import * as ClearStore from "@flash-sale/audit/ClearStore"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import * as Epoch from "@flash-sale/infra/fencing/Epoch"
import * as Infra from "@flash-sale/infra/Infra"
import type * as Settings from "@flash-sale/infra/Settings"
import * as Kind from "@flash-sale/infra/settings/Kind"
import { Console, Context, Effect, Layer, Option } from "effect"
import { Command } from "effect/cli"
import * as Reconcile from "../reconcile/ReconcileRun.ts"
import * as AuditTarget from "../terminal/AuditTarget.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as EngineName from "../terminal/EngineName.ts"
import * as Target from "../terminal/Target.ts"
import * as AcceptLog from "./AcceptLog.ts"
import * as RecoverFlags from "./RecoverFlags.ts"
import * as RecoverRun from "./RecoverRun.ts"
import * as Repartition from "./Repartition.ts"

interface Options {
  readonly to: Option.Option<string>
  readonly dryRun: boolean
  readonly compare: boolean
  readonly acceptLog: boolean
  readonly partition: Option.Option<number>
  readonly yes: boolean
  readonly repartition: Option.Option<number>
  readonly toTopic: Option.Option<string>
}

const BY_ITSELF = "the engine's own Redis is folded again by its processors, whenever they find it empty or behind: " +
  "start one. To fold a second Redis beside it, name that with --to host:port"

/** The engine's own store, where it answers; the log may be all that is left. */
const ownStore = Effect.fnUntraced(function*(settings: Settings.RedisSettings) {
  const built = yield* Layer.build(Infra.layerItems(settings, "operator"))
  return yield* AuditTarget.untilUp.pipe(
    Effect.as(built),
    Effect.provideContext(built),
    Effect.tapError(() =>
      Console.log(`${Context.get(built, StoredItems).location} does not answer: what it has folded is not compared`)
    ),
    Effect.option,
    Effect.map(Option.getOrUndefined)
  )
})

const intoSecond = Effect.fnUntraced(function*(text: string, { compare, dryRun }: Options) {
  const { kafka, redis } = yield* Target.distributed
  const address = Kind.address.read(text)
  if (address === undefined) return yield* CommandFailed.usage(`--to: "${text}" is not ${Kind.address.expects}`)
  if (address.host === redis.host && address.port === redis.port) return yield* CommandFailed.usage(BY_ITSELF)
  const own = yield* ownStore(redis)
  // The second Redis is the successor of the first, and lets the same user in.
  const target = yield* Layer.build(Infra.layerItems({ ...redis, ...address, sentinels: undefined }, "operator"))
  yield* Effect.provideContext(AuditTarget.untilUp, target)
  if (compare) {
    if (own === undefined) return yield* CommandFailed.unreachable("there is nothing to compare with")
    return yield* RecoverRun.compare(yield* RecoverRun.partitionsOf(own), own, target)
  }
  yield* RecoverRun.refuseFull(target)
  const log = yield* RecoverRun.surveyed(own)
  if (dryRun) return yield* RecoverRun.rehearse(log, `Redis at ${text}`)
  yield* Effect.andThen(RecoverRun.nameLog(kafka.ordersTopic, log, target), RecoverRun.refill(log, target))
})

const embedded = Effect.fnUntraced(function*({ compare, dryRun, to }: Options) {
  if (Option.isSome(to)) return yield* CommandFailed.usage("--to names a Redis, and the embedded file has none")
  if (compare) return yield* Reconcile.run({ item: undefined, apply: false })
  yield* AuditTarget.untilUp
  const own = yield* Effect.context<Infra.Items>()
  const log = yield* RecoverRun.surveyed(own)
  if (dryRun) return yield* RecoverRun.rehearse(log, "the tables of the embedded file")
  yield* ClearStore.clear(log, Epoch.make)
  yield* RecoverRun.refill(log, own)
})

const rehearseAnywhere = AuditTarget.untilUp.pipe(
  Effect.andThen(Effect.context<Infra.Items>()),
  Effect.flatMap(RecoverRun.surveyed),
  Effect.flatMap((log) => RecoverRun.rehearse(log, "an empty Redis"))
)

const accepting = ({ compare, dryRun, partition, to, yes }: Options, place: Target.Target) =>
  Effect.gen(function*() {
    if (compare || Option.isSome(to)) {
      return yield* CommandFailed.usage("--accept-log goes with --partition, --dry-run and --yes only")
    }
    yield* AcceptLog.run({ partition: Option.getOrUndefined(partition), yes: yes && !dryRun }, place)
  })

const repartitioning = ({ acceptLog, compare, dryRun, partition, repartition, to, toTopic, yes }: Options) =>
  Effect.gen(function*() {
    if (Option.isNone(repartition) || Option.isNone(toTopic)) {
      return yield* CommandFailed.usage(
        "--repartition and --to-topic go together: --repartition 24 --to-topic orders-24"
      )
    }
    if (acceptLog || compare || yes || Option.isSome(partition) || Option.isSome(to)) {
      return yield* CommandFailed.usage("--repartition goes with --to-topic and --dry-run only")
    }
    const target = { topic: toTopic.value, partitions: repartition.value, dryRun }
    yield* Repartition.run(target, yield* Target.distributed)
  })

const run = (options: Options, place: Target.Target) =>
  Effect.gen(function*() {
    if (Option.isSome(options.repartition) || Option.isSome(options.toTopic)) {
      if (!(yield* Target.isDistributed(place))) return yield* Repartition.refuseEmbedded
      return yield* repartitioning(options)
    }
    if (options.acceptLog) return yield* accepting(options, place)
    if (options.yes || Option.isSome(options.partition)) {
      return yield* CommandFailed.usage("--partition and --yes go with --accept-log only")
    }
    if (!(yield* Target.isDistributed(place))) {
      const settings = yield* Target.embedded(place)
      yield* EngineName.sayEmbedded(settings)
      const isReadOnly = options.dryRun || options.compare || Option.isSome(options.to)
      return yield* Effect.provide(
        embedded(options),
        isReadOnly ? Infra.layerItemsBeside(settings) : Infra.layerItemsAlone(settings)
      )
    }
    const { kafka, redis } = yield* Target.distributed
    if (Option.isSome(options.to)) {
      yield* EngineName.sayDistributed({ kafka, redis })
      return yield* Effect.provide(intoSecond(options.to.value, options), Infra.layerReader(kafka))
    }
    const ownAndLog = AuditTarget.layer(place)
    if (options.compare) return yield* Effect.provide(Reconcile.run({ item: undefined, apply: false }), ownAndLog)
    if (options.dryRun) return yield* Effect.provide(rehearseAnywhere, ownAndLog)
    return yield* CommandFailed.usage(BY_ITSELF)
  }).pipe(Effect.scoped, Effect.provide([Target.quiet, Target.statuses]), Effect.mapError(CommandFailed.from))

export const command = Command.make("recover", { ...RecoverFlags.flags, ...Target.flags }, (given) => run(given, given))
  .pipe(
    Command.withDescription(
      "Fold the whole log into an empty second Redis, beside whatever runs; or, of the embedded file, build the " +
        "tables again while no engine runs. The engine's own Redis needs no command: its processors fold it by " +
        "themselves. With --repartition, move the log to a topic with another number of partitions"
    ),
    Command.withExamples([{ command: "flash-sale recover --to redis-2:6379 --dry-run" }])
  )
