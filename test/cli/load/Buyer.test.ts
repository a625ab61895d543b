import { expect, it } from "@effect/vitest"
import * as Buyer from "@flash-sale/cli/load/Buyer"
import type { Action } from "@flash-sale/cli/load/Steps"
import type { ActionAnswer, Answer } from "@flash-sale/cli/load/Tally"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { PaymentToken } from "@flash-sale/domain/records/token/PaymentToken"
import { Effect, Redacted, type Scope } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { describe } from "vitest"

const order = {
  requestId: RequestId.make("r-1"),
  userId: UserId.make("u-1"),
  itemId: ItemId.make("a"),
  amount: 1
}

const refusal = { correlation_id: "c-1", retryable: false }
/** Answers of a gateway, by their status. */
const bodies: Readonly<Record<number, object>> = {
  202: {
    status: "Order Queued",
    request_id: "r-1",
    correlation_id: "c-1",
    processing_time_ms: 1,
    estimated_wait_ms: 0
  },
  400: { ...refusal, error: "Validation failed", code: "validation_failed", errors: [] },
  403: { ...refusal, error: "Limit per buyer reached", code: "limit" },
  404: { ...refusal, error: "Unknown item", code: "unknown_item" },
  409: { ...refusal, error: "Duplicate Request Detected", code: "duplicate_request", order_status: "PENDING" },
  410: { ...refusal, retryable: true, error: "Sold out", code: "sold_out" },
  429: {
    ...refusal,
    retryable: true,
    error: "Rate limit exceeded",
    code: "rate_limited",
    retry_after_seconds: 1,
    remaining_requests: 0
  },
  503: {
    ...refusal,
    retryable: true,
    error: "Service temporarily unavailable",
    code: "overloaded",
    retry_after_seconds: 1
  }
}
const headers = {
  "content-type": "application/json",
  location: "/orders/r-1",
  "ratelimit-policy": "\"user\";q=60;w=60",
  ratelimit: "\"user\";r=59"
}
const codeOf = (status: number): string => String((bodies[status] as { readonly code?: string }).code)

type Script = ReadonlyArray<number | "reset" | object>

/** What was asked of the gateway. */
interface Asked {
  readonly what: string
  readonly body: unknown
  readonly authorization: string | undefined
}

const standing = (status: string) => ({
  request_id: "r-1",
  item_id: "a",
  amount: 1,
  status,
  attempt: 1,
  correlation_id: "c-1",
  updated_at: "2026-11-27T10:00:00.405Z"
})
const queued = (status: string) => ({ status, request_id: "r-1", correlation_id: "c-1", processing_time_ms: 1 })
const conflict = (code: string, more: object = {}) => ({
  ...refusal,
  error: "The order does not allow this",
  code,
  order_status: "EXPIRED",
  ...more
})

const answer = (response: ServerResponse, step: number | object): void => {
  const [status, body] = typeof step === "number"
    ? [step, bodies[step] ?? {}]
    : "order_status" in step
    ? [409, step]
    : ["updated_at" in step ? 200 : 202, step]
  response.writeHead(status, headers).end(JSON.stringify(body))
}

/** A gateway that answers by a script, then 500; and what it was asked. */
const gateway = (script: Script) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: URL; readonly seen: ReadonlyArray<Asked>; readonly close: () => void }>(
      (resume) => {
        const seen: Array<Asked> = []
        const server = createServer((request: IncomingMessage, response: ServerResponse) => {
          const chunks: Array<Buffer> = []
          request.on("data", (chunk: Buffer) => chunks.push(chunk))
          request.on("end", () => {
            const step = script[seen.length] ?? 500
            const text = Buffer.concat(chunks).toString()
            seen.push({
              what: `${request.method} ${request.url}`,
              body: text === "" ? undefined : JSON.parse(text),
              authorization: request.headers.authorization
            })
            if (step === "reset") request.socket.destroy()
            else answer(response, step)
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          if (address === null || typeof address === "string") throw new Error("no port")
          resume(Effect.succeed({
            url: new URL(`http://127.0.0.1:${address.port}`),
            seen,
            close: () => {
              server.close()
              server.closeAllConnections()
            }
          }))
        })
      }
    ),
    ({ close }) => Effect.sync(close)
  )

const BODY = { request_id: "r-1", user_id: "u-1", item_id: "a", amount: 1 }

const bought = (
  script: Script
): Effect.Effect<{ readonly answer: Answer; readonly retries: ReadonlyArray<string> }, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { seen, url } = yield* gateway(script)
    const buyers = yield* Buyer.make(url, undefined)
    const retries: Array<string> = []
    const answer = yield* buyers.order(order, { _tag: "Buy" }, (why) => retries.push(why))
    expect(seen).toEqual(script.map(() => ({ what: "POST /buy", body: BODY, authorization: undefined })))
    return { answer, retries }
  })

