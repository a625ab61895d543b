/**
 * The gateways and processors that run now, as each says of itself once a second. Nothing that an order needs depends
 * on it: a store that is away keeps no reports, and none is waited for.
 */
import { Context, Effect } from "effect"
import type { Instance, InstanceId } from "../instances/Instance.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** How long a report counts, in milliseconds, by the clock of the store: an instance that is killed is gone then. */
export const LIVES_MILLIS = 5_000
/** The most instances that are kept and listed; those that reported longest ago go first. */
export const MAX_INSTANCES = 200
/** The longest text of one report, in bytes. A longer one that is found in the store is passed over. */
export const MAX_REPORT_BYTES = 16_384

/** What an instance said last, and how long ago, in milliseconds by the clock of the store. */
export interface Report {
  readonly instance: Instance
  readonly ageMillis: number
}

export interface Service {
  /** Says how an instance is, in the place of what it said before. `StoreUnavailable`: it may or may not be there. */
  readonly report: (instance: Instance) => Effect.Effect<void, StoreUnavailable>
  /** Takes an instance out of the list: it stops. One that is not there is no error. */
  readonly withdraw: (id: InstanceId) => Effect.Effect<void, StoreUnavailable>
  /**
   * Those that have reported within `LIVES_MILLIS`, the latest report first, at most `MAX_INSTANCES`. What is no report
   * is passed over.
   */
  readonly list: Effect.Effect<ReadonlyArray<Report>, StoreUnavailable>
}

/** Without an adapter nothing is reported, and nobody is there. */
export const Instances = Context.Reference<Service>("@flash-sale/domain/ports/Instances", {
  defaultValue: () => ({ report: () => Effect.void, withdraw: () => Effect.void, list: Effect.succeed([]) })
})
