/** Who makes calls of a connection to the archive's file, one after the other, each answered before the next. */
import { Effect } from "effect"
import type { Connection } from "../../sqlite/database/Connection.ts"
import type { Row } from "../sql/Session.ts"
import * as FileCall from "./FileCall.ts"

/** What a call has thrown. */
export class Thrown {
  readonly error: unknown
  constructor(error: unknown) {
    this.error = error
  }
}

export interface Caller {
  readonly make: (call: FileCall.Call) => Effect.Effect<ReadonlyArray<Row>, Thrown>
  /** Lists of parameters that one call has at the most. */
  readonly most: number
}

export const attempt = <A>(f: () => A): Effect.Effect<A, Thrown> =>
  Effect.try({ try: f, catch: (error) => new Thrown(error) })

/** Lists of parameters that this thread takes at once: some milliseconds, for which others wait. */
const MOST_HERE = 50

/** Calls of a connection of this thread. */
export const here = (connection: Connection): Caller => ({
  make: (call) => attempt(() => FileCall.answer(connection, call)),
  most: MOST_HERE
})
