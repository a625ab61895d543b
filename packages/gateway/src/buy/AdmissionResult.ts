/** How the admission of one order ends. */
import type { Exit } from "effect"
import type { Refusal } from "../request/Refusals.ts"

/** An order that is durable in the log. */
export interface Placed {
  /** How long it may take until it is decided, in milliseconds; 0 where nobody knows. */
  readonly waitMillis: number
  /** How many more orders its user may send in this window. */
  readonly remaining: number
}

/** Hears once what became of an order. */
export type Answered = (answer: Exit.Exit<Placed, Refusal>) => void
