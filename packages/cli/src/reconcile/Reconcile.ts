/** `flash-sale reconcile`: the store against the log, item by item. */
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as Kind from "@flash-sale/infra/settings/Kind"
import { Duration, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as AuditTarget from "../terminal/AuditTarget.ts"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as Progress from "../terminal/Progress.ts"
import * as Target from "../terminal/Target.ts"
import * as ReconcileRun from "./ReconcileRun.ts"
import * as Watch from "./Watch.ts"

/** Each comparison reads the whole log. */
const pause = Kind.duration(Duration.seconds(1), Duration.days(30))

export const command = Command.make("reconcile", {
  item: Flag.String("item").pipe(
    Flag.withSchema(ItemId),
    Flag.withDescription("Only this item; every item where it is absent"),
    Flag.optional
  ),
  apply: Flag.Boolean("apply").pipe(
    Flag.withDescription("Have the items that differ folded again from the log"),
    Flag.withDefault(false)
  ),
  every: Flag.String("every").pipe(
    Flag.filterMap((text) => Option.fromUndefinedOr(pause.read(text)), () => pause.expects),
    Flag.withDescription("Go on for ever, with so long a pause, and show what is found at METRICS_PORT: 1h"),
    Flag.optional
  ),
  ...JsonFlag.lines,
  ...Target.flags
}, ({ apply, every, item, json, ...place }) =>
  Effect.gen(function*() {
    if (Option.isSome(every) && (apply || Option.isSome(item))) {
      return yield* CommandFailed.usage("--every compares all items, and repairs none: not with --item or --apply")
    }
    if (json && (apply || Option.isSome(every))) {
      return yield* CommandFailed.usage("--json prints what differs, and changes nothing: not with --apply or --every")
    }
    yield* Effect.gen(function*() {
      if (Option.isSome(every)) return yield* Watch.run(every.value)
      yield* ReconcileRun.run({ item: Option.getOrUndefined(item), apply, json })
    }).pipe(Effect.provide(AuditTarget.layer(place)), Effect.provideService(Progress.IsShown, !json))
  }).pipe(Effect.mapError(CommandFailed.from))).pipe(
    Command.withDescription(
      "Fold the log in memory and compare the store with it, item by item. Exits with 1 where something differs"
    ),
    Command.withExamples([{ command: "flash-sale reconcile" }, { command: "flash-sale reconcile --item 101 --apply" }])
  )
