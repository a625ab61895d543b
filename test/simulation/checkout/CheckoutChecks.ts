/** What must hold of an item's holds, payments and refunds when nothing is left to do. */
import type { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import type { Item } from "@flash-sale/domain/rules/Item"
import { PARTITIONS } from "../SimulatedLog.ts"
import { MAX_SKEW_MILLIS, type World } from "../World.ts"
import * as Books from "./Books.ts"
import * as ConflictChecks from "./ConflictChecks.ts"
import type { Course } from "./Course.ts"
import * as Courses from "./Course.ts"
import * as HoldChecks from "./HoldChecks.ts"
import * as PaymentChecks from "./PaymentChecks.ts"
import * as RefundChecks from "./RefundChecks.ts"
import * as Winners from "./Winners.ts"

type Wrong = ReadonlyArray<string>

/**
 * How long after its time a hold may be ended once nothing is done to the processors, beside what clocks are apart. The
 * store still fails now and then, and each failure begins a recovery anew, which ends nothing.
 */
const MAX_OVERDUE_MILLIS = 240_000

/** What was sent behind `rules 2` is of version 2, where the log lost nothing. */
const refused = (course: Course): Wrong =>
  [...Courses.unreadable(course)].flatMap((unread) =>
    course.filter(({ command, offset }) => offset === unread && command._tag !== "Unreadable").map((
      { command, offset }
    ) => `the ${command._tag} at ${offset} came before the rules that know it`)
  )

/** `isWhole` says whether the log lost nothing of the item. */
export const wrong = (world: World, itemId: ItemId, course: Course, item: Item, isWhole: boolean): Wrong => {
  const partition = home(itemId, PARTITIONS)
  const { charges, orders } = world.log.lost
  const appendedAt = (offset: number) => world.log.appendedAt(world.log.records[partition]![offset]!)
  const holds = Winners.of(course)
  const kept = [...holds.values()].filter(({ requestId }) => !orders.has(requestId))
  const due = PaymentChecks.dueIn(course, holds)
  const isKnown = ({ requestId }: { readonly requestId?: string }) => requestId === undefined || !orders.has(requestId)
  const letters = [...world.letters.letters.values()].filter((letter) => letter.key === itemId && isKnown(letter))
  const statuses = [...world.store.statuses().values()].filter((status) => status.itemId === itemId && isKnown(status))
  const conflicts = world.conflicts.filter((conflict) => conflict.itemId === itemId && isKnown(conflict))
  const mostApart = 2 * MAX_SKEW_MILLIS
  return [
    ...(isWhole ? refused(course) : []),
    ...Books.wrong(course),
    ...HoldChecks.winners(holds.values(), item),
    ...HoldChecks.charges(itemId, kept, world.provider.charged.filter(({ key }) => !charges.has(key)), appendedAt),
    ...(world.areClocksWrong || !isWhole ? [] : [
      ...HoldChecks.early(kept, appendedAt, mostApart),
      ...(world.keepsFewHolds
        ? []
        : HoldChecks.overdue(kept, appendedAt, world.calmSince(), mostApart + MAX_OVERDUE_MILLIS))
    ]),
    ...PaymentChecks.letters(due.filter(isKnown), letters),
    ...PaymentChecks.shown(due, statuses),
    ...(isWhole ? ConflictChecks.wrong(conflicts, holds, item) : []),
    ...PaymentChecks.early(conflicts, holds),
    ...RefundChecks.wrong(itemId, item, RefundChecks.byHand(course), world.told, (requestId) => orders.has(requestId))
  ]
}
