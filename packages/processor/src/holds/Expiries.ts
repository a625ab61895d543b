/** Says in the log which holds are over: it takes effect when it is folded, and not before. */
import { Command } from "@flash-sale/domain/records/Command"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Duration, Effect } from "effect"
import type { PartitionRun } from "../run/PartitionRun.ts"
import type { DueTimes, Expired } from "./DueTimes.ts"

/** Holds that are said to be over at once; the others follow with the next look, at once. */
export const EXPIRIES_AT_ONCE = 20_000
/** Records that are appended at the same time. */
const APPENDS_AT_ONCE = 8
/** After so long a hold that is still open is said to be over again. */
export const EXPIRE_AGAIN_AFTER = Duration.seconds(30)

/** Appends what is over now. Whether more may be. */
export const append = Effect.fnUntraced(function*(
  run: Pick<PartitionRun, "append">,
  dueTimes: DueTimes
): Effect.fn.Return<boolean> {
  const now = { wall: yield* Clock.currentTimeMillis, monotonic: yield* Monotonic.now }
  const expired = dueTimes.over(now, EXPIRIES_AT_ONCE)
  yield* Effect.forEach(expired, (some) => appendOne(run, dueTimes, some), {
    concurrency: APPENDS_AT_ONCE,
    discard: true
  })
  return expired.reduce((sum, { orders }) => sum + orders.length, 0) >= EXPIRIES_AT_ONCE
})

const appendOne = Effect.fnUntraced(function*(
  run: Pick<PartitionRun, "append">,
  dueTimes: DueTimes,
  expired: Expired
) {
  const { at, itemId, orders } = expired
  yield* run.append(LogRecord.encode(itemId, Command.Expire({ at, orders })))
  dueTimes.postpone(expired, (yield* Monotonic.now) + Duration.toMillis(EXPIRE_AGAIN_AFTER))
})
