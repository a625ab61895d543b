/** Holding, confirming, paying and cancelling: one call, however often it is sent. */
import { describe, expect, it } from "vitest"
import { make } from "../../../packages/client/src/Client.ts"
import { FlashSaleError } from "../../../packages/client/src/main.ts"
import { broken, json, refused, scripted, type Step, virtual } from "../Scripted.ts"

const queued = (status: string): Step =>
  json(202, { status, request_id: "r 1", correlation_id: "c-1", processing_time_ms: 3, something_new: 1 })

const against = (...steps: ReadonlyArray<Step>) => {
  const { fetch, sent } = scripted(...steps)
  const { pauses, timing } = virtual()
  return { client: make({ baseUrl: "http://engine/", fetch, token: "key" }, timing), sent, pauses }
}
const failure = async (call: Promise<unknown>): Promise<FlashSaleError> => {
  const error = await call.then(() => undefined, (error: unknown) => error)
  if (error instanceof FlashSaleError) return error
  throw new Error("the call did not fail with a FlashSaleError", { cause: error })
}

describe("hold", () => {
  it("is sent as an order is, and under one id", async () => {
    const accepted = json(202, { status: "Order Queued", correlation_id: "c-1", estimated_wait_ms: 5 })
    const { client, sent } = against(broken, accepted)
    const held = await client.hold({ user_id: "u", item_id: "101", amount: 1, hold_seconds: 60 })
    expect(held).toMatchObject({ status: "PENDING", estimated_wait_ms: 5, attempts: 2 })
    expect(sent.map(({ url }) => url)).toEqual(["http://engine/holds", "http://engine/holds"])
    expect(sent[0]!.body).toEqual(sent[1]!.body)
    expect(sent[0]!.body).toMatchObject({ request_id: held.request_id, hold_seconds: 60 })
  })

  it("waits for processors of an earlier release, which have placed nothing", async () => {
    const steps = Array.from({ length: 5 }, () => refused(503, "upgrading", true, { retry_after_seconds: 1 }))
    const error = await failure(against(...steps).client.hold({ user_id: "u", item_id: "101", amount: 1 }))
    expect(error).toMatchObject({ code: "upgrading", outcomeUnknown: false })
  })
})

describe("What is done with an order", () => {
  it("is sent to the order's path, with what it says", async () => {
    const { client, sent } = against(queued("Confirm Queued"), queued("Paid Queued"), queued("Cancel Queued"))
    expect(await client.confirm("r 1", { payment_token: "tok_1" })).toEqual({
      request_id: "r 1",
      status: "Confirm Queued",
      correlation_id: "c-1",
      attempts: 1
    })
    await client.paid("r 1", { reference: "pi_1", item_id: "101", user_id: "u" })
    await client.cancel("r 1")
    expect(sent.map(({ body, method, url }) => [method, url, body])).toEqual([
      ["POST", "http://engine/orders/r%201/confirm", { payment_token: "tok_1" }],
      ["POST", "http://engine/orders/r%201/paid", { reference: "pi_1", item_id: "101", user_id: "u" }],
      ["POST", "http://engine/orders/r%201/cancel", {}]
    ])
  })

  it("is sent again where no answer comes, as the same call", async () => {
    const { client, sent } = against(
      broken,
      refused(503, "outcome_unknown", true, { retry_after_seconds: 1 }),
      queued("Paid Queued")
    )
    expect(await client.paid("r-1", { reference: "pi_1" })).toMatchObject({ status: "Paid Queued", attempts: 3 })
    expect(new Set(sent.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  })

  it("fails with what came first, and with the payment that is due back", async () => {
    const late = refused(409, "expired", false, { order_status: "EXPIRED", refund_due: true })
    const error = await failure(against(broken, late).client.paid("r-1", { reference: "pi_1" }))
    expect(error).toMatchObject({ code: "expired", requestId: "r-1", outcomeUnknown: false, retryable: false })
    expect(error.body).toMatchObject({ order_status: "EXPIRED", refund_due: true })
  })

  it("says where nobody knows whether it was taken", async () => {
    const error = await failure(against(broken, broken, broken, broken, broken).client.confirm("r-1"))
    expect(error).toMatchObject({ code: "network_error", outcomeUnknown: true, requestId: "r-1" })
    const away = Array.from({ length: 5 }, () => refused(503, "store_unavailable", true, { retry_after_seconds: 1 }))
    expect(await failure(against(...away).client.cancel("r-1"))).toMatchObject({ outcomeUnknown: false })
    await expect(against().client.cancel("..")).rejects.toThrow(TypeError)
    expect(await failure(against(json(202, {})).client.cancel("r-1"))).toMatchObject({ code: "unexpected_answer" })
  })
})
