/** Who makes calls on a connection to the archive's file. They are answered in the order in which they are made. */
import { Effect } from "effect"
import type { Row } from "../sql/Session.ts"
import * as FileCall from "./FileCall.ts"

/** What a call has thrown. */
export class Thrown {
  readonly error: unknown
  constructor(error: unknown) {
    this.error = error
  }
}

/** The thread of a connection has ended, or could not begin. What was under way in it is undone. */
export class ThreadEnded extends Error {
  constructor(why: string) {
    super(`the thread that writes the archive's file ${why}`)
  }
}

export interface Caller {
  readonly make: (call: FileCall.Call) => Effect.Effect<ReadonlyArray<Row>, Thrown>
  /** Lists of parameters that one call has at the most. */
  readonly maxLists: number
}

export const attempt = <A>(f: () => A): Effect.Effect<A, Thrown> =>
  Effect.try({ try: f, catch: (error) => new Thrown(error) })

/** Lists of parameters that this thread takes at once: some milliseconds, for which others wait. */
const MAX_LISTS = 50

/** Makes the calls in this thread. */
export const here = (file: FileCall.OpenFile): Caller => ({
  make: (call) => attempt(() => FileCall.answer(file, call)),
  maxLists: MAX_LISTS
})
