/**
 * A semaphore whose slots expire: work that holds a slot for longer goes on, but no longer makes other work wait. For
 * work that may get stuck, such as a send to a broker that is frozen.
 *
 * **Details**: a slot expires only while something waits for one. Progress of the work renews its slot, also one that
 * has expired: for a while more slots than the limit are taken then, and no new work begins until fewer are.
 */
import { Duration, Effect } from "effect"
import * as Monotonic from "../time/Monotonic.ts"
import * as Slots from "./Slots.ts"
import type { Leave } from "./WaitingLine.ts"

export interface ExpiringSlots {
  /** Runs the effect in a slot; waits for one. */
  readonly within: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The same for work that shows progress: each `renew` begins the slot's time anew. */
  readonly withProgress: <A, E, R>(
    work: (renew: Effect.Effect<void>) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E, R>
}

/** A slot that is taken. */
interface Holder {
  since: number
  /** Undefined once it has expired. */
  release: Slots.Release | undefined
  /** The work has ended: it makes no progress any more. */
  isOver: boolean
}

/** So many slots. Each expires when `expiresAfter` has passed since it was taken or renewed. */
export const make = Effect.fnUntraced(function*(
  count: number,
  expiresAfter: Duration.Input
): Effect.fn.Return<ExpiringSlots> {
  const monotonic = yield* Monotonic.reader
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const lifetime = Duration.toMillis(expiresAfter)
  const slots = Slots.make(count)
  /** In the order of their times: the first expires first. */
  const holders = new Set<Holder>()
  let isWatched = false

  const hold = (holder: Holder, release: Slots.Release): void => {
    holder.since = monotonic()
    holder.release = release
    holders.add(holder)
  }

  const drop = (holder: Holder): void => {
    const { release } = holder
    holder.release = undefined
    holders.delete(holder)
    release?.()
  }

  const renew = (holder: Holder) =>
    Effect.sync(() => {
      if (holder.isOver) return
      holders.delete(holder)
      hold(holder, holder.release ?? slots.exceed())
    })

  /** While anything waits, slots expire in time. */
  const watch = Effect.gen(function*() {
    while (slots.waiting() > 0) {
      const [oldest] = holders
      if (oldest === undefined) break
      const left = oldest.since + lifetime - monotonic()
      if (left > 0) yield* Effect.sleep(left)
      else drop(oldest)
    }
    isWatched = false
  })

  /** Begins at once, or when there is a slot. */
  const enter = (holder: Holder, onBegin: () => void): Leave | undefined => {
    const leave = slots.acquire<undefined>({
      begin: (_, release) => {
        hold(holder, release)
        onBegin()
      }
    }, undefined)
    if (slots.waiting() > 0 && !isWatched) {
      isWatched = true
      fork(watch)
    }
    return leave
  }

  const withProgress: ExpiringSlots["withProgress"] = (work) =>
    Effect.suspend(() => {
      const holder: Holder = { since: 0, release: undefined, isOver: false }
      let leave: Leave | undefined
      const wait = Effect.callback<void>((resume) => {
        leave = enter(holder, () => resume(Effect.void))
      })
      const end = Effect.sync(() => {
        holder.isOver = true
        leave?.()
        drop(holder)
      })
      return Effect.ensuring(Effect.andThen(wait, Effect.suspend(() => work(renew(holder)))), end)
    })

  return { within: (effect) => withProgress(() => effect), withProgress }
})
