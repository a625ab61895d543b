import { describe, expect, it, vi } from "vitest"
import { type Client, FlashSaleError } from "../../../packages/client/src/main.ts"
import { orderMemory, pageStorage } from "../../../packages/pages/src/order/OrderMemory.ts"
import { OrderRun } from "../../../packages/pages/src/order/OrderRun.ts"
import type { OrderState } from "../../../packages/pages/src/order/OrderState.ts"

const failed = (code: string, more: object = {}) => new FlashSaleError("no", { code, ...more })

/** A page that a test shows and hides. */
class TestPage extends EventTarget {
  hidden = false
  turn(hidden: boolean): void {
    this.hidden = hidden
    this.dispatchEvent(new Event("visibilitychange"))
  }
}

/** A client that gives these statuses, and answers calls by what stands here. */
const world = (
  answers: Partial<Client>,
  statuses: ReadonlyArray<object> = [],
  kept = pageStorage(),
  userId = () => Promise.resolve("u-1")
) => {
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
  const page = new TestPage()
  const memory = orderMemory(kept, "https://a.example", "101")
  const run = new OrderRun({
    client,
    itemId: "101",
    memory,
    userId,
    page,
    onState: (state) => states.push(state),
    signal: new AbortController().signal
  })
  return { run, memory, page, states, sent, kept, kinds: () => states.map(({ kind }) => kind) }
}

const held = { status: "RESERVED", expires_at: "2026-12-01T18:10:00.000Z" }

