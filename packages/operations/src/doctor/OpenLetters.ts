/** What is said of the dead letters that are open, of how many there are. */
import type { DeadLetterStats } from "@flash-sale/domain/ports/DeadLetters"
import * as Looked from "@flash-sale/infra/facts/Looked"
import { Clock, Effect } from "effect"
import type * as LogChecks from "./LogChecks.ts"

/** How many there are, and how old the oldest one is now. */
export const agedOf = (
  open: Looked.Looked<Pick<DeadLetterStats, "size" | "oldestAt">>
): Effect.Effect<LogChecks.LogFacts["letters"]> =>
  Effect.map(Clock.currentTimeMillis, (now) =>
    Looked.map(open, ({ oldestAt, size }) => ({
      size,
      oldestMillis: oldestAt === undefined ? undefined : now - oldestAt
    })))

/** How many of them are money that a shop owes. */
export const dueOf = (open: Looked.Looked<DeadLetterStats>): Looked.Looked<number> =>
  Looked.map(open, ({ byReason }) => byReason["Payment Without Order"])
