/** `Idempotency-Key`: a request that is sent again under its key counts once. Decision 0042. */
import { IdempotencyKeyReused } from "@flash-sale/domain/api/admin/AdminErrors"
import { CurrentOperator } from "@flash-sale/domain/api/admin/Operators"
import type { Unavailable } from "@flash-sale/domain/api/Errors"
import { IdempotencyKeys } from "@flash-sale/domain/ports/IdempotencyKeys"
import { CommandId } from "@flash-sale/domain/records/Command"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import * as Failures from "./Failures.ts"

/** Parts are told apart whatever is in them. 43 letters, digits, `-` and `_`. */
const digest = (...parts: ReadonlyArray<unknown>): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url")

/** A request under a key. */
export interface Keyed {
  /** The same for every repetition of the request under its key, in every process: the fold counts it once. */
  readonly command: CommandId
  /** Whether the key was sent before. */
  readonly repeated: boolean
}

/**
 * Looks at the key of a request, which is described by `request`: undefined where it has none. Fails where the key
 * belongs to another request, and where nobody can tell. Keys of different operators have nothing to do with each
 * other.
 *
 * **Details**: the command's id is made of the request as well. Once a key is forgotten, another request under it is
 * therefore a change of its own, and not one that the fold takes for a repetition.
 */
export const look = Effect.fnUntraced(function*(
  key: string | undefined,
  request: ReadonlyArray<unknown>
): Effect.fn.Return<Keyed | undefined, IdempotencyKeyReused | Unavailable, CurrentOperator | IdempotencyKeys> {
  if (key === undefined) return undefined
  const { name } = yield* CurrentOperator
  const keys = yield* IdempotencyKeys
  const asked = digest(...request)
  const use = yield* Failures.answered(Failures.bounded(keys.use(digest(name, key), asked)))
  if (use === "Other") {
    const { correlationId } = yield* RequestContext
    return yield* new IdempotencyKeyReused({ correlation_id: correlationId })
  }
  return { command: CommandId.make(digest(name, key, asked)), repeated: use === "Same" }
})
