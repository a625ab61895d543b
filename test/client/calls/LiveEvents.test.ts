/** Following orders and items: over connections that end, break and are refused. */
import { describe, expect, it } from "vitest"
import { make } from "../../../packages/client/src/Client.ts"
import { MAX_OUTAGE_MILLIS } from "../../../packages/client/src/events/Following.ts"
import { broken, json, refused, scripted, sse, type Step, stream, virtual } from "../Scripted.ts"

const against = (...steps: ReadonlyArray<Step>) => {
  const { fetch, sent } = scripted(...steps)
  const time = virtual()
  const client = make({ baseUrl: "http://engine/shop/", token: "key", fetch }, time.timing)
  return { client, sent, ...time, lastIds: () => sent.map(({ headers }) => headers.get("last-event-id")) }
}
const collect = async <A>(events: AsyncIterable<A>, most = Infinity): Promise<ReadonlyArray<A>> => {
  const all: Array<A> = []
  for await (const event of events) if (all.push(event) >= most) break
  return all
}

const standing = (status: string) => ({
  request_id: "r/1",
  item_id: "101",
  amount: 1,
  status,
  attempt: 1,
  correlation_id: "c",
  updated_at: "2026-12-01T18:00:00.000Z"
})
const snapshot = (status: string) => sse("snapshot", `1-${status}`, standing(status))
const change = (status: string) => sse("change", `1-${status}`, { request_id: "r/1", status, attempt: 1 })
const counts = (available: number) => ({ available, held: 0, sold: 0 })
const item = (available: number) => ({ item_id: "101", ...counts(available), sale: { paused: false } })

