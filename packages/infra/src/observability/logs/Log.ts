/** Log lines. Each names its event, out of a closed set. */
import { type Cause, Effect } from "effect"
import type { Attributes } from "../Attributes.ts"

/** Annotates every line of an effect. */
export const about = (attributes: Partial<Attributes>) => Effect.annotateLogs({ ...attributes })

type LogLine = (message: string, attributes: Attributes, cause?: Cause.Cause<unknown>) => Effect.Effect<void>

const at =
  (log: (...message: ReadonlyArray<unknown>) => Effect.Effect<void>): LogLine => (message, attributes, cause) =>
    about(attributes)(cause === undefined ? log(message) : log(message, cause))

export const debug: LogLine = at(Effect.logDebug)
export const info: LogLine = at(Effect.logInfo)
/** For an operator to know: nothing needs to be done now. */
export const warn: LogLine = at(Effect.logWarning)
/** For an operator to act on. */
export const error: LogLine = at(Effect.logError)
