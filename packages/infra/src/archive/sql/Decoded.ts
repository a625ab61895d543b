/** Reading rows: one that nobody can read is an archive that does not answer, and says why. */
import { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect } from "effect"
import { messageOf } from "../../errors/MessageOf.ts"

export const decoded = <A>(read: () => A): Effect.Effect<A, ArchiveUnavailable> =>
  Effect.try({ try: read, catch: (error) => new ArchiveUnavailable({ detail: messageOf(error) }) })
