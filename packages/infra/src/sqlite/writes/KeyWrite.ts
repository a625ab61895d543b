/** Which request an idempotency key of the admin API belongs to: the first one that uses it. */
import { type KeyUse, REMEMBERED_MILLIS, useOf } from "@flash-sale/domain/ports/IdempotencyKeys"
import { Result } from "effect"
import { text } from "../database/Connection.ts"
import * as Write from "../database/writer/Write.ts"

/** Expired rows that one use deletes: more than it can add, so that they do not pile up. */
const EXPIRED_STEP = 100

const SWEEP = `
DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency WHERE expires <= ? LIMIT ${EXPIRED_STEP})`

/** A key that is used for a request; `now` as a `StatusClock` says it, in milliseconds. */
export interface KeyInput {
  readonly key: string
  readonly request: string
  readonly now: number
}

export const use = Write.define("keys.use", (connection, { key, now, request }: KeyInput): Result.Result<KeyUse> => {
  connection.run(SWEEP, now)
  const row = connection.get("SELECT request FROM idempotency WHERE key = ? AND expires > ?", key, now)
  if (row !== undefined) return Result.succeed(useOf(text(row, "request"), request))
  connection.run("INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?)", key, request, now + REMEMBERED_MILLIS)
  return Result.succeed("New")
})
