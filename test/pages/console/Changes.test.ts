/** What changes say that they will do, before anybody makes them; and what they send. */
import { describe, expect, it, vi } from "vitest"
import type { AdminCalls, Sent } from "../../../packages/pages/src/console/calls/AdminCalls.ts"
import { everySale } from "../../../packages/pages/src/console/items/EverySaleChange.ts"
import { holds, limit, price } from "../../../packages/pages/src/console/items/PriceChanges.ts"
import { pause, times } from "../../../packages/pages/src/console/items/SaleChanges.ts"
import { addStock, setStock } from "../../../packages/pages/src/console/items/StockChanges.ts"
import { cancel, refund } from "../../../packages/pages/src/console/orders/OrderChanges.ts"
import type { Change, Values } from "../../../packages/pages/src/console/parts/Change.ts"

interface Asked {
  readonly method: string
  readonly path: string
  readonly sent: Sent
}

/** Calls that answer so, and what they were asked. */
const answering = (answer: object) => {
  const asked: Array<Asked> = []
  const calls = {
    change: (method: string, path: string, sent: Sent) => {
      asked.push({ method, path, sent })
      return Promise.resolve(answer)
    }
  } as unknown as AdminCalls
  return { asked, calls }
}
const { calls: none } = answering({})
const after = () => {}

const linesOf = (change: Change, values: Values = {}): string => {
  const told = change.effects(values)
  return told.kind === "missing" ? `? ${told.why}` : told.lines.join(" ")
}

const send = (change: Change, values: Values = {}) =>
  change.send({
    values,
    reason: "a test",
    idempotencyKey: "key-1",
    onProgress: () => {},
    isStopped: () => false,
    signal: new AbortController().signal
  })

const item = (sale: object = {}, counts: object = {}) => ({
  item_id: "101",
  available: 70,
  held: 4,
  sold: 26,
  stocked: 100,
  sale: { paused: false, ...sale },
  ...counts
})

describe("stock", () => {
  it.each([
    ["", "? How many units?"],
    ["0", "? How many units?"],
    ["1.5", "? How many units?"],
    ["30", "Puts in 30 units: 100 units can be bought then, of 130."]
  ])("put in %j", (units, lines) => {
    expect(linesOf(addStock(none, () => item(), 1, after), { units })).toBe(lines)
  })

  it("takes out what there is, and says so by the counts of now", () => {
    let now = item()
    const change = addStock(none, () => now, -1, after)
    expect(linesOf(change, { units: "40" })).toMatch(/^Takes out 40 units: 30 units can be bought then\. 4 units/)
    now = item({}, { available: 10 })
    expect(linesOf(change, { units: "11" })).toMatch(/^\? Only 10 units can be taken out\. 4 units that buyers hold/)
    expect(linesOf(addStock(none, () => item({}, { available: 0, held: 0 }), -1, after), { units: "1" })).toBe(
      "? Nothing is left to take out."
    )
    expect(linesOf(change, { units: "10" })).toMatch(/^Takes out 10 units: 0 units/)
    expect(linesOf(setStock(none, () => now, after), { units: "25" })).toBe(
      "Puts in 15 units: 25 units can be bought then."
    )
    expect(linesOf(setStock(none, () => now, after), { units: "-1" })).toMatch(/^\?/)
  })

  it("is sent under the change's own name, and what came of it is said", async () => {
    const answer = { ...item({}, { available: 60 }), shortfall: { asked: 40, taken: 10 }, position: {} }
    const { asked, calls } = answering(answer)
    const said = await send(addStock(calls, () => item(), -1, after), { units: "40" })
    expect(said).toBe("101: only 10 units of 40 could be taken out. 60 units available, of 100.")
    expect(asked).toEqual([{
      method: "POST",
      path: "/items/101/stock",
      sent: { body: { add: -40, reason: "a test" }, idempotencyKey: "key-1" }
    }])
  })
})

