/** What `backup` and `restore` share: the embedded file they are about, and the words for a backup. */
import type * as Infra from "@flash-sale/infra/Infra"
import * as Check from "@flash-sale/operations/doctor/Check"
import { Effect } from "effect"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as EngineName from "../terminal/EngineName.ts"
import * as Target from "../terminal/Target.ts"
import * as TimeArgument from "../terminal/TimeArgument.ts"

export const flags = Target.flags

/** The settings of the embedded file. Fails where Kafka and Redis are meant. */
export const embedded = Effect.fnUntraced(function*(place: Target.Target) {
  if (yield* Target.isDistributed(place)) {
    return yield* CommandFailed.usage(
      "backup and restore are for the embedded file: with Kafka and Redis, back up their volumes (docs/operations.md)"
    )
  }
  const settings = yield* Target.embedded(place)
  yield* EngineName.sayEmbedded(settings)
  return settings
})

export const describe = ({ items, madeAt, records }: Infra.Backup): string =>
  `a whole backup of ${TimeArgument.show(madeAt)}, with ${records} records of the log and ${Check.count(items, "item")}`

/** The same for programs. `path` is where it is now. */
export const view = (path: string, { items, madeAt, records }: Infra.Backup) => ({
  path,
  made_at: TimeArgument.show(madeAt),
  records,
  items
})
