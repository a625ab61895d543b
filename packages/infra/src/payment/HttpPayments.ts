/**
 * A payment provider that is asked over HTTP, by the contract in docs/payments.md.
 *
 * **Details**: what gave no usable answer (no connection, a reset, no answer in time, 5xx, a body that cannot be
 * understood) is asked again under the same key, and is unknown when that was in vain; at once where the provider says
 * when to come again. A refusal (a redirect, or 4xx that will not pass by waiting) is never a declined payment: the
 * provider did not judge the charge, and an earlier attempt may have taken the money. Nor is it repeated here. Where it
 * is the request's own fault, the charge is refused; else it is us who are.
 *
 * **Gotchas**: nothing of a request, of a body or of a transport's error gets into an error or a log line: they may hold
 * the API key or a payment token.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import {
  type Charge,
  ChargeRejected,
  type PaymentError,
  PaymentProvider,
  PaymentUnknown
} from "@flash-sale/domain/ports/PaymentProvider"
import type { PaymentOutcome } from "@flash-sale/domain/records/Command"
import { Clock, Data, type Duration, Effect, Layer, Option, type Redacted, Schedule, Stream } from "effect"
import { HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
import * as PaymentWire from "./PaymentWire.ts"
import * as RetryAfter from "./RetryAfter.ts"

export interface HttpPaymentsOptions {
  /** The contract's paths are added to its path. */
  readonly url: URL
  readonly apiKey: Redacted.Redacted<string>
  /** How long one attempt may take, with its body. It is aborted then. */
  readonly timeout: Duration.Duration
}

/** How often one question is asked before its answer is unknown. With the default time-out that takes 7 s at the most. */
export const ATTEMPTS = 3
/** Connections to the provider; a request beyond them waits for one. As many as there are payments in flight. */
const MAX_CONNECTIONS = 1_000
/** Bytes of an answer that are read. */
export const MAX_ANSWER = 16 * 1024

/** 4xx that pass by waiting. */
const PASSING: ReadonlyArray<number> = [408, 409, 425, 429]
/** 4xx that find fault with this one request; any other says that none of ours would be taken. */
const OF_THE_CHARGE: ReadonlyArray<number> = [400, 402, 410, 413, 422, 451]
/** Answers that may say when to come again. */
const BUSY: ReadonlyArray<number> = [429, 503]

const askAgain = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("1 second")]))

/** To be asked again. */
class Unanswered extends Data.TaggedError("Unanswered")<{
  readonly detail: string
  readonly retryAfterMillis?: number | undefined
}> {}

/** Asking again will not help: the request itself was not taken. */
class Refused extends Data.TaggedError("Refused")<{ readonly status: number }> {}

/** The body's text. Reads to its end, so that the connection can be used again, but no further than is allowed. */
const textOf = (response: HttpClientResponse.HttpClientResponse): Effect.Effect<string, Unanswered> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return Stream.runForEach(response.stream, (chunk) => {
      chunks.push(chunk)
      size += chunk.length
      return size > MAX_ANSWER ? Effect.fail(new Unanswered({ detail: "its answer is too long" })) : Effect.void
    }).pipe(
      Effect.mapError((error) =>
        error._tag === "Unanswered" ? error : new Unanswered({ detail: "its answer broke off" })
      ),
      Effect.map(() => Buffer.concat(chunks).toString("utf8"))
    )
  })

/** What the provider said; undefined where it answered 404. */
const read = Effect.fnUntraced(function*(
  key: string,
  response: HttpClientResponse.HttpClientResponse
): Effect.fn.Return<PaymentOutcome | undefined, Unanswered | Refused> {
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
  return yield* new Refused({ status })
})

/** Not where the provider said when: who asks has other questions as well, and leaves it alone with all of them. */
const isToBeRepeated = (error: Unanswered | Refused): boolean =>
  error._tag === "Unanswered" && error.retryAfterMillis === undefined

const unknown = (key: string, { detail, retryAfterMillis }: Unanswered): PaymentUnknown =>
  retryAfterMillis === undefined
    ? new PaymentUnknown({ key, detail: `the payment provider was asked ${ATTEMPTS} times, and at last ${detail}` })
    : new PaymentUnknown({ key, detail: `the payment provider is busy: ${detail}`, retryAfterMillis })

const refused = (key: string, status: number): ChargeRejected =>
  OF_THE_CHARGE.includes(status)
    ? new ChargeRejected({ key, concerns: "charge", detail: `the payment provider refused the request with ${status}` })
    : new ChargeRejected({
      key,
      concerns: "us",
      detail: `the payment provider refuses our requests with ${status}: are PAYMENT_URL and PAYMENT_API_KEY right?`
    })

const make = Effect.fnUntraced(function*({ apiKey, timeout, url }: HttpPaymentsOptions) {
  const charges = `${url.origin}${url.pathname.replace(/\/+$/, "")}/charges`
  const client = (yield* HttpClient.HttpClient).pipe(
    HttpClient.mapRequest(HttpClientRequest.bearerToken(apiKey)),
    HttpClient.mapRequest(HttpClientRequest.acceptJson)
  )
  const ask = <A>(
    key: string,
    request: HttpClientRequest.HttpClientRequest,
    judge: (result: PaymentOutcome | undefined) => Effect.Effect<A, Unanswered | Refused>
  ): Effect.Effect<A, PaymentError> =>
    client.execute(HttpClientRequest.setHeader(request, "idempotency-key", PaymentWire.encodeKey(key))).pipe(
      Effect.mapError(() => new Unanswered({ detail: "it could not be reached, or closed the connection" })),
      Effect.flatMap((response) => read(key, response)),
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () => Effect.fail(new Unanswered({ detail: "it did not answer in time" }))
      }),
      Effect.flatMap(judge),
      Effect.retry({ schedule: askAgain, times: ATTEMPTS - 1, while: isToBeRepeated }),
      Effect.mapError((error) => error._tag === "Refused" ? refused(key, error.status) : unknown(key, error))
    )

  const unexpected = (result: PaymentOutcome | undefined) =>
    result === undefined
      ? Effect.fail(new Refused({ status: 404 }))
      : Effect.fail(new Unanswered({ detail: `it answered "${result}", which is no answer to that` }))

  return PaymentProvider.of({
    charge: Effect.fn("HttpPayments.charge")((charge: Charge) =>
      ask(
        charge.key,
        HttpClientRequest.post(charges).pipe(
          HttpClientRequest.bodyText(PaymentWire.encodeCharge(charge), "application/json")
        ),
        // A dead key keeps no money and never will: for whoever asks, that is a declined payment.
        (result) => result === undefined ? unexpected(result) : Effect.succeed(result === "paid" ? "paid" : "declined")
      )
    ),
    lookUp: Effect.fn("HttpPayments.lookUp")((key: string) =>
      ask(key, HttpClientRequest.get(`${charges}/${PaymentWire.encodeKey(key)}`), Effect.succeed)
    ),
    void: Effect.fn("HttpPayments.void")((key: string) =>
      ask(
        key,
        HttpClientRequest.post(`${charges}/${PaymentWire.encodeKey(key)}/void`),
        // What was declined keeps no money either.
        (result) => result === "voided" || result === "declined" ? Effect.void : unexpected(result)
      )
    )
  })
})

/** Connects when the first payment is asked for: it builds also while the provider is away. */
export const layer = (options: HttpPaymentsOptions): Layer.Layer<PaymentProvider> =>
  Layer.effect(PaymentProvider, make(options)).pipe(
    Layer.provide(NodeHttpClient.layerUndiciOptions({ connections: MAX_CONNECTIONS }))
  )
