/** Deletes events that the log does not explain any more, page by page, each in a transaction of its own. */
import type { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect } from "effect"
import type { ArchiveDatabase } from "../sql/Session.ts"
import type { Arguments, Page, Place, Told } from "./ToldRows.ts"
import * as UnexplainedCounts from "./UnexplainedCounts.ts"
import * as UnexplainedEntries from "./UnexplainedEntries.ts"

/** Events that are looked at in one transaction. */
const PAGE = 1_000

const removeFrom = Effect.fnUntraced(function*(database: ArchiveDatabase, told: Told, limit: number, args: Arguments) {
  const [, { from }] = args
  let deleted = 0
  let after: Place | undefined = { sequence: from, key: told.first }
  while (after !== undefined && deleted < limit) {
    const page: Page = { after, size: PAGE, room: limit - deleted }
    const done = yield* database.write((session) => told.remove(session, page, args))
    deleted += done.deleted
    after = done.end
  }
  return deleted
})

export const remove = (
  database: ArchiveDatabase,
  ...args: Arguments
): Effect.Effect<number, ArchiveUnavailable> =>
  Effect.gen(function*() {
    const [, , , limit] = args
    const entries = yield* removeFrom(database, UnexplainedEntries.told, limit, args)
    return entries + (yield* removeFrom(database, UnexplainedCounts.told, limit - entries, args))
  })
