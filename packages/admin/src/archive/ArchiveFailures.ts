/** What goes wrong with the archive, as the API answers it; and how long a question to it may take. */
import type { Unavailable } from "@flash-sale/domain/api/Errors"
import { NoArchive } from "@flash-sale/domain/api/lists/ArchiveErrors"
import type { ArchiveError } from "@flash-sale/domain/ports/Archive"
import { refuse } from "@flash-sale/gateway/request/RequestContext"
import { Effect } from "effect"
import * as Failures from "../request/Failures.ts"

export const noArchive = refuse((correlationId) => new NoArchive({ correlation_id: correlationId }))

/** The answer, in time: else 503. Other errors are the endpoint's own. */
export const bounded = <A, E, R>(question: Effect.Effect<A, E | ArchiveError, R>) =>
  Failures.bounded(question).pipe(
    (effect) =>
      Effect.catchTags(effect as Effect.Effect<A, ArchiveError, R>, {
        NoArchive: () => noArchive,
        ArchiveUnavailable: () => Failures.unavailable("store_unavailable")
      }) as Effect.Effect<A, Exclude<E, ArchiveError> | NoArchive | Unavailable, R>
  )