describe("how it is sold", () => {
  it("pauses and resumes, and says of which item", async () => {
    expect(linesOf(pause(none, item(), after))).toMatch(/No more orders are taken .* 4 units that buyers hold/)
    const { asked, calls } = answering(item())
    expect(await send(pause(calls, item({ paused: true }), after))).toBe("101: resumed.")
    expect(asked[0]!.sent.body).toEqual({ paused: false, reason: "a test" })
  })

  it("sends only what is changed, and takes away what is emptied", async () => {
    const sale = { opens_at: "2026-12-01T18:00:00.500Z", closes_at: "2026-12-01T20:00:00Z" }
    const { asked, calls } = answering(item())
    const change = times(calls, item(sale), after)
    const values = Object.fromEntries(change.fields!.map(({ name, value }) => [name, value ?? ""]))
    expect(linesOf(change, values)).toBe("? Nothing is changed yet.")
    expect(linesOf(change, { ...values, closes: values["opens"]! })).toBe("? It would close before it opens.")
    await send(change, { ...values, closes: "" })
    expect(asked[0]!.sent.body).toEqual({ closes_at: null, reason: "a test" })
  })

  it("proposes nothing by itself in the hour that clocks repeat", () => {
    vi.stubEnv("TZ", "Europe/Berlin")
    // 02:30 for the second time: a field says no more than 02:30.
    const opens_at = "2026-10-25T01:30:00.000Z"
    const change = times(none, item({ opens_at }), after)
    const values = Object.fromEntries(change.fields!.map(({ name, value }) => [name, value ?? ""]))
    expect(values["opens"]).toBe("2026-10-25T02:30:00")
    expect(linesOf(change, values)).toBe("? Nothing is changed yet.")
    // A browser leaves out seconds that are none.
    expect(linesOf(change, { ...values, opens: "2026-10-25T02:30" })).toBe("? Nothing is changed yet.")
    expect(linesOf(change, { ...values, opens: "2026-10-25T03:30" })).toContain("02:30:00 UTC")
    vi.unstubAllEnvs()
  })

  it.each([
    [{}, { price: "", currency: "EUR" }, "? What does one unit cost?"],
    [{}, { price: "12,50", currency: "eur" }, "A unit costs €12.50 from then on."],
    [{}, { price: "12.505", currency: "EUR" }, "? No amount of EUR."],
    [{}, { price: "12", currency: "XXQ" }, "? Which currency?"],
    [{ price: 1250, currency: "EUR" }, { price: "12.5", currency: "EUR" }, "? Nothing is changed yet."],
    [{ price: 1250, currency: "EUR" }, { price: " ", currency: "EUR" }, "A unit has no price from then on."]
  ])("of %j the price %j", (sale, values, lines) => {
    expect(linesOf(price(none, item(sale), after), values)).toContain(lines)
  })

  it("limits buyers, and holds, within what the engine takes", () => {
    expect(linesOf(limit(none, item(), after), { units: "0" })).toMatch(/^\? A whole number/)
    expect(linesOf(limit(none, item({ per_user_limit: 2 }), after), { units: "" })).toMatch(/^A buyer may buy as many/)
    expect(linesOf(holds(none, item(), after), { usual: "3601", most: "" })).toMatch(/^\? Whole seconds/)
    expect(linesOf(holds(none, item(), after), { usual: "120", most: "" })).toMatch(
      /^A hold lasts 2\smin, and 1\sh at the most\. .*no way back/
    )
  })

  it("names the items of which the sale was not paused", async () => {
    const failed = Array.from({ length: 7 }, (_, number) => ({ item_id: `i-${number}`, code: "log_unavailable" }))
    const { asked, calls } = answering({ total: 9, done: 2, failed, incomplete_partitions: [1] })
    expect(await send(everySale(calls, true, after))).toMatch(
      /^Every sale: 2 of 9 items paused\. Not done: i-0 \(log_unavailable\).* and 2 more\. Partitions are folded again/
    )
    expect(asked[0]!.path).toBe("/sales/pause-all")
  })
})

describe("orders", () => {
  const order = (change: object = {}) =>
    ({
      request_id: "r/1",
      item_id: "101",
      amount: 2,
      price: 1250,
      currency: "EUR",
      status: "COMPLETED",
      ...change
    }) as unknown as Parameters<typeof cancel>[1] extends () => infer Order ? Order : never

  it("says what cancelling does at each stage, by what the order is now", () => {
    const open = order({ status: "RESERVED", expires_at: "2026-12-01T18:00:00Z" })
    expect(linesOf(cancel(none, () => open, after))).toBe(
      "Ends the hold. Nobody has been charged. 2 units are on sale again at once."
    )
    expect(linesOf(cancel(none, () => order({ status: "RESERVED" }), after))).toMatch(/voided at the provider/)
    expect(linesOf(cancel(none, () => order(), after))).toBe("? It is completed already.")
  })

  it("gives back where it is said who pays and where the units go", async () => {
    const { asked, calls } = answering({ order_status: "COMPLETED", refund: "pending", done: false })
    const change = refund(calls, () => order(), after)
    expect(linesOf(change, { stock: "", by: "engine" })).toBe("? Are its units put back on sale?")
    expect(linesOf(change, { stock: "no", by: "hand", reference: " " })).toMatch(/^\? Under which reference/)
    const unpriced = refund(calls, () => order({ price: undefined }), after)
    expect(linesOf(unpriced, { stock: "yes", by: "engine" })).toMatch(/^Pays the money back through/)
    expect(linesOf(change, { stock: "yes", by: "engine" })).toMatch(/^Pays €25\.00 back through the payment provider\./)
    expect(await send(change, { stock: "yes", by: "hand", reference: "bank 7" })).toMatch(
      /^r\/1: the money is on its way back/
    )
    expect(asked).toEqual([{
      method: "POST",
      path: "/orders/r%2F1/refund",
      sent: {
        body: { item_id: "101", restock: true, by_hand: { reference: "bank 7" }, reason: "a test" },
        idempotencyKey: "key-1"
      }
    }])
  })

  it("says that the shop pays back what it took itself", () => {
    const change = refund(none, () => order({ payment_reference: "pi_7" }), after)
    expect(linesOf(change, { stock: "no", by: "engine" })).toMatch(
      /as pi_7, and pays it back\. 2 units are not put back on sale\./
    )
  })
})
