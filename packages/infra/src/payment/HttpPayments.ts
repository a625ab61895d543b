/**
 * A payment provider over HTTP, by the contract in docs/payments.md. Decision 0010.
 *
 * **Details**: a request without a usable answer (no connection, a reset, no answer in time, 5xx, a body that cannot be
 * understood) is repeated under the same key, and is unknown after the last attempt; at once where the provider says
 * when to come again. A rejection (a redirect, or 4xx that waiting does not change) is never a declined payment: the
 * provider did not judge the charge, and an earlier attempt may have taken the money. It is not repeated here. It
 * concerns the charge where the request itself is at fault, and else us: our address or our key.
 *
 * **Gotchas**: no part of a request, of a body or of a transport's error gets into an error or a log line: they may
 * hold the API key or a payment token.
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
import { type Duration, Effect, Layer, type Redacted, Schedule } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import * as PaymentWire from "./PaymentWire.ts"
import * as ProviderAnswer from "./ProviderAnswer.ts"

export interface HttpPaymentsOptions {
  /** The contract's paths are added to its path. */
  readonly url: URL
  readonly apiKey: Redacted.Redacted<string>
  /** How long one attempt may take, with its body. It is aborted then. */
  readonly timeout: Duration.Duration
}

/** Attempts at one request before its answer is unknown. With the default time-out they take 7 s at the most. */
export const ATTEMPTS = 3
/** Connections to the provider; a request beyond them waits for one. As many as there are payments in flight. */
const MAX_CONNECTIONS = 1_000
/** 4xx that reject this one charge; any other says that the provider would take none of our requests. */
const OF_THE_CHARGE: ReadonlyArray<number> = [400, 402, 410, 413, 422, 451]

const askAgain = Schedule.jittered(Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("1 second")]))

/** Not where the provider said when to come again: the caller then holds back all its requests until then. */
const isToBeRepeated = (error: ProviderAnswer.Unanswered | ProviderAnswer.Rejected): boolean =>
  error._tag === "Unanswered" && error.retryAfterMillis === undefined

const unknown = (key: string, { detail, retryAfterMillis }: ProviderAnswer.Unanswered): PaymentUnknown =>
  retryAfterMillis === undefined
    ? new PaymentUnknown({ key, detail: `the payment provider was asked ${ATTEMPTS} times, and at last ${detail}` })
    : new PaymentUnknown({ key, detail: `the payment provider is busy: ${detail}`, retryAfterMillis })

const rejected = (key: string, status: number): ChargeRejected =>
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
    judge: (result: PaymentOutcome | undefined) => Effect.Effect<A, ProviderAnswer.Unanswered | ProviderAnswer.Rejected>
  ): Effect.Effect<A, PaymentError> =>
    client.execute(HttpClientRequest.setHeader(request, "idempotency-key", PaymentWire.encodeKey(key))).pipe(
      Effect.mapError(() =>
        new ProviderAnswer.Unanswered({ detail: "it could not be reached, or closed the connection" })
      ),
      Effect.flatMap((response) => ProviderAnswer.read(key, response)),
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () => Effect.fail(new ProviderAnswer.Unanswered({ detail: "it did not answer in time" }))
      }),
      Effect.flatMap(judge),
      Effect.retry({ schedule: askAgain, times: ATTEMPTS - 1, while: isToBeRepeated }),
      Effect.mapError((error) => error._tag === "Rejected" ? rejected(key, error.status) : unknown(key, error))
    )

  const unexpected = (result: PaymentOutcome | undefined) =>
    result === undefined
      ? Effect.fail(new ProviderAnswer.Rejected({ status: 404 }))
      : Effect.fail(new ProviderAnswer.Unanswered({ detail: `it answered "${result}", which is no answer to that` }))

  return PaymentProvider.of({
    charge: Effect.fn("HttpPayments.charge")((charge: Charge) =>
      ask(
        charge.key,
        HttpClientRequest.post(charges).pipe(
          HttpClientRequest.bodyText(PaymentWire.encodeCharge(charge), "application/json")
        ),
        // A dead key keeps no money and never will: to the caller that is a declined payment.
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
        // A declined charge keeps no money either.
        (result) => result === "voided" || result === "declined" ? Effect.void : unexpected(result)
      )
    )
  })
})

/** Connects at the first request, so it builds also while the provider is away. */
export const layer = (options: HttpPaymentsOptions): Layer.Layer<PaymentProvider> =>
  Layer.effect(PaymentProvider, make(options)).pipe(
    Layer.provide(NodeHttpClient.layerUndiciOptions({ connections: MAX_CONNECTIONS }))
  )
