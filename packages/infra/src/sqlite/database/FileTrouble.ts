/**
 * Whether the file takes writes: by the last one that failed, until another has succeeded, and by how long one is under
 * way. Where the file is damaged none succeeds any more: see `DamageGuard.ts`.
 */
import { Effect, Exit, Option, Result } from "effect"
import * as Monotonic from "../../time/Monotonic.ts"
import type { WriteError } from "./GroupCommit.ts"
import * as Write from "./writer/Write.ts"

/** How long a commit may take before the file counts as away, in milliseconds: a disk may give no answer at all. */
export const SILENT_MILLIS = 5_000
const SILENT = `the disk has not answered a write for ${SILENT_MILLIS / 1_000} seconds`

export interface FileTrouble {
  /** Runs one commit. */
  readonly around: <A>(commit: Effect.Effect<A>) => Effect.Effect<A>
  /** Looks at the answers of one commit. */
  readonly note: (answers: ReadonlyArray<Exit.Exit<unknown, WriteError>>) => void
  /** The same of a read that failed. */
  readonly noteFailure: (detail: string) => void
  /** Why it takes no writes now; asks by `probe`, where the last one has failed. */
  readonly now: (probing: Effect.Effect<void, WriteError>) => Effect.Effect<string | undefined>
}

/** Writes the header as it is: nothing changes, and the file, the disk and the lock must let it. */
export const probe = Write.define("file.probe", (connection): Result.Result<void> => {
  const id = connection.get("PRAGMA application_id")?.["application_id"]
  connection.script(`PRAGMA application_id = ${Number(id)}`)
  return Result.void
})

export const make: Effect.Effect<FileTrouble> = Effect.map(Monotonic.reader, (monotonic): FileTrouble => {
  let failure: string | undefined
  /** Since when a commit is under way. */
  let since: number | undefined
  const isSilent = (): boolean => since !== undefined && monotonic() - since >= SILENT_MILLIS
  const noteFailure = (detail: string): void => {
    failure = detail
  }
  return {
    around: (commit) =>
      Effect.suspend(() => {
        since = monotonic()
        return Effect.ensuring(commit, Effect.sync(() => void (since = undefined)))
      }),
    note: (answers) => {
      for (const answer of answers) {
        if (Exit.isFailure(answer)) {
          const error = Exit.findErrorOption(answer)
          if (error._tag === "Some") noteFailure(error.value.detail)
        }
      }
    },
    noteFailure,
    now: (probing) =>
      Effect.suspend(() => {
        if (isSilent()) return Effect.succeed(SILENT)
        if (failure === undefined) return Effect.undefined
        return Effect.match(Effect.timeoutOption(probing, SILENT_MILLIS), {
          onSuccess: (answered) => {
            if (Option.isNone(answered)) return SILENT
            failure = undefined
            return undefined
          },
          onFailure: ({ detail }) => detail
        })
      })
  }
})
