/** Switches by which a test makes the log and the store fail, over adapters that work. */
import { AtomicAdmission } from "@flash-sale/domain/ports/AtomicAdmission"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { ItemDamaged, ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { AppendRefused, AppendUnknown, LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { StoreUnavailable } from "@flash-sale/domain/ports/StoreUnavailable"
import type * as Infra from "@flash-sale/infra/Infra"
import { Context, Effect, Exit, Layer, Schedule } from "effect"

/** The methods of the ports in which a bug can be switched on. */
export const BUGGY = [
  "OrderLog.offer",
  "OrderStatuses.admit",
  "OrderStatuses.countRequest",
  "OrderStatuses.confirm",
  "OrderStatuses.release",
  "OrderStatuses.readAll",
  "ItemStore.read",
  "ItemStore.readBuyers",
  "RateLimits.consume",
  "Backlogs.read"
] as const

export interface Switches {
  /** `lost` appends the record and loses the answer; `held` waits until it is switched again; `bug` breaks by `BUG`. */
  log: "fine" | "away" | "lost" | "held" | "full" | "bug"
  /**
   * `silent` answers nothing until it is switched again, and fails what was asked meanwhile; `damaged` shows no item.
   */
  store: "fine" | "away" | "silent" | "damaged"
  /** A method that breaks by `BUG`: its effect dies, or the call itself throws. */
  bug?: { readonly at: typeof BUGGY[number]; readonly how: "dies" | "throws" } | undefined
}

/** The message of a bug, which no buyer gets. */
export const BUG = "a bug that was switched on"

export class Faults extends Context.Service<Faults, Switches>()("test/gateway/Faults") {}

const away = new StoreUnavailable({ detail: "switched off" })

/** Puts the switch of one method before a call of it. */
const breaking = Effect.map(
  Faults,
  (faults) => <A, E>(method: typeof BUGGY[number], call: () => Effect.Effect<A, E>): Effect.Effect<A, E> => {
    if (faults.bug?.at !== method) return call()
    if (faults.bug.how === "throws") throw new Error(BUG)
    return Effect.die(new Error(BUG))
  }
)

const whileHeld = (faults: Switches) =>
  Effect.repeat(Effect.sync(() => faults.log), {
    schedule: Schedule.spaced("10 millis"),
    until: (log) => log !== "held"
  })

const faultyLog = Effect.gen(function*() {
  const faults = yield* Faults
  const log = yield* OrderLog
  const broken = yield* breaking
  const append: typeof log.append = (record) =>
    Effect.suspend(() => {
      switch (faults.log) {
        case "fine":
          return log.append(record)
        case "away":
          return Effect.fail(new AppendRefused({ detail: "switched off" }))
        case "full":
          return Effect.fail(new AppendRefused({ detail: "switched off", overloaded: true }))
        case "held":
          return Effect.andThen(whileHeld(faults), log.append(record))
        case "bug":
          return Effect.die(new Error(BUG))
        case "lost":
          return Effect.andThen(log.append(record), Effect.fail(new AppendUnknown({ detail: "switched off" })))
      }
    })
  return OrderLog.of({
    ...log,
    append,
    offer: (record, answered) =>
      void Effect.runCallback(broken("OrderLog.offer", () => append(record)), { onExit: answered }),
    partitions: Effect.suspend(() =>
      faults.log === "away" ? Effect.fail(new LogUnavailable({ detail: "switched off" })) : log.partitions
    ),
    isUp: Effect.suspend(() => faults.log === "fine" || faults.log === "bug" ? log.isUp : Effect.succeed(false))
  })
})

const untilHeard = (faults: Switches) =>
  Effect.repeat(Effect.sync(() => faults.store), {
    schedule: Schedule.spaced("10 millis"),
    until: (store) => store !== "silent"
  })

const whileStoreIsThere = Effect.map(
  Faults,
  (faults) => <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E | StoreUnavailable> =>
    Effect.suspend((): Effect.Effect<A, E | StoreUnavailable> =>
      faults.store === "silent"
        ? Effect.andThen(untilHeard(faults), Effect.fail(away))
        : faults.store === "away"
        ? Effect.fail(away)
        : effect
    )
)

const faultyStatuses = Effect.gen(function*() {
  const statuses = yield* OrderStatuses
  const broken = yield* breaking
  const guarded = yield* whileStoreIsThere
  return OrderStatuses.of({
    admit: (requests, policy) => broken("OrderStatuses.admit", () => guarded(statuses.admit(requests, policy))),
    countRequest: (userId, policy) =>
      broken("OrderStatuses.countRequest", () => guarded(statuses.countRequest(userId, policy))),
    confirm: (claims) => broken("OrderStatuses.confirm", () => guarded(statuses.confirm(claims))),
    release: (claims) => broken("OrderStatuses.release", () => guarded(statuses.release(claims))),
    write: (records) => guarded(statuses.write(records)),
    read: (requestId) => guarded(statuses.read(requestId)),
    readAll: (requestIds) => broken("OrderStatuses.readAll", () => guarded(statuses.readAll(requestIds)))
  })
})

const faultyStore = Effect.gen(function*() {
  const store = yield* ItemStore
  const faults = yield* Faults
  const broken = yield* breaking
  const guarded = yield* whileStoreIsThere
  return ItemStore.of({
    ...store,
    fold: (request) => guarded(store.fold(request)),
    read: (partition, itemId) =>
      broken("ItemStore.read", () =>
        Effect.suspend(() =>
          faults.store === "damaged"
            ? Effect.fail(new ItemDamaged({ itemId, detail: "switched off" }))
            : guarded(store.read(partition, itemId))
        )),
    readOrder: (partition, itemId, requestId) => guarded(store.readOrder(partition, itemId, requestId)),
    readBuyers: (questions) => broken("ItemStore.readBuyers", () => guarded(store.readBuyers(questions))),
    isUp: Effect.suspend(() =>
      faults.store === "fine" || faults.store === "damaged" ? store.isUp : Effect.succeed(false)
    )
  })
})

const faultyMarks = Effect.gen(function*() {
  const marks = yield* RecoveryMarks
  const guarded = yield* whileStoreIsThere
  return RecoveryMarks.of({ ...marks, read: (partition) => guarded(marks.read(partition)) })
})

const faultyLimits = Effect.gen(function*() {
  const limits = yield* RateLimits
  const broken = yield* breaking
  return RateLimits.of({
    consume: (userId, maxRequests, windowMillis) =>
      broken("RateLimits.consume", () => limits.consume(userId, maxRequests, windowMillis))
  })
})

/** Its one method is an effect, so a bug that throws is thrown where it is run. */
const faultyBacklogs = Effect.gen(function*() {
  const backlogs = yield* Backlogs
  const broken = yield* breaking
  return { ...backlogs, read: Effect.suspend(() => broken("Backlogs.read", () => backlogs.read)) }
})

/**
 * Admission in one step, where nothing is switched. Else the log and the store fail apart, as Kafka and Redis do, so
 * orders are sent on to be claimed, appended and confirmed one after the other.
 */
const faultyAdmission = Effect.gen(function*() {
  const faults = yield* Faults
  const admission = yield* AtomicAdmission
  const isFine = () => faults.log === "fine" && faults.store === "fine" && faults.bug === undefined
  if (admission === undefined) return undefined
  return {
    offer: (...[order, completion]: Parameters<typeof admission.offer>) =>
      isFine() ? admission.offer(order, completion) : completion(Exit.succeed({ _tag: "Leased", same: true }))
  }
})

/** Adapters that work until a test switches them off. */
export const layer = <E, R>(ports: Layer.Layer<Infra.Ports, E, R>): Layer.Layer<Infra.Ports | Faults, E, R> =>
  Layer.mergeAll(
    Layer.effect(OrderLog, faultyLog),
    Layer.effect(ItemStore, faultyStore),
    Layer.effect(RecoveryMarks, faultyMarks),
    Layer.effect(OrderStatuses, faultyStatuses),
    Layer.effect(RateLimits, faultyLimits),
    Layer.effect(Backlogs, faultyBacklogs),
    Layer.effect(AtomicAdmission, faultyAdmission)
  ).pipe(
    Layer.provideMerge(ports),
    Layer.provideMerge(Layer.sync(Faults, (): Switches => ({ log: "fine", store: "fine" })))
  )
