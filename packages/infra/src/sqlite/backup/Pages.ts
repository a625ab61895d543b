/** Whether every page of the embedded file is what SQLite has written. What is lost of the log is another matter. */
import { Effect } from "effect"
import { statSync } from "node:fs"
import { messageOf } from "../../errors/MessageOf.ts"
import * as Connection from "../database/Connection.ts"
import * as OpenFile from "../database/OpenFile.ts"
import * as ResultCode from "../database/ResultCode.ts"

/** The first thing that is wrong, in a line; undefined where nothing is. */
const damageIn = (path: string): string | undefined => {
  // What is gone or empty has no page: that is a loss.
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return undefined
  const connection = Connection.open(path, Connection.BUSY_TIMEOUT_MILLIS, true)
  try {
    const found = String(connection.get("PRAGMA quick_check(1)")?.["quick_check"])
    return found === "ok" ? undefined : found.replace(/^\*+ in database main \*+\s+/, "").replace(/\s+/g, " ")
  } finally {
    connection.close()
  }
}

/** Fails where one is damaged, and says what helps. Reads the whole file; may be asked beside an engine. */
export const verify = Effect.fnUntraced(function*(folder: string): Effect.fn.Return<void, OpenFile.CannotOpen> {
  yield* OpenFile.requireEngine(folder)
  const path = OpenFile.pathIn(folder)
  const wrong = yield* Effect.try({
    try: () => damageIn(path),
    catch: (error) => new OpenFile.CannotOpen({ path, detail: ResultCode.operatingError(error) ?? messageOf(error) })
  })
  if (wrong === undefined) return
  return yield* new OpenFile.CannotOpen({
    path,
    detail: `it is corrupt (${wrong}), and no log that is accepted mends that; ${ResultCode.REMEDY}`
  })
})
