/**
 * Refusals as they are written on the hot routes. Pure. Statuses and bodies are declared in `domain/api/Errors.ts`;
 * `request/Refusals.ts` makes the refusals.
 */
import * as AccessErrors from "@flash-sale/domain/api/AccessErrors"
import * as Errors from "@flash-sale/domain/api/Errors"
import type { CorrelationId } from "@flash-sale/domain/records/Ids"
import { type Schema, SchemaAST } from "effect"
import * as AccessRefusals from "../access/AccessRefusals.ts"
import type { Refusal } from "../request/Refusals.ts"
import type { Answer } from "./Answer.ts"

/** All that is answered on a hot route and is no success. */
type Refused = Refusal | Errors.UnknownOrder | Errors.InternalError

interface Declared extends Schema.Top {
  readonly fields: Readonly<Record<string, unknown>>
}

/**
 * How a kind of refusal is written: its fields as they are, in the order of the schema. Every refusal is made of plain
 * values, and a flood of them is written, which encoding by the schema would make ten times as dear.
 */
const writer = ({ ast, fields }: Declared) => {
  const names = Object.keys(fields)
  return {
    status: Number(SchemaAST.resolve(ast)?.["httpApiStatus"]),
    write: (error: object): string => {
      const body: Record<string, unknown> = {}
      for (const name of names) body[name] = error[name as keyof typeof error]
      return JSON.stringify(body)
    }
  }
}

const writers: Readonly<Record<Refused["_tag"], ReturnType<typeof writer>>> = {
  InvalidRequest: writer(Errors.InvalidRequest),
  SaleClosed: writer(Errors.SaleClosed),
  LimitReached: writer(Errors.LimitReached),
  UnknownItem: writer(Errors.UnknownItem),
  UnknownOrder: writer(Errors.UnknownOrder),
  DuplicateRequest: writer(Errors.DuplicateRequest),
  SoldOut: writer(Errors.SoldOut),
  RequestIdReused: writer(Errors.RequestIdReused),
  RateLimited: writer(Errors.RateLimited),
  Unavailable: writer(Errors.Unavailable),
  Unauthenticated: writer(AccessErrors.Unauthenticated),
  MissingScope: writer(AccessErrors.MissingScope),
  TokenMismatch: writer(AccessErrors.TokenMismatch),
  TooManyFailures: writer(AccessErrors.TooManyFailures),
  QuotaExceeded: writer(AccessErrors.QuotaExceeded),
  InternalError: writer(Errors.InternalError)
}

/** The headers that a refusal has beside its body: `Retry-After`, where it has a time; `WWW-Authenticate` of a 401. */
export const headersOf = (refusal: object): Readonly<Record<string, string>> => {
  if (refusal instanceof AccessErrors.Unauthenticated) {
    return { "www-authenticate": AccessRefusals.challengeOf(refusal) }
  }
  return "retry_after_seconds" in refusal && refusal.retry_after_seconds !== undefined
    ? { "retry-after": String(refusal.retry_after_seconds) }
    : {}
}

/** `fields` are further headers: those of the rate limit, where it was looked up. */
export const refused = (refusal: Refused, fields?: object): Answer => {
  const { status, write } = writers[refusal._tag]
  return { status, headers: Object.entries({ ...headersOf(refusal), ...fields }).flat(), body: write(refusal) }
}

/** The answer for a bug: it says nothing about it. The log says everything. */
export const bug = (correlation_id: CorrelationId): Answer =>
  refused(new Errors.InternalError({ retryable: true, correlation_id }))
