/** How long the statuses of orders are kept. */
import { type Config, Duration } from "effect"
import * as Kind from "./Kind.ts"
import * as Variable from "./Variable.ts"

/** Shorter than a buyer takes to pay attention, an order would be gone before it is asked for. */
const MIN_RETENTION = Duration.minutes(1)
/** Every order of so long ago takes its bytes: docs/operations.md has the sum. */
const MAX_RETENTION = Duration.days(30)

export const StatusSettings = Variable.group({
  /** How long the final status of an order that held units is found. */
  retention: Variable.make("STATUS_RETENTION", Kind.duration(MIN_RETENTION, MAX_RETENTION), Duration.days(1))
})
export type StatusSettings = Config.Success<typeof StatusSettings>
