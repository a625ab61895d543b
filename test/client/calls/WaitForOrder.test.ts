/** Waiting for an order: by its stream, and by asking where streams do not come through. */
import { describe, expect, it } from "vitest"
import { make } from "../../../packages/client/src/Client.ts"
import { broken, json, refused, scripted, silent, sse, type Step, stream, virtual } from "../Scripted.ts"

const standing = (status: string) => ({
  request_id: "r-1",
  item_id: "101",
  amount: 1,
  status,
  attempt: 1,
  correlation_id: "c",
  updated_at: "2026-12-01T18:00:00.000Z"
})
const order = (status: string) => json(200, standing(status))
const snapshot = (status: string) => sse("snapshot", `1-${status}`, standing(status))
const change = (status: string) => sse("change", `1-${status}`, { request_id: "r-1", status, attempt: 1 })

const against = (...steps: ReadonlyArray<Step>) => {
  const { fetch, sent } = scripted(...steps)
  const { pauses, timing } = virtual()
  const client = make({ baseUrl: "http://engine", fetch, timeoutMillis: 50 }, timing)
  return { client, pauses, paths: () => sent.map(({ url }) => url.replace("http://engine/orders/r-1", "")) }
}

describe("waitForOrder", () => {
  it("takes the order from the stream where that has it in whole", async () => {
    const { client, paths } = against(stream([snapshot("COMPLETED")]))
    expect(await client.waitForOrder("r-1")).toEqual(standing("COMPLETED"))
    expect(paths()).toEqual(["/events"])
  })

  it("asks for the order when the stream has told that it is final, until the answer says so too", async () => {
    const { client, paths } = against(
      stream([snapshot("PENDING"), change("FAILED_PAYMENT")], "stays"),
      order("RESERVED"),
      stream([snapshot("RESERVED")]),
      order("FAILED_PAYMENT")
    )
    expect(await client.waitForOrder("r-1")).toEqual(standing("FAILED_PAYMENT"))
    expect(paths()).toEqual(["/events", "", "/events", ""])
  })

  it("waits until the order is decided, where that is asked for", async () => {
    const { client } = against(stream([snapshot("PENDING"), change("RESERVED")], "stays"), order("RESERVED"))
    expect(await client.waitForOrder("r-1", { until: "decided" })).toEqual(standing("RESERVED"))
  })

  it("asks alone, less and less often, where streams do not come through", async () => {
    for (const deaf of [silent, json(200, {}), refused(403, "no_streams_here", false)]) {
      const { client, pauses, paths } = against(deaf, order("PENDING"), order("PENDING"), order("COMPLETED"))
      expect(await client.waitForOrder("r-1")).toEqual(standing("COMPLETED"))
      expect(paths()).toEqual(["/events", "", "", ""])
      expect(pauses).toEqual([125, 250])
    }
  })

  it("listens again where the engine was away, or had no room for a stream", async () => {
    const full = refused(503, "overloaded", true, { retry_after_seconds: 1 })
    for (const step of [broken, full]) {
      const { client, paths } = against(step, order("PENDING"), stream([snapshot("COMPLETED")]))
      expect(await client.waitForOrder("r-1")).toEqual(standing("COMPLETED"))
      expect(paths()).toEqual(["/events", "", "/events"])
    }
  })

  it("goes on while the engine is away for longer than a call may take", async () => {
    const { client } = against(...Array.from({ length: 30 }, () => broken), stream([snapshot("COMPLETED")]))
    expect(await client.waitForOrder("r-1")).toEqual(standing("COMPLETED"))
  })

  it("fails where there is no such order", async () => {
    const unknown = refused(404, "unknown_order", false)
    const { client } = against(unknown, unknown)
    await expect(client.waitForOrder("r-1")).rejects.toMatchObject({ code: "unknown_order", requestId: "r-1" })
  })

  it("fails when the time is over, and with the reason of its signal", async () => {
    const stays = stream([snapshot("PENDING")], "stays")
    await expect(against(stays).client.waitForOrder("r-1", { timeoutMillis: 30 })).rejects.toMatchObject({
      code: "timeout",
      retryable: true,
      message: "timeout: the order r-1 was not final within 30 ms",
      requestId: "r-1"
    })
    const controller = new AbortController()
    const reason = new Error("the buyer has gone")
    const waiting = against(stays).client.waitForOrder("r-1", { signal: controller.signal })
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
  })
})
