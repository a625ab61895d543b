/** Buying: one request id, however often the order is sent. */
import { describe, expect, it } from "vitest"
import { make } from "../../../packages/client/src/Client.ts"
import { type ClientOptions, FlashSaleError } from "../../../packages/client/src/main.ts"
import { broken, json, refused, scripted, silent, type Step, virtual } from "../Scripted.ts"

const ORDER = { user_id: "u-1", item_id: "101", amount: 1 }
const NAMED = { ...ORDER, request_id: "r-1" }
const queued: Step = json(202, {
  status: "Order Queued",
  request_id: "r-1",
  correlation_id: "c-1",
  processing_time_ms: 3,
  estimated_wait_ms: 70,
  something_new: true
})
const duplicate = refused(409, "duplicate_request", false, { order_status: "RESERVED" })

const against = (steps: ReadonlyArray<Step>, options: Partial<ClientOptions> = {}) => {
  const { fetch, sent } = scripted(...steps)
  const { pauses, timing } = virtual()
  return { client: make({ baseUrl: "http://engine/", fetch, ...options }, timing), sent, pauses }
}
const failure = async (call: Promise<unknown>): Promise<FlashSaleError> => {
  const error = await call.then(() => undefined, (error: unknown) => error)
  if (error instanceof FlashSaleError) return error
  throw new Error("the call did not fail with a FlashSaleError", { cause: error })
}

