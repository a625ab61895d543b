/** Who writes the embedded file: a connection in this thread, or one in a thread of its own. */
import { Effect } from "effect"
import * as WalOwner from "../checkpoints/WalOwner.ts"
import type { Connection } from "../Connection.ts"
import * as ExternalChanges from "../ExternalChanges.ts"
import type { Signals } from "../Signals.ts"
import * as Calls from "./Calls.ts"

export interface Writer extends WalOwner.WalOwner {
  /** Runs the calls in order, each once. One commit is asked for after the other. */
  readonly commit: (calls: ReadonlyArray<Calls.Call>) => Effect.Effect<Calls.Committed>
  /** Waited for before a commit is put together. */
  readonly gather: Effect.Effect<void>
  /** Wakes all that wait for a change when another process has made one. Never returns. */
  readonly watch: Effect.Effect<void>
}

/** Writes by a connection in this thread. */
export const here = (connection: Connection, signals: Signals): Writer => ({
  ...WalOwner.of(connection),
  commit: (calls) => Effect.sync(() => Calls.commit(connection, calls)),
  gather: Effect.void,
  watch: ExternalChanges.watch(connection, signals.wakeAll)
})
