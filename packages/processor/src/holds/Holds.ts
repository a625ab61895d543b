/**
 * The open holds and the waiting refunds of a partition, and what is to be done about them once its recovery is over.
 * They outlive the actors of their items, which may leave memory.
 */
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { Slots } from "@flash-sale/infra/actor/Slots"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Clock, Duration, Effect, type Scope } from "effect"
import type { PartitionRun, RecoveryNeeded } from "../run/PartitionRun.ts"
import type { ProcessorState } from "../run/ProcessorState.ts"
import * as DueTimes from "./DueTimes.ts"
import * as Expiries from "./Expiries.ts"
import * as HoldGauges from "./HoldGauges.ts"
import { HoldLimits } from "./HoldLimits.ts"
import * as NewestAccepted from "./NewestAccepted.ts"
import * as OpenPages from "./OpenPages.ts"
import * as OpenSet from "./OpenSet.ts"
import * as Refunds from "./Refunds.ts"

/** How often it is looked which holds are over, and which refunds are to be asked for again. */
export const LOOK_EVERY = Duration.millis(250)
/** Looks from one report of the gauges to the next. */
const REPORT_EVERY = 4
/** How often it is looked whether there is room for what there was none for. */
const READ_AGAIN_EVERY = Duration.seconds(10)

export interface Holds extends Pick<OpenSet.OpenSet, "follow" | "leave">, Pick<NewestAccepted.NewestAccepted, "took"> {
  /** Once the recovery is over: expires what is over, and has refunds paid, for ever. */
  readonly work: Effect.Effect<never, RecoveryNeeded>
}

export const make = Effect.fnUntraced(function*(
  run: PartitionRun,
  slots: Slots
): Effect.fn.Return<Holds, never, ItemStore | PaymentProvider | ProcessorState | Scope.Scope> {
  const store = yield* Effect.context<ItemStore>()
  const clock = yield* Clock.Clock
  const monotonic = yield* Monotonic.reader
  const limits = yield* HoldLimits
  const dueTimes = DueTimes.make(clock.currentTimeMillisUnsafe())
  const refunds = yield* Refunds.make(run, slots)
  const newest = NewestAccepted.make()
  const now = () => ({ wall: clock.currentTimeMillisUnsafe(), monotonic: monotonic() })
  const open = OpenSet.make({ dueTimes, refunds, limits, now })

  const reading = (read: Effect.Effect<void, RecoveryNeeded, ItemStore>): Effect.Effect<void, RecoveryNeeded> =>
    Effect.suspend(() => {
      open.beginReading()
      return Effect.provideContext(read, store)
    }).pipe(Effect.ensuring(Effect.sync(open.endReading)))

  const readAgain = Effect.suspend(() => {
    const one = (itemId: ItemId) => OpenPages.ofItem(run.partition, itemId, open.found)
    const items = open.takeBeyond()
    return items.length === 0 ? Effect.void : reading(Effect.forEach(items, one, { discard: true }))
  })

  /** What is in the store now, and later what there was no room for. */
  const read = Effect.andThen(
    reading(OpenPages.ofPartition(run.partition, open.found)),
    Effect.forever(Effect.delay(readAgain, READ_AGAIN_EVERY))
  )

  const expire = Effect.gen(function*() {
    while (yield* Expiries.append(run, dueTimes)) yield* Effect.yieldNow
    yield* Effect.sleep(LOOK_EVERY)
  })

  let looks = 0
  const look = Effect.gen(function*() {
    yield* refunds.look
    if (looks++ % REPORT_EVERY === 0) yield* HoldGauges.report(run.partition, dueTimes, refunds, newest)
    yield* Effect.sleep(LOOK_EVERY)
  })

  const recovered = Effect.repeat(Effect.delay(Effect.sync(run.isRecovered), LOOK_EVERY), { until: (is) => is })
  // Beside each other: the store may take long to read, and the log may take nothing for a while.
  const work = Effect.raceAllFirst([read, Effect.forever(expire), Effect.forever(look)])

  return { follow: open.follow, leave: open.leave, took: newest.took, work: Effect.andThen(recovered, work) }
})
