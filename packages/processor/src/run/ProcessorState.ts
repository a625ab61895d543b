/** What the processor's health is made of, beside its log and store. */
import type { ItemId } from "@flash-sale/domain/records/Ids"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import type { HaltCode } from "@flash-sale/domain/recovery/RecoveryPlan"
import * as Log from "@flash-sale/infra/observability/logs/Log"
import * as EngineMetrics from "@flash-sale/infra/observability/metrics/EngineMetrics"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import { Context, Effect, Layer } from "effect"
import * as MissingKeys from "./MissingKeys.ts"

/** How a partition's worker is doing. */
export type WorkerState =
  | {
    readonly _tag: "Recovering"
    readonly from: number
    readonly until: number
    /** How far it has come: everything before this offset is folded. */
    readonly at: () => number
  }
  | { readonly _tag: "Running" }
  | { readonly _tag: "Waiting"; readonly why: string }
  /** The log and the store do not fit: nothing is folded until an operator acts. */
  | { readonly _tag: "Halted"; readonly code: HaltCode; readonly why: string }

/** Who holds charges back: the provider, which refuses us, or the keys, where the one of a payment token is missing. */
export type PaymentHolder = "provider" | "keys"

export interface StoppedItem {
  readonly partition: PartitionId
  readonly detail: string
}

export class ProcessorState extends Context.Service<ProcessorState, {
  /** Sets the state of an owned partition; undefined when it is released. Logs one line for each change. */
  readonly set: (partition: PartitionId, state: WorkerState | undefined) => Effect.Effect<void>
  readonly stopItem: (partition: PartitionId, itemId: ItemId, detail: string) => Effect.Effect<void>
  /** A worker starts anew: the items that it had stopped are tried again. */
  readonly clearItems: (partition: PartitionId) => Effect.Effect<void>
  /** Charges are held back by one of the holders, and why; undefined when they go on for all that it knows. */
  readonly holdPayments: (by: PaymentHolder, why: string | undefined) => Effect.Effect<void>
  /** The charges that wait for a key of payment tokens: they are held back by the keys. */
  readonly missingKeys: MissingKeys.MissingKeys
  /** The reasons of all who hold charges back. */
  readonly paymentsHeld: () => ReadonlyArray<string>
  readonly workers: () => ReadonlyMap<PartitionId, WorkerState>
  readonly stoppedItems: () => ReadonlyMap<ItemId, StoppedItem>
}>()("@flash-sale/processor/run/ProcessorState") {}

const describe = (state: WorkerState | undefined): string => {
  switch (state?._tag) {
    case undefined:
      return "released, for the next processor or the next start"
    case "Recovering":
      return `folding the log from ${state.from} to ${state.until}`
    case "Running":
      return "running"
    case "Waiting":
      return `waiting: ${state.why}`
    case "Halted":
      return `halted, ${state.code}: ${state.why}`
  }
}

/** Whether it is idle for a reason whose words change with each attempt, as the log grows meanwhile. */
const isIdle = (state: WorkerState | undefined): boolean => state?._tag === "Waiting" || state?._tag === "Halted"

const GO_ON: Readonly<Record<PaymentHolder, string>> = {
  provider: "Payments resumed",
  keys: "No payment waits for a key any more"
}

/** The gauges of what is owned and how it goes. */
const gauge = (
  workers: ReadonlyMap<PartitionId, WorkerState>,
  stopped: ReadonlyMap<ItemId, StoppedItem>,
  context: Context.Context<never>
): void => {
  const counts = { Running: 0, Recovering: 0, Waiting: 0, Halted: 0 }
  for (const { _tag } of workers.values()) counts[_tag]++
  EngineMetrics.partitionsIn("running").updateUnsafe(counts.Running, context)
  EngineMetrics.partitionsIn("recovering").updateUnsafe(counts.Recovering, context)
  EngineMetrics.partitionsIn("waiting").updateUnsafe(counts.Waiting, context)
  EngineMetrics.partitionsIn("refusing").updateUnsafe(counts.Halted, context)
  EngineMetrics.itemsStopped.updateUnsafe(stopped.size, context)
}

export const layer: Layer.Layer<ProcessorState> = Layer.effect(
  ProcessorState,
  Effect.contextWith((context: Context.Context<never>) => Effect.sync(() => make(context)))
)

const make = (context: Context.Context<never>): ProcessorState["Service"] => {
  const workers = new Map<PartitionId, WorkerState>()
  const stopped = new Map<ItemId, StoppedItem>()
  const held = new Map<PaymentHolder, string>()
  const holdPayments = (by: PaymentHolder, why: string | undefined) =>
    Effect.suspend(() => {
      if (why === undefined) held.delete(by)
      else held.set(by, why)
      Metrics.paymentsHeldBack.updateUnsafe(held.size === 0 ? 0 : 1, context)
      return why === undefined
        ? Log.info(GO_ON[by], { event: "payments_go_on" })
        : Log.error(`Payments are held back, and no order fails for it: ${why}`, { event: "payments_held_back" })
    })
  return {
    set: (partition, state) =>
      Effect.suspend(() => {
        const before = workers.get(partition)
        if (state === undefined) {
          workers.delete(partition)
          EngineMetrics.forgetPartition(partition, context)
          Metrics.forgetInventory(partition, context)
        } else workers.set(partition, state)
        gauge(workers, stopped, context)
        // Each attempt to go on may fail in words of its own: that it waits or refuses is logged once.
        if (describe(before) === describe(state)) return Effect.void
        if (before?._tag === state?._tag && isIdle(state)) return Effect.void
        const line = `Partition ${partition}: ${describe(state)}`
        const log = state?._tag === "Halted" ? Log.error : state?._tag === "Waiting" ? Log.warn : Log.info
        return log(line, {
          event: "partition_state",
          partition,
          ...(state?._tag === "Halted" ? { reason: state.code } : {})
        })
      }),
    stopItem: (partition, itemId, detail) =>
      Effect.suspend(() => {
        stopped.set(itemId, { partition, detail })
        gauge(workers, stopped, context)
        return Log.error(`Item ${itemId} is stopped, others go on: ${detail}`, {
          event: "item_stopped",
          item_id: itemId
        })
      }),
    clearItems: (partition) =>
      Effect.sync(() => {
        for (const [itemId, item] of stopped) if (item.partition === partition) stopped.delete(itemId)
        gauge(workers, stopped, context)
      }),
    holdPayments,
    missingKeys: MissingKeys.make((why) => holdPayments("keys", why)),
    paymentsHeld: () => [...held.values()],
    workers: () => workers,
    stoppedItems: () => stopped
  }
}
