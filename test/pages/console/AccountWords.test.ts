/** Words for what was done by hand, and for how webhooks do. */
import { describe, expect, it } from "vitest"
import { doneOf, webhookOf } from "../../../packages/pages/src/console/words/AuditWords.ts"
import { conditionOf, replayOf } from "../../../packages/pages/src/console/words/WebhookWords.ts"

const OPENS = Date.UTC(2026, 11, 1, 18)

describe("what was done", () => {
  it.each<readonly [type: string, data: object, words: string | RegExp]>([
    ["item.adjusted", { adjustment: { delta: 50 } }, "Put in 50 units"],
    ["item.adjusted", { adjustment: { delta: -1 } }, "Took out 1 unit"],
    ["item.adjusted", { adjustment: { target: 0 } }, "Set to 0 units"],
    ["item.adjusted", {}, "Stock changed"],
    ["sale.changed", { sale: { paused: true } }, "Sale: paused"],
    ["sale.changed", { sale: { paused: false, per_user_limit: null } }, "Sale: resumed, no limit per buyer"],
    [
      "sale.changed",
      { sale: { opens_at: OPENS, price: 1250, currency: "EUR" } },
      /^Sale: opens .*18:00:00 UTC\), price .*12\.50/
    ],
    ["sale.changed", { sale: { price: null, currency: null, closes_at: null } }, "Sale: never closes, no price"],
    [
      "sale.changed",
      { sale: { hold_seconds: 600, max_hold_seconds: null } },
      /^Sale: holds of 10\smin, holds of the longest/
    ],
    ["sale.changed", { sale: {} }, "Sale changed"],
    ["order.refund_requested", {}, "Refund asked for"],
    ["order.failed", {}, "Order failed again"],
    ["webhook.replayed", { webhook: "shop", dead: true }, "Sent again what was given up"],
    ["webhook.replayed", { webhook: "shop", events: 3 }, "Sent 3 events again"],
    ["webhook.replayed", { from: "2026-12-01T00:00:00.000Z", until: "soon" }, /00:00:00 UTC\) until soon$/],
    ["something.new", { what: 1 }, "something.new"],
    ["constructor", {}, "constructor"]
  ])("%s %o is %s", (type, data, words) => {
    const said = doneOf({ type, data: data as Readonly<Record<string, never>> })
    if (typeof words === "string") expect(said).toBe(words)
    else expect(said).toMatch(words)
  })

  it("names the webhook that it was done to, and none where it is about something else", () => {
    expect(webhookOf({ type: "webhook.tested", data: { webhook: "shop" } })).toBe("shop")
    expect(webhookOf({ type: "sale.changed", data: { webhook: "shop" } })).toBeUndefined()
  })
})

describe("a webhook", () => {
  const fine = { condition: "delivering", waiting: 0, last_success_at: "2026-12-01T18:00:00.000Z" } as const
  const failed = { ...fine, waiting: 1, last_failure_at: "2026-12-01T18:00:01.000Z" }

  it.each(
    [
      ["delivers", fine, "Delivering"],
      ["has failed last", failed, "Failing"],
      ["has failed, and taken one since", { ...failed, last_failure_at: "2026-12-01T17:00:00.000Z" }, "Delivering"],
      [
        "never took one",
        { condition: "delivering", waiting: 1, last_failure_at: "2026-12-01T18:00:01.000Z" },
        "Failing"
      ],
      ["failed and is disabled", { ...failed, condition: "disabled" }, "Disabled"],
      ["has answered 410", { ...failed, condition: "gone" }, "Answered 410"]
    ] as const
  )("that %s", (_, row, words) => {
    expect(conditionOf(row).words).toBe(words)
  })

  it("is sent again what was given up, some events, or those of a time", () => {
    const replay = { id: 1, webhook: "shop", by: "ops", asked_at: "2026-12-01T18:00:00.000Z", sent: 0 }
    expect(replayOf({ ...replay, dead: true })).toBe("What was given up")
    expect(replayOf({ ...replay, ids: ["a"] })).toBe("1 event")
    expect(replayOf({ ...replay, from: "2026-12-01T18:00:00.000Z" })).toMatch(/^From .*18:00:00 UTC\) until now$/)
  })
})
