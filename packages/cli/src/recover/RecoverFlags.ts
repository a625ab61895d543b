/** The flags of `flash-sale recover`. */
import * as Kind from "@flash-sale/infra/settings/Kind"
import { Option, Schema } from "effect"
import { Flag } from "effect/cli"

/** The most partitions that a log can have. */
const MAX_PARTITIONS = 10_000

export const flags = {
  to: Flag.String("to").pipe(Flag.withDescription("The second, empty Redis, as host:port"), Flag.optional),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Say what there is to do, how long it takes and what stands against it; change nothing"),
    Flag.withDefault(false)
  ),
  compare: Flag.Boolean("compare").pipe(
    Flag.withDescription(
      "Fold nothing, but compare the engine's own store with --to, or with the log where that is absent"
    ),
    Flag.withDefault(false)
  ),
  acceptLog: Flag.Boolean("accept-log").pipe(
    Flag.withDescription(
      "Where processors refuse a partition: take the log as it is for the truth, and have the store folded anew. " +
        "Says what is lost by it, and does nothing without --yes"
    ),
    Flag.withDefault(false)
  ),
  partition: Flag.Int("partition").pipe(
    Flag.withSchema(Schema.Natural),
    Flag.withDescription("With --accept-log: only this partition; every one that is refused where it is absent"),
    Flag.optional
  ),
  yes: Flag.Boolean("yes").pipe(
    Flag.withDescription("With --accept-log: do it"),
    Flag.withDefault(false)
  ),
  repartition: Flag.Int("repartition").pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MAX_PARTITIONS }))),
    Flag.withDescription(
      "While no service runs: copy the log into a new topic with so many partitions, and have Redis become its fold"
    ),
    Flag.optional
  ),
  toTopic: Flag.String("to-topic").pipe(
    Flag.filterMap((text) => Option.fromUndefinedOr(Kind.topic.read(text)), () => Kind.topic.expects),
    Flag.withDescription("With --repartition: the new topic, such as orders-24"),
    Flag.optional
  )
}
