/**
 * Whether the file takes writes: by the last one that failed, until another has succeeded. Where the file is damaged
 * none succeeds any more: see `DamageGuard.ts`.
 */
import { Effect, Exit } from "effect"
import type * as Connection from "./Connection.ts"
import type { Step, WriteError } from "./GroupCommit.ts"

export interface FileTrouble {
  /** Looks at the answers of one commit. */
  readonly note: (answers: ReadonlyArray<Exit.Exit<void, WriteError>>) => void
  /** The same of a read that failed. */
  readonly noteFailure: (detail: string) => void
  /** Why it takes no writes now; asks by a write that changes nothing, where the last one has failed. */
  readonly now: (write: (step: Step) => Effect.Effect<void, WriteError>) => Effect.Effect<string | undefined>
}

/** Writes the header as it is: nothing changes, and the file, the disk and the lock must let it. */
const probe: Step = {
  durable: false,
  run: (connection: Connection.Connection) => {
    const id = connection.get("PRAGMA application_id")?.["application_id"]
    connection.script(`PRAGMA application_id = ${Number(id)}`)
    return true
  }
}

export const make = (): FileTrouble => {
  let failure: string | undefined
  const noteFailure = (detail: string): void => {
    failure = detail
  }
  return {
    note: (answers) => {
      for (const answer of answers) {
        if (Exit.isFailure(answer)) {
          const error = Exit.findErrorOption(answer)
          if (error._tag === "Some") noteFailure(error.value.detail)
        }
      }
    },
    noteFailure,
    now: (write) =>
      Effect.suspend(() => {
        if (failure === undefined) return Effect.succeed(undefined)
        return Effect.match(write(probe), {
          onSuccess: () => {
            failure = undefined
            return undefined
          },
          onFailure: ({ detail }) => detail
        })
      })
  }
}
