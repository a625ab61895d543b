import { describe, expect, it, vi } from "vitest"
import { type Client, FlashSaleError } from "../../../packages/client/src/main.ts"
import { orderMemory, pageStorage } from "../../../packages/pages/src/order/OrderMemory.ts"
import { OrderRun } from "../../../packages/pages/src/order/OrderRun.ts"
import type { OrderState } from "../../../packages/pages/src/order/OrderState.ts"

const failed = (code: string, more: object = {}) => new FlashSaleError("no", { code, ...more })

/** A client that gives these statuses, and answers calls by what stands here. */
const world = (answers: Partial<Client>, statuses: ReadonlyArray<object> = [], kept = pageStorage()) => {
  const states: Array<OrderState> = []
  const sent: Array<string> = []
  const client = {
    hold: (units: { readonly request_id?: string | undefined }) => {
      sent.push(units.request_id ?? "")
      return Promise.resolve({})
    },
    orderEvents: async function*(request_id: string) {
      for (const status of statuses) yield { type: "change", order: { request_id, attempt: 1, ...status } }
    },
    ...answers
  } as unknown as Client
  const memory = orderMemory(kept, "https://a.example", "101")
  const run = new OrderRun({
    client,
    itemId: "101",
    memory,
    userId: () => Promise.resolve("u-1"),
    onState: (state) => states.push(state),
    signal: new AbortController().signal
  })
  return { run, memory, states, sent, kept, kinds: () => states.map(({ kind }) => kind) }
}

const held = { status: "RESERVED", expires_at: "2026-12-01T18:10:00.000Z" }

describe("OrderRun", () => {
  it("keeps an order before it is sent, and goes on with it after a reload", async () => {
    let known: string | undefined
    const first = world({
      hold: () => {
        known = first.memory.read()?.requestId
        return new Promise(() => {})
      }
    })
    void first.run.start(0)
    await vi.waitFor(() => expect(known).toBeDefined())
    expect(known).toMatch(/^[0-9a-f]{32}$/)
    const reloaded = world({}, [held], first.kept)
    await reloaded.run.resume()
    expect(reloaded.run.requestId).toBe(known)
    expect(reloaded.kinds()).toEqual(["waiting", "held"])
  })

  it("pays what is held, and says why it did not work", async () => {
    const { kinds, run, states } = world({ confirm: () => Promise.reject(failed("overloaded")) }, [held])
    await run.start(0)
    await run.pay(undefined)
    expect(kinds()).toEqual(["sending", "waiting", "held", "paying", "held"])
    expect(states.at(-1)).toMatchObject({ problem: "overloaded" })
  })

  it("forgets what was surely not taken", async () => {
    const { memory, run, states } = world({ hold: () => Promise.reject(failed("sold_out", { status: 410 })) })
    await run.start(0)
    expect(states.at(-1)).toMatchObject({ kind: "refused", code: "sold_out" })
    expect(memory.read()).toBeUndefined()
  })

  it("sends what may have arrived again as the same order, and takes it for granted that it is there", async () => {
    const sent: Array<string | undefined> = []
    const { kinds, run } = world({
      hold: ({ request_id }) => {
        sent.push(request_id)
        return Promise.reject(
          sent.length === 1 ? failed("network_error", { outcomeUnknown: true }) : failed("duplicate_request")
        )
      }
    }, [held])
    await run.start(0)
    await run.start(0)
    expect(sent[1]).toBe(sent[0])
    expect(kinds().slice(-3)).toEqual(["sending", "waiting", "held"])
  })

  it("makes a new order after one that has ended", async () => {
    const { run, sent } = world({}, [{ status: "COMPLETED" }])
    await run.start(0)
    await run.start(0)
    expect(new Set(sent).size).toBe(2)
  })

  it("refuses nothing twice at once", async () => {
    const { run, sent } = world({}, [held])
    await Promise.all([run.start(0), run.start(0)])
    expect(sent.length).toBe(1)
  })
})