describe("orderEvents", () => {
  it("gives the order and its changes, and ends after the final one", async () => {
    const { client, sent } = against(stream([
      `retry: 1200\n${snapshot("PENDING")}`,
      `${change("RESERVED")}: still here\n\nevent: newer\ndata: 1\n\n${change("COMPLETED")}`
    ], "stays"))
    expect((await collect(client.orderEvents("r/1"))).map(({ order, type }) => [type, order.status])).toEqual([
      ["snapshot", "PENDING"],
      ["change", "RESERVED"],
      ["change", "COMPLETED"]
    ])
    expect(sent.map(({ url }) => url)).toEqual(["http://engine/shop/orders/r%2F1/events"])
    expect(Object.fromEntries(sent[0]!.headers)).toEqual({ accept: "text/event-stream", authorization: "Bearer key" })
  })

  it("comes back after the last event, when the stream has said, however the connection ended", async () => {
    const { client, lastIds, pauses } = against(
      stream([`retry: 3000\n${snapshot("PENDING")}`], "breaks"),
      broken,
      refused(503, "overloaded", true, { retry_after_seconds: 20 }),
      stream([change("RESERVED")]),
      () => new Response(null, { status: 204 })
    )
    expect((await collect(client.orderEvents("r/1"))).map(({ order }) => order.status)).toEqual(["PENDING", "RESERVED"])
    expect(lastIds()).toEqual([null, "1-PENDING", "1-PENDING", "1-PENDING", "1-RESERVED"])
    expect(pauses).toEqual([3_000, 6_000, 20_000, 3_000])
  })

  it("keeps an event that was cut off for the next connection", async () => {
    const { client, lastIds } = against(
      stream([snapshot("PENDING"), "id: 1-COMPLETED\nevent: change\ndata: {"]),
      stream([snapshot("COMPLETED")])
    )
    expect((await collect(client.orderEvents("r/1"))).map(({ order }) => order.status)).toEqual([
      "PENDING",
      "COMPLETED"
    ])
    expect(lastIds()).toEqual([null, "1-PENDING"])
  })

  it("fails at once where the refusal is final", async () => {
    const { client } = against(refused(404, "unknown_order", false))
    await expect(collect(client.orderEvents("r/1"))).rejects.toMatchObject({ code: "unknown_order", status: 404 })
  })

  it("fails where what comes is no stream, or an event is no order", async () => {
    for (const step of [json(200, {}), stream(["data: 1\n\nevent: snapshot\ndata: nonsense\n\n"])]) {
      await expect(collect(against(step).client.orderEvents("r/1"))).rejects.toMatchObject({
        code: "unexpected_answer"
      })
    }
  })

  it("gives up when nothing was heard for long, with the last error", async () => {
    const { client, pauses } = against(...Array.from({ length: 100 }, () => broken))
    await expect(collect(client.orderEvents("r/1"))).rejects.toMatchObject({ code: "network_error" })
    const waited = pauses.reduce((sum, pause) => sum + pause, 0)
    expect(waited).toBeLessThanOrEqual(MAX_OUTAGE_MILLIS)
    expect(waited).toBeGreaterThan(MAX_OUTAGE_MILLIS / 2)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(30_000)
  })

  it("gives up where each stream ends without a word", async () => {
    const { client } = against(...Array.from({ length: 100 }, () => stream([])))
    await expect(collect(client.orderEvents("r/1"))).rejects.toMatchObject({ code: "unexpected_answer" })
  })

  it("says each time why nothing new is told, though it goes on", async () => {
    const { client } = against(
      refused(503, "store_unavailable", true),
      broken,
      stream([snapshot("PENDING") + sse("unavailable", undefined, { code: "item_stopped" })]),
      stream([change("COMPLETED")])
    )
    const said: Array<string> = []
    for await (
      const { order } of client.orderEvents("r/1", {
        onFailed: ({ code, retryable }) => said.push(`${code} ${retryable}`)
      })
    ) said.push(order.status)
    expect(said).toEqual([
      "store_unavailable true",
      "network_error true",
      "PENDING",
      "item_stopped true",
      "COMPLETED"
    ])
  })

  it("counts the outage from when the reader comes back, however long that takes", async () => {
    const { client, pass } = against(
      stream([snapshot("PENDING")], "breaks"),
      broken,
      stream([change("COMPLETED")])
    )
    const seen: Array<string> = []
    for await (const { order } of client.orderEvents("r/1")) {
      seen.push(order.status)
      pass(10 * MAX_OUTAGE_MILLIS)
    }
    expect(seen).toEqual(["PENDING", "COMPLETED"])
  })

  it("ends with the reason of its signal, while it waits for an event and while it waits to reconnect", async () => {
    for (const steps of [[stream([snapshot("PENDING")], "stays")], [stream([snapshot("PENDING")])]]) {
      const reason = new Error("the page is gone")
      const controller = new AbortController()
      const follow = async () => {
        for await (const _ of against(...steps).client.orderEvents("r/1", { signal: controller.signal })) {
          controller.abort(reason)
        }
      }
      await expect(follow()).rejects.toBe(reason)
    }
  })

  it("ends the connection when the loop is left", async () => {
    let aborted = false
    const { client } = against((init) => {
      init.signal!.addEventListener("abort", () => {
        aborted = true
      })
      return stream([snapshot("PENDING")], "stays")(init)
    })
    await collect(client.orderEvents("r/1"), 1)
    expect(aborted).toBe(true)
  })
})

describe("itemEvents", () => {
  it("gives the item and its counts, over connections, without an end", async () => {
    const { client, lastIds, sent } = against(
      stream([sse("snapshot", "5-0", item(9)), sse("change", "6-0", counts(8))]),
      stream([sse("change", "7-0", counts(7)) + sse("snapshot", "7-0", item(7))], "stays")
    )
    const events = await collect(client.itemEvents("101"), 4)
    expect(events.map(({ item, type }) => [type, item.available])).toEqual([
      ["snapshot", 9],
      ["change", 8],
      ["change", 7],
      ["snapshot", 7]
    ])
    expect(lastIds()).toEqual([null, "6-0"])
    expect(sent[0]!.url).toBe("http://engine/shop/items/101/events")
  })
})