/** How the action ended, and what was asked for that, with the bodies. */
const acted = (action: Action, script: Script) =>
  Effect.gen(function*() {
    const { seen, url } = yield* gateway(script)
    const buyers = yield* Buyer.make(url, Redacted.make("fs_shop_1"))
    const retries: Array<string> = []
    const answer: ActionAnswer = yield* buyers.act(order, action, (why) => retries.push(why))
    expect(new Set(seen.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer fs_shop_1"]))
    return { answer, retries, seen: seen.map(({ body, what }) => body === undefined ? what : [what, body]) }
  })

const paid: Action = { _tag: "Paid", reference: PaymentReference.make("ref-1") }
const LOOK = "GET /orders/r-1"
const PAID = ["POST /orders/r-1/paid", { reference: "ref-1" }]

describe("Buyer", () => {
  it.live("a buyer takes a first answer", () =>
    Effect.gen(function*() {
      expect(yield* bought([202])).toEqual({ answer: { _tag: "Accepted" }, retries: [] })
      for (const status of [400, 403, 404, 409, 410, 429]) {
        expect(yield* bought([status])).toEqual({ answer: { _tag: "Refused", code: codeOf(status) }, retries: [] })
      }
      for (const status of [418, 500]) {
        const answer = { _tag: "Refused", code: `undefined answer ${status}` }
        expect(yield* bought([status])).toEqual({ answer, retries: [] })
      }
    }).pipe(Effect.scoped))

  it.live("a buyer asks again with the same request_id after an answer that decides nothing", () =>
    Effect.gen(function*() {
      expect(yield* bought([503, 202])).toEqual({ answer: { _tag: "Accepted" }, retries: ["overloaded"] })
      expect(yield* bought(["reset", 202])).toEqual({ answer: { _tag: "Accepted" }, retries: ["UND_ERR_SOCKET"] })
    }).pipe(Effect.scoped))

  it.live("a buyer takes a 409 to its repeated request for accepted", () =>
    Effect.gen(function*() {
      expect((yield* bought(["reset", 409])).answer).toEqual({ _tag: "AcceptedBefore" })
      expect((yield* bought([503, 410])).answer).toEqual({ _tag: "Refused", code: "sold_out" })
    }).pipe(Effect.scoped))

  it.live("a hold is an order without a token, for some seconds", () =>
    Effect.gen(function*() {
      const { seen, url } = yield* gateway([503, 202])
      const buyers = yield* Buyer.make(url, undefined)
      const withToken = { ...order, paymentToken: PaymentToken.make("tok-1") }
      expect(yield* buyers.order(withToken, { _tag: "Hold", holdSeconds: 7 }, () => {})).toEqual({ _tag: "Accepted" })
      const asked = ["POST /holds", { ...BODY, hold_seconds: 7 }]
      expect(seen.map(({ body, what }) => [what, body])).toEqual([asked, asked])
    }).pipe(Effect.scoped))

  it.live("a buyer confirms, a shop tells of its payment, and anybody cancels, once the order is held", () =>
    Effect.gen(function*() {
      const pending = [standing("PENDING"), standing("PENDING"), standing("RESERVED")]
      const looks = pending.map(() => LOOK)
      expect(yield* acted(paid, [...pending, queued("Paid Queued")])).toEqual({
        answer: { _tag: "Taken" },
        retries: [],
        seen: [...looks, PAID]
      })
      const confirm: Action = { _tag: "Confirm", paymentToken: PaymentToken.make("tok-1") }
      expect(yield* acted(confirm, [standing("RESERVED"), queued("Confirm Queued")])).toEqual({
        answer: { _tag: "Taken" },
        retries: [],
        seen: [LOOK, ["POST /orders/r-1/confirm", { payment_token: "tok-1" }]]
      })
      expect(yield* acted({ _tag: "Cancel" }, [standing("RESERVED"), queued("Cancel Queued")])).toEqual({
        answer: { _tag: "Taken" },
        retries: [],
        seen: [LOOK, ["POST /orders/r-1/cancel", {}]]
      })
    }).pipe(Effect.scoped))

  it.live("nobody pays for an order that was turned away, and who is too late says so all the same", () =>
    Effect.gen(function*() {
      for (const status of ["FAILED_SOLD_OUT", "CANCELLED", "COMPLETED"]) {
        expect(yield* acted(paid, [standing(status)])).toEqual({
          answer: { _tag: "NotHeld", standing: status },
          retries: [],
          seen: [LOOK]
        })
      }
      expect(yield* acted(paid, [standing("EXPIRED"), conflict("expired", { refund_due: true })])).toEqual({
        answer: { _tag: "Refused", code: "expired", isDueBack: true },
        retries: [],
        seen: [LOOK, PAID]
      })
      const confirm: Action = { _tag: "Confirm", paymentToken: undefined }
      expect((yield* acted(confirm, [standing("EXPIRED"), conflict("expired")])).answer).toEqual({
        _tag: "Refused",
        code: "expired",
        isDueBack: false
      })
    }).pipe(Effect.scoped))

  it.live("a call about a hold is made again in the same words after an answer that decides nothing", () =>
    Effect.gen(function*() {
      const script = [503, standing("RESERVED"), "reset" as const, 503, queued("Paid Queued")]
      expect(yield* acted(paid, script)).toEqual({
        answer: { _tag: "Taken" },
        retries: ["overloaded", "UND_ERR_SOCKET", "overloaded"],
        seen: [LOOK, LOOK, PAID, PAID, PAID]
      })
    }).pipe(Effect.scoped))

  it.live("a buyer reports that there was no answer", () =>
    Effect.gen(function*() {
      const url = yield* Effect.scoped(Effect.map(gateway([]), ({ url }) => url))
      const { knock } = yield* Buyer.make(url, undefined)
      expect((yield* Effect.flip(knock)).why).toBe("ECONNREFUSED")
    }).pipe(Effect.scoped))
})
