/** Reading one answer of the payment provider: a result, an answer that is of no use, or a rejection. */
import type { PaymentOutcome } from "@flash-sale/domain/records/Command"
import { Clock, Data, Effect, Option } from "effect"
import type { HttpClientResponse } from "effect/http"
import * as BoundedBody from "../http/client/BoundedBody.ts"
import * as PaymentWire from "./PaymentWire.ts"
import * as RetryAfter from "./RetryAfter.ts"

/** The most bytes of an answer that are read. */
export const MAX_ANSWER = 16 * 1024

/** 4xx that a later attempt may not get. */
const PASSING: ReadonlyArray<number> = [408, 409, 425, 429]
/** Answers that may say when to come again. */
const BUSY: ReadonlyArray<number> = [429, 503]

/** No usable answer: the request is to be repeated. */
export class Unanswered extends Data.TaggedError("Unanswered")<{
  readonly detail: string
  readonly retryAfterMillis?: number | undefined
}> {}

/** The provider rejected the request: repeating it would not help. */
export class Rejected extends Data.TaggedError("Rejected")<{ readonly status: number }> {}

const FAULTS = { TooLong: "its answer is too long", BrokenOff: "its answer broke off" } as const

const textOf = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<string, Unanswered> =>
  Effect.mapError(BoundedBody.text(response, MAX_ANSWER), (fault) => new Unanswered({ detail: FAULTS[fault] }))

/** The provider's result for this key; undefined where it answered 404. */
export const read = Effect.fnUntraced(function*(
  key: string,
  response: HttpClientResponse.HttpClientResponse
): Effect.fn.Return<PaymentOutcome | undefined, Unanswered | Rejected> {
  const { status } = response
  if (status >= 200 && status < 300) {
    const answer = PaymentWire.decodeAnswer(yield* textOf(response))
    if (Option.isNone(answer)) return yield* new Unanswered({ detail: "its answer cannot be understood" })
    if ((answer.value.key ?? key) !== key) return yield* new Unanswered({ detail: "it answered for another key" })
    return answer.value.result
  }
  yield* Effect.ignore(textOf(response))
  if (status === 404) return undefined
  if (status >= 500 || PASSING.includes(status)) {
    const now = yield* Clock.currentTimeMillis
    const retryAfterMillis = BUSY.includes(status) ? RetryAfter.read(response.headers["retry-after"], now) : undefined
    return yield* new Unanswered({ detail: `it answered ${status}`, retryAfterMillis })
  }
  return yield* new Rejected({ status })
})
