/** Switches by which a test makes the log and the store fail, over adapters that work. */
import { ItemDamaged, ItemStore, StoreUnavailable } from "@flash-sale/domain/ports/ItemStore"
import { AppendRefused, AppendUnknown, LogUnavailable, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type * as Infra from "@flash-sale/infra/Infra"
import { Context, Effect, Layer, Schedule } from "effect"

export interface Switches {
  /** `lost` appends the record and loses the answer; `bug` breaks by `BUG`. */
  log: "fine" | "away" | "lost" | "full" | "bug"
  /**
   * `silent` answers nothing until it is switched again, and fails what was asked meanwhile; `damaged` shows no item.
   */
  store: "fine" | "away" | "silent" | "damaged"
}

/** The message of a bug, which no buyer gets. */
export const BUG = "a bug that was switched on"

export class Faults extends Context.Service<Faults, Switches>()("test/gateway/Faults") {}

const away = new StoreUnavailable({ detail: "switched off" })

const faultyLog = Effect.gen(function*() {
  const faults = yield* Faults
  const log = yield* OrderLog
  const append: typeof log.append = (record) =>
    Effect.suspend(() => {
      switch (faults.log) {
        case "fine":
          return log.append(record)
        case "away":
          return Effect.fail(new AppendRefused({ detail: "switched off" }))
        case "full":
          return Effect.fail(new AppendRefused({ detail: "switched off", overloaded: true }))
        case "bug":
          return Effect.die(new Error(BUG))
        case "lost":
          return Effect.andThen(log.append(record), Effect.fail(new AppendUnknown({ detail: "switched off" })))
      }
    })
  return OrderLog.of({
    ...log,
    append,
    offer: (record, answered) => void Effect.runCallback(append(record), { onExit: answered }),
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
  const guarded = yield* whileStoreIsThere
  return OrderStatuses.of({
    admit: (requests, policy) => guarded(statuses.admit(requests, policy)),
    confirm: (claims) => guarded(statuses.confirm(claims)),
    release: (claims) => guarded(statuses.release(claims)),
    write: (records) => guarded(statuses.write(records)),
    read: (requestId) => guarded(statuses.read(requestId)),
    readAll: (requestIds) => guarded(statuses.readAll(requestIds))
  })
})

const faultyStore = Effect.gen(function*() {
  const store = yield* ItemStore
  const faults = yield* Faults
  const guarded = yield* whileStoreIsThere
  return ItemStore.of({
    ...store,
    fold: (request) => guarded(store.fold(request)),
    read: (partition, itemId) =>
      Effect.suspend(() =>
        faults.store === "damaged"
          ? Effect.fail(new ItemDamaged({ itemId, detail: "switched off" }))
          : guarded(store.read(partition, itemId))
      ),
    mark: (partition) => guarded(store.mark(partition)),
    isUp: Effect.suspend(() =>
      faults.store === "fine" || faults.store === "damaged" ? store.isUp : Effect.succeed(false)
    )
  })
})

/** Adapters that work until a test switches them off. */
export const layer = <E, R>(ports: Layer.Layer<Infra.Ports, E, R>): Layer.Layer<Infra.Ports | Faults, E, R> =>
  Layer.mergeAll(
    Layer.effect(OrderLog, faultyLog),
    Layer.effect(ItemStore, faultyStore),
    Layer.effect(OrderStatuses, faultyStatuses)
  ).pipe(
    Layer.provideMerge(ports),
    Layer.provideMerge(Layer.sync(Faults, (): Switches => ({ log: "fine", store: "fine" })))
  )
