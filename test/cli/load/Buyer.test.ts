import { expect, it } from "@effect/vitest"
import * as Buyer from "@flash-sale/cli/load/Buyer"
import type { Answer } from "@flash-sale/cli/load/Tally"
import { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Effect, Schema, type Scope } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { describe } from "vitest"

const order = {
  requestId: RequestId.make("r-1"),
  userId: UserId.make("u-1"),
  itemId: ItemId.make("a"),
  amount: 1
}

const Body = Schema.fromJsonString(Schema.Struct({ request_id: Schema.String, item_id: Schema.String }))
const decodeBody = Schema.decodeUnknownSync(Body)

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

type Script = ReadonlyArray<number | "reset">

/** A gateway that answers by a script, then 500; and the request ids that it was asked for. */
const gateway = (script: Script) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: URL; readonly seen: ReadonlyArray<string>; readonly close: () => void }>(
      (resume) => {
        const seen: Array<string> = []
        const server = createServer((request: IncomingMessage, response: ServerResponse) => {
          const chunks: Array<Buffer> = []
          request.on("data", (chunk: Buffer) => chunks.push(chunk))
          request.on("end", () => {
            const step = script[seen.length] ?? 500
            seen.push(decodeBody(Buffer.concat(chunks).toString()).request_id)
            if (step === "reset") request.socket.destroy()
            else {
              response.writeHead(step, headers)
                .end(JSON.stringify(bodies[step] ?? {}))
            }
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

const bought = (
  script: Script
): Effect.Effect<{ readonly answer: Answer; readonly retries: ReadonlyArray<string> }, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { seen, url } = yield* gateway(script)
    const buyers = yield* Buyer.make(url)
    const retries: Array<string> = []
    const answer = yield* buyers.buy(order, (why) => retries.push(why))
    expect(seen).toEqual(script.map(() => "r-1"))
    return { answer, retries }
  })

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

  it.live("a buyer reports that there was no answer", () =>
    Effect.gen(function*() {
      const url = yield* Effect.scoped(Effect.map(gateway([]), ({ url }) => url))
      const { knock } = yield* Buyer.make(url)
      expect((yield* Effect.flip(knock)).why).toBe("ECONNREFUSED")
    }).pipe(Effect.scoped))
})
