/** What every page of the console works with. */
import type { AdminCalls } from "../calls/AdminCalls.ts"
import type { Operator } from "../calls/Operator.ts"
import type { DoctorWatch } from "../live/DoctorWatch.ts"
import type { OverviewFeed } from "../live/OverviewFeed.ts"
import type { Change } from "./Change.ts"

export interface ConsoleContext {
  readonly calls: AdminCalls
  readonly operator: Operator
  readonly feed: OverviewFeed
  readonly doctor: DoctorWatch
  /** Shows what a change will do, asks once, and makes it. */
  readonly ask: (change: Change) => void
}
