/** `GET /admin/v1/me` and `GET /admin/v1/keys`. */
import type { KeyInfo } from "@flash-sale/domain/access/ApiKey"
import type { KeyView } from "@flash-sale/domain/api/admin/access/AdminAccess"
import { CurrentOperator } from "@flash-sale/domain/api/admin/Operators"
import { Callers } from "@flash-sale/domain/ports/Callers"
import * as Moment from "@flash-sale/domain/records/Moment"
import * as KeyState from "@flash-sale/operations/doctor/keys/KeyState"
import { Clock, Effect } from "effect"

const viewOf = ({ expiresAt, name, scopes }: KeyInfo, now: number): typeof KeyView.Type => ({
  name,
  scopes,
  ...(Number.isFinite(expiresAt) ? { expires_at: Moment.isoOf(expiresAt) } : {}),
  state: KeyState.of(expiresAt, now)
})

/** The key that this request carries. */
export const me = Effect.gen(function*() {
  const { key } = yield* CurrentOperator
  return viewOf(key, yield* Clock.currentTimeMillis)
})

export const list = Effect.gen(function*() {
  const callers = yield* Callers
  const now = yield* Clock.currentTimeMillis
  return { keys: callers.keys().map((key) => viewOf(key, now)) }
})