describe("buy", () => {
  it("sends the order, and says what was accepted", async () => {
    const { client, sent } = against([queued], { token: "key" })
    expect(await client.buy(NAMED)).toEqual({
      request_id: "r-1",
      status: "PENDING",
      correlation_id: "c-1",
      estimated_wait_ms: 70,
      attempts: 1
    })
    expect(sent).toMatchObject([{ url: "http://engine/buy", method: "POST", body: NAMED }])
    expect(Object.fromEntries(sent[0]!.headers)).toEqual({
      accept: "application/json",
      authorization: "Bearer key",
      "content-type": "application/json"
    })
  })

  it("makes a request id where none is given, another one for each order, and keeps it for all attempts", async () => {
    const { client, sent } = against([broken, queued, queued])
    const first = await client.buy(ORDER)
    const second = await client.buy(ORDER)
    const ids = sent.map(({ body }) => (body as { readonly request_id: string }).request_id)
    expect(ids).toEqual([first.request_id, first.request_id, second.request_id])
    expect(first.request_id).toMatch(/^[0-9a-f]{32}$/)
    expect(second.request_id).not.toBe(first.request_id)
  })

  it("takes a 409 after an attempt of its own for success, with the order's status", async () => {
    for (const before of [broken, refused(503, "outcome_unknown", true, { retry_after_seconds: 1 })]) {
      const { client, sent } = against([before, duplicate])
      expect(await client.buy(NAMED)).toMatchObject({ request_id: "r-1", status: "RESERVED", attempts: 2 })
      expect(sent.map(({ body }) => body)).toEqual([NAMED, NAMED])
    }
  })

  it("takes a 409 for success at once where it has made the id itself", async () => {
    const { client } = against([duplicate])
    expect(await client.buy(ORDER)).toMatchObject({ status: "RESERVED", attempts: 1 })
  })

  it("fails with a 409 to the first attempt under a given id, and with a 422 always", async () => {
    const first = await failure(against([duplicate]).client.buy(NAMED))
    expect(first).toMatchObject({ code: "duplicate_request", status: 409, body: { order_status: "RESERVED" } })
    const reused = refused(422, "request_id_reused", false)
    const other = await failure(against([broken, reused]).client.buy(NAMED))
    expect(other).toMatchObject({ code: "request_id_reused", status: 422, retryable: false, outcomeUnknown: false })
  })

  it("sends again after network errors, 503 and 429, when it was told to", async () => {
    const limited = refused(429, "rate_limited", true, { retry_after_seconds: 2 })
    const { client, pauses } = against([broken, limited, refused(500, "internal_error", true), queued])
    expect(await client.buy(NAMED)).toMatchObject({ attempts: 4 })
    expect(pauses).toEqual([100, 2_000, 400])
  })

  it("never sends again what is not retryable, nor a refusal that names no time", async () => {
    for (const step of [refused(400, "validation_failed", false), refused(410, "sold_out", true)]) {
      const { client, sent } = against([step])
      await failure(client.buy(NAMED))
      expect(sent.length).toBe(1)
    }
  })

  it("fails with what the engine said, unknown codes and fields included", async () => {
    const step = refused(451, "a_new_code", true, { a_new_field: 7, retry_after_seconds: 3_600 })
    const error = await failure(against([step]).client.buy(NAMED))
    expect(error).toMatchObject({
      name: "FlashSaleError",
      message: "a_new_code: Refused (status 451)",
      code: "a_new_code",
      status: 451,
      retryable: true,
      correlationId: "c-a_new_code",
      retryAfterMillis: 3_600_000,
      requestId: "r-1",
      outcomeUnknown: false,
      body: { a_new_field: 7 }
    })
  })

  it("says whether the order may have been accepted", async () => {
    const overloaded = refused(503, "overloaded", true, { retry_after_seconds: 60 })
    const unknown = async (...steps: ReadonlyArray<Step>) =>
      (await failure(against(steps, { retry: { attempts: steps.length } }).client.buy(NAMED))).outcomeUnknown
    expect(await unknown(broken)).toBe(true)
    expect(await unknown(overloaded)).toBe(false)
    expect(await unknown(broken, overloaded)).toBe(true)
    expect(await unknown(broken, refused(401, "unauthenticated", false))).toBe(true)
    expect(await unknown(broken, refused(410, "sold_out", true))).toBe(false)
    expect(await unknown(json(504, {}))).toBe(true)
    expect(await unknown(refused(400, "validation_failed", false))).toBe(false)
  })

  it("ends after its attempts, with the last error and its cause", async () => {
    const { client, sent } = against([broken, broken, broken], { retry: { attempts: 3 } })
    const error = await failure(client.buy(NAMED))
    expect(error).toMatchObject({ code: "network_error", status: undefined, retryable: true, requestId: "r-1" })
    expect(error.cause).toEqual(new TypeError("fetch failed"))
    expect(sent.length).toBe(3)
  })

  it("bounds each attempt, whatever hangs", async () => {
    const { client } = against([silent, queued], { timeoutMillis: 20 })
    expect(await client.buy(NAMED)).toMatchObject({ attempts: 2 })
    const token = () => new Promise<string>(() => {})
    const hangs = against([], { timeoutMillis: 20, token, retry: { attempts: 1 } })
    // Nothing was sent, so no order can have come of it.
    expect(await failure(hangs.client.buy(NAMED))).toMatchObject({
      code: "token_unavailable",
      retryable: true,
      outcomeUnknown: false
    })
    expect(hangs.sent).toEqual([])
    const sent = against([silent], { timeoutMillis: 20, token: async () => "key", retry: { attempts: 1 } })
    expect(await failure(sent.client.buy(NAMED))).toMatchObject({ code: "timeout", outcomeUnknown: true })
  })

  it("ends with the reason of its signal: before, during and between the attempts", async () => {
    const reason = new Error("the buyer has gone")
    const before = against([])
    await expect(before.client.buy(NAMED, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    for (const step of [silent, broken]) {
      const controller = new AbortController()
      const { client } = against([(init) => {
        controller.abort(reason)
        return step(init)
      }], { timeoutMillis: 3_600_000 })
      await expect(client.buy(NAMED, { signal: controller.signal })).rejects.toBe(reason)
    }
  })

  it("asks for the token before each attempt, and says so where there is none", async () => {
    let asked = 0
    const { client, sent } = against([broken, queued], { token: async () => `token-${++asked}` })
    await client.buy(NAMED)
    expect(sent.map(({ headers }) => headers.get("authorization"))).toEqual(["Bearer token-1", "Bearer token-2"])
    const cause = new Error("the session is over")
    const { client: without, sent: none } = against([], { token: () => Promise.reject(cause) })
    const error = await failure(without.buy(NAMED))
    expect(error).toMatchObject({ code: "token_unavailable", retryable: false, outcomeUnknown: false, cause })
    expect(none).toEqual([])
  })

  it("never shows a token that cannot be sent", async () => {
    const { client } = against([], { token: () => "secret\nkey" })
    const error = await failure(client.buy(NAMED))
    expect(`${error.message} ${String(error.cause)}`).not.toContain("secret")
  })

  it("follows no redirect, and believes no answer that is not the engine's", async () => {
    const moved: Step = () => new Response(null, { status: 307, headers: { location: "http://elsewhere/buy" } })
    const page: Step = () => new Response("<h1>Welcome</h1>")
    const proxy: Step = () => new Response("Bad Gateway", { status: 502 })
    const redirected = against([moved])
    expect(await failure(redirected.client.buy(NAMED))).toMatchObject({
      code: "unexpected_answer",
      status: 307,
      retryable: false,
      message: expect.stringContaining("the answer leads elsewhere")
    })
    expect(redirected.sent).toMatchObject([{ redirect: "manual", credentials: "omit" }])
    const error = await failure(against([page]).client.buy(NAMED))
    expect(error).toMatchObject({ code: "unexpected_answer", retryable: false })
    expect(await against([proxy, queued]).client.buy(NAMED)).toMatchObject({ attempts: 2 })
  })

  it("reads no answer without a bound", async () => {
    const huge: Step = () => new Response("a".repeat(5_000_000))
    expect(await failure(against([huge]).client.buy(NAMED))).toMatchObject({ code: "unexpected_answer" })
  })
})
