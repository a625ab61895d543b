/** `flash-sale archive rebuild`: brings the archive to what the log says, beside whoever fills it. */
import * as Rebuild from "@flash-sale/archive/rebuild/Rebuild"
import * as HaltCheck from "@flash-sale/audit/HaltCheck"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Infra from "@flash-sale/infra/Infra"
import * as InfraArchives from "@flash-sale/infra/InfraArchives"
import * as Settings from "@flash-sale/infra/Settings"
import { Console, Effect, Layer, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as AuditTarget from "../terminal/AuditTarget.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as Progress from "../terminal/Progress.ts"
import * as Target from "../terminal/Target.ts"
import * as RebuildWords from "./RebuildWords.ts"

const flags = {
  partition: Flag.Int("partition").pipe(
    Flag.withDescription("Only this partition; all of them where it is absent"),
    Flag.optional
  ),
  fromStart: Flag.Boolean("from-start").pipe(
    Flag.withDescription(
      "Take the first record that the log has for its beginning, as after recover --accept-log: of a log that was " +
        "trimmed nothing is deleted else that was told from there on"
    ),
    Flag.withDefault(false)
  )
}

/** Refuses partitions that a processor would halt: what the log does not say may be said by the right one. */
const refuseHalted = Effect.fnUntraced(function*(partitions: ReadonlyArray<PartitionId>) {
  const found = yield* Effect.forEach(partitions, (partition) => HaltCheck.of(partition, false))
  const lines = found.flatMap((one) => one === undefined ? [] : [`partition ${one.partition}: ${one.code}: ${one.why}`])
  if (lines.length > 0) {
    return yield* CommandFailed.failed(...lines, "nothing was changed: flash-sale recover --accept-log comes first")
  }
})

interface Given {
  readonly partition: Option.Option<number>
  readonly fromStart: boolean
}

const rebuild = Effect.fnUntraced(function*(given: Given, isTurnedAwayTold: boolean) {
  yield* AuditTarget.untilUp
  const reader = yield* LogReader
  const count = yield* Target.bounded(reader.partitions)
  const wanted = Option.getOrUndefined(given.partition)
  if (wanted !== undefined && (wanted < 0 || wanted >= count)) {
    return yield* CommandFailed.usage(`--partition ${wanted}: the log has partitions 0 to ${count - 1}`)
  }
  const partitions = (wanted === undefined ? Array.from({ length: count }, (_, index) => index) : [wanted])
    .map((one) => PartitionId.make(one))
  yield* refuseHalted(partitions)
  const bounds = yield* Effect.forEach(partitions, reader.bounds)
  const total = bounds.reduce((sum, { end, start }) => sum + end - start, 0)
  // What is read of a log that is gone while the rebuild is at work may stay. An answer is wanted, and not awaited.
  const behind = yield* Effect.exit(Rebuild.behind(partitions))
  let read = 0
  const rebuilt = yield* Progress.during(
    Rebuild.run({
      partitions,
      count,
      fromStart: given.fromStart,
      isTurnedAwayTold,
      onRead: (records) => void (read += records)
    }),
    () => Progress.line("records folded", Math.min(read, total), total)
  )
  for (const one of rebuilt) {
    for (const line of RebuildWords.ofPartition(one)) yield* Console.log(line)
  }
  const unread = yield* behind
  if (unread.length > 0) yield* Console.log(RebuildWords.behind(unread))
})

/** The archive and what was told, beside the log and the marks of the engine. */
const ports = (place: Target.Target) =>
  Effect.gen(function*() {
    if (!(yield* Target.isDistributed(place))) {
      const settings = yield* Target.embedded(place)
      return Layer.merge(InfraArchives.layerEmbedded(settings), Infra.layerEmbeddedBeside(settings))
    }
    const archive = yield* Settings.ArchiveSettings
    if (archive.url === undefined) {
      return yield* CommandFailed.usage("ARCHIVE_URL: is missing, so that there is no archive to rebuild")
    }
    return Layer.merge(InfraArchives.layer(archive), Infra.layerEvents((yield* Target.distributed).kafka))
  })

const run = (given: Given, place: Target.Target) =>
  Effect.gen(function*() {
    const isDistributed = yield* Target.isDistributed(place)
    const { told } = yield* isDistributed ? Settings.EventSettings : Settings.ServeEventSettings
    // The log first: where there is none, no archive is made for it.
    const layers = Layer.provideMerge(yield* ports(place), AuditTarget.layer(place))
    yield* Effect.provide(rebuild(given, told === "all"), layers)
  }).pipe(
    Effect.scoped,
    Effect.provide([Target.quiet, Target.statuses]),
    Effect.catchTag("ArchiveUnavailable", ({ detail }) =>
      CommandFailed.unreachable(`the archive does not answer: ${detail}. What is done is done: type it again`)),
    Effect.mapError(CommandFailed.from)
  )

export const command = Command.make("rebuild", { ...flags, ...Target.flags }, (given) => run(given, given)).pipe(
  Command.withDescription(
    "Fold the log anew and bring the archive to what it says: add what is missing, delete what the log does not " +
      "explain. May run while orders come and the archive is filled, and again at any time. Dead letters are left " +
      "alone. Due after recover --accept-log, and where events were lost"
  ),
  Command.withExamples([{ command: "flash-sale archive rebuild --partition 3" }])
)