describe("OrderRun", () => {
  it("follows an order on whose payment has failed, says why, and tells when the shop has tried it again", async () => {
    vi.useFakeTimers()
    try {
      let standing: object = { status: "FAILED_PAYMENT", reason: "Payment Timeout" }
      const order = vi.fn((request_id: string) => Promise.resolve({ request_id, attempt: 1, ...standing }))
      const { run, states } = world({ order } as unknown as Partial<Client>, [held, { status: "FAILED_PAYMENT" }])
      const started = run.start(0)
      await vi.advanceTimersByTimeAsync(25_000)
      expect(states.at(-1)).toEqual({ kind: "ended", status: "FAILED_PAYMENT", reason: "Payment Timeout" })
      expect(order.mock.calls.length).toBeLessThan(5)
      standing = { status: "COMPLETED" }
      await vi.advanceTimersByTimeAsync(10_000)
      expect(states.at(-1)).toEqual({ kind: "ended", status: "COMPLETED" })
      await started
    } finally {
      vi.useRealTimers()
    }
  })

  it("hears no more of an order whose payment has failed once there is another one", async () => {
    vi.useFakeTimers()
    try {
      const asked: Array<string> = []
      const order = (request_id: string) => {
        asked.push(request_id)
        return Promise.resolve({ request_id, attempt: 1, status: "FAILED_PAYMENT" })
      }
      const { run } = world({ order } as unknown as Partial<Client>, [{ status: "FAILED_PAYMENT" }])
      const first = run.start(0)
      await vi.advanceTimersByTimeAsync(1_000)
      const before = run.requestId
      void run.start(0)
      await vi.advanceTimersByTimeAsync(1_000)
      await first
      asked.length = 0
      await vi.advanceTimersByTimeAsync(30_000)
      expect(run.requestId).not.toBe(before)
      expect(new Set(asked)).toEqual(new Set([run.requestId]))
    } finally {
      vi.useRealTimers()
    }
  })

  it("keeps an order before it is sent, and goes on with it after a reload", async () => {
    let known: string | undefined
    const first = world({
      hold: () => {
        known = first.memory.read("u-1")?.requestId
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
    expect(memory.read("u-1")).toBeUndefined()
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

  it.each(["unauthenticated", "token_unavailable", "unexpected_answer", "wrong_user"])(
    "keeps an order whose reading fails with %s, and goes on with it when it is tried again",
    async (code) => {
      let reads = 0
      const orderEvents = async function*(request_id: string) {
        if (++reads === 1) throw failed(code, { status: 401 })
        yield { type: "change", order: { request_id, attempt: 1, ...held } }
      }
      const { kinds, memory, run, sent, states } = world({ orderEvents } as unknown as Partial<Client>)
      await run.start(0)
      expect(states.at(-1)).toEqual({ kind: "unseen", code })
      expect(memory.read("u-1")?.requestId).toBe(run.requestId)
      await run.start(0)
      run.clear()
      expect([sent.length, states.at(-1)?.kind]).toEqual([1, "unseen"])
      await run.resume()
      expect(kinds().slice(-2)).toEqual(["waiting", "held"])
      expect(sent).toEqual([run.requestId])
    }
  )

  it("forgets an order that nobody knows", async () => {
    // oxlint-disable-next-line require-yield -- it fails before it has anything
    const orderEvents = async function*() {
      throw failed("unknown_order", { status: 404 })
    }
    const { memory, run, states } = world({ orderEvents } as unknown as Partial<Client>)
    await run.start(0)
    expect(states.at(-1)).toMatchObject({ kind: "refused", code: "unknown_order" })
    expect(memory.isEmpty()).toBe(true)
  })

  it("looks for an order that is refused when it is sent again: the first one may have been taken", async () => {
    const refusals = [failed("network_error", { outcomeUnknown: true }), failed("closed", { status: 403 })]
    const taken = world({ hold: () => Promise.reject(refusals.shift()) }, [held])
    await taken.run.start(0)
    await taken.run.start(0)
    expect(taken.states.at(-1)).toMatchObject({ kind: "held" })
    expect(taken.memory.read("u-1")?.requestId).toBe(taken.run.requestId)
  })

  it("says why the second one was refused where the first has never come", async () => {
    const refusals = [failed("network_error", { outcomeUnknown: true }), failed("closed", { status: 403 })]
    // oxlint-disable-next-line require-yield -- it fails before it has anything
    const orderEvents = async function*() {
      throw failed("unknown_order", { status: 404 })
    }
    const { memory, run, states } = world(
      { hold: () => Promise.reject(refusals.shift()), orderEvents } as unknown as Partial<Client>
    )
    await run.start(0)
    await run.start(0)
    expect(states.at(-1)).toMatchObject({ kind: "refused", code: "closed" })
    expect(memory.isEmpty()).toBe(true)
  })

  it("keeps an order when it cannot be told who buys, and finds it afterwards", async () => {
    const kept = pageStorage()
    const first = world({}, [held], kept)
    await first.run.start(0)
    let asked = 0
    const again = world({}, [held], kept, async () => {
      if (++asked === 1) throw failed("token_unavailable")
      return "u-1"
    })
    await again.run.resume()
    expect(again.kinds()).toEqual(["unseen"])
    await again.run.resume()
    expect(again.kinds()).toEqual(["unseen", "waiting", "held"])
    expect(again.run.requestId).toBe(first.run.requestId)
  })

  it("goes on with the order of before a reload when the button is pressed before it is known who buys", async () => {
    const kept = pageStorage()
    const first = world({}, [held], kept)
    await first.run.start(0)
    const tokens: Array<(name: string) => void> = []
    const again = world({}, [held], kept, () => new Promise((resolve) => tokens.push(resolve)))
    const both = [again.run.resume(), again.run.start(0)]
    await vi.waitFor(() => expect(tokens.length).toBe(2))
    for (const give of tokens) give("u-1")
    await Promise.all(both)
    expect([again.run.requestId, again.sent]).toEqual([first.run.requestId, []])
    expect(again.kinds()).toEqual(["sending", "waiting", "held"])
  })

  it("keeps the order of each buyer in a window", async () => {
    const kept = pageStorage()
    const buyer = (name: string) => world({}, [held], kept, () => Promise.resolve(name)).run
    const [one, other] = [buyer("u-1"), buyer("u-2")]
    await one.start(0)
    await other.resume()
    expect(other.requestId).toBeUndefined()
    await other.start(0)
    const [back, backOther] = [buyer("u-1"), buyer("u-2")]
    await back.resume()
    await backOther.resume()
    expect([back.requestId, backOther.requestId]).toEqual([one.requestId, other.requestId])
    expect(one.requestId).not.toBe(other.requestId)
  })

  it("keeps no connection while nobody looks, and goes on afterwards", async () => {
    let open = 0
    const orderEvents = async function*(request_id: string, { signal }: { readonly signal: AbortSignal }) {
      open++
      try {
        yield { type: "change", order: { request_id, attempt: 1, ...held } }
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
      } finally {
        open--
      }
    }
    const { kinds, page, run } = world({ orderEvents } as unknown as Partial<Client>)
    void run.start(0)
    await vi.waitFor(() => expect([kinds().at(-1), open]).toEqual(["held", 1]))
    page.turn(true)
    await vi.waitFor(() => expect(open).toBe(0))
    page.turn(false)
    await vi.waitFor(() => expect(open).toBe(1))
  })
})
