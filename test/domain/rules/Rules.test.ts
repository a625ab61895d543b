import { assert, describe, it } from "@effect/vitest"
import { Command, RULES_VERSION } from "@flash-sale/domain/records/Command"
import { RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { COMMANDS_REMEMBERED, empty, REJECTED_REMEMBERED } from "@flash-sale/domain/rules/Item"
import { lookUp } from "@flash-sale/domain/rules/OrderLookup"
import * as Rules from "@flash-sale/domain/rules/Rules"
import { defaultSettings } from "@flash-sale/domain/rules/SaleSettings"
import { HashMap, Option } from "effect"
import { by, cancel, counts, edited, giveUp, lastAnswer, place, play, sale, settle, to } from "../ItemCommands.ts"

type Case = readonly [
  name: string,
  history: ReadonlyArray<Command>,
  answer: string,
  counts: readonly [available: number, held: number, sold: number, stocked: number]
]

const stock = (units: number) => by("stock", units)

const cases = (table: ReadonlyArray<Case>): void => {
  for (const [name, history, answer, expected] of table) {
    it(name, () => {
      const played = play(...history)
      assert.strictEqual(lastAnswer(played), answer)
      assert.deepStrictEqual(counts(played), expected)
    })
  }
}

/** An order `a` of two units out of three, in each state. */
const inState: Record<"held" | "sold" | "voiding" | "declined" | "voided", ReadonlyArray<Command>> = {
  held: [stock(3), place("a", { amount: 2 })],
  sold: [stock(3), place("a", { amount: 2 }), settle("a", "paid")],
  voiding: [stock(3), place("a", { amount: 2 }), cancel("a")],
  declined: [stock(3), place("a", { amount: 2 }), settle("a", "declined")],
  voided: [stock(3), place("a", { amount: 2 }), giveUp("a"), settle("a", "voided")]
}

describe("Rules: placing", () => {
  // dprint-ignore
  cases([
    ["an order holds units", [stock(3), place("a", { amount: 2 })], "held", [1, 2, 0, 3]],
    ["an order takes the last unit", [stock(2), place("a", { amount: 2 })], "held", [0, 2, 0, 2]],
    ["an order takes all its units or none", [stock(2), place("a", { amount: 3 })], "rejected:sold_out", [2, 0, 0, 2]],
    ["an order of an item without stock is sold out", [place("a")], "rejected:sold_out", [0, 0, 0, 0]],
    ["the same order again changes nothing", [stock(3), place("a"), place("a")], "=held", [2, 1, 0, 3]],
    ["the same id with more units is the first order",
      [stock(3), place("a"), place("a", { amount: 2 })], "=held reused", [2, 1, 0, 3]],
    ["the same id of another buyer is the first order",
      [...inState.sold, place("a", { amount: 2, user: "v" })], "=sold reused", [1, 0, 2, 3]],
    ["the same id of another buyer, of an order whose units were released",
      [...inState.voided, place("a", { user: "v" })], "=released:timeout reused", [3, 0, 0, 3]],
    ["the same id of another buyer, of a rejected order",
      [place("a"), stock(3), place("a", { amount: 2, user: "v" })], "=rejected:sold_out", [3, 0, 0, 3]],
    ["a sold order that comes again stays sold", [...inState.sold, place("a", { amount: 2 })], "=sold", [1, 0, 2, 3]],
    ["a released order that comes again stays released",
      [...inState.declined, place("a", { amount: 2 })], "=released:declined", [3, 0, 0, 3]],
    ["a rejected order that comes again stays rejected, also when there is stock",
      [place("a"), stock(3), place("a")], "=rejected:sold_out", [3, 0, 0, 3]],
    ["units that an order gave back are sold to others",
      [stock(1), place("a"), settle("a", "declined"), place("b")], "held", [0, 1, 0, 1]]
  ])

  it("an order keeps its buyer, its offset in the log, and the price that was shown", () => {
    const { orders } = play(
      stock(1),
      sale({ price: 499, currency: "EUR" }),
      place("a", { user: "eve" }),
      sale({ price: 1 })
    )
    assert.deepInclude(orders[2]![0], {
      userId: UserId.make("eve"),
      amount: 1,
      placedAtOffset: 2,
      price: 499,
      currency: "EUR"
    })
  })

  it("an item forgets a rejected id after REJECTED_REMEMBERED others, and not before", () => {
    const rejected = Array.from({ length: REJECTED_REMEMBERED }, (_, n) => place(`r-${n}`))
    const remembered = play(...rejected, stock(5)).item
    assert.strictEqual(lookUp(remembered, 0, RequestId.make("r-0"), 1).state, "rejected")
    const forgotten = play(...rejected, place("one more"), stock(5)).item
    assert.strictEqual(lookUp(forgotten, 0, RequestId.make("r-0"), 1).state, "unknown")
    assert.strictEqual(Rules.apply(forgotten, 1_000_000, place("r-0"))[1][0]?.state, "held")
    assert.strictEqual(Rules.apply(forgotten, 1_000_000, place("r-1"))[1][0]?.state, "rejected")
  })
})

describe("Rules: what an item keeps", () => {
  it("an item does not grow with rejected orders, nor with commands", () => {
    const many = 3 * REJECTED_REMEMBERED
    let most = 0
    let item = empty
    for (let n = 0; n < many; n++) {
      item = Rules.apply(item, n, place(`r-${n}`))[0]
      most = Math.max(most, HashMap.size(item.rejected))
    }
    assert.strictEqual(most, 2 * REJECTED_REMEMBERED)
    for (let n = 0; n < 3 * COMMANDS_REMEMBERED; n++) item = Rules.apply(item, many + n, by(`c-${n}`, 1))[0]
    assert.isAtMost(HashMap.size(item.commands), 2 * COMMANDS_REMEMBERED)
    // Each of the last ones is still known, and none of the others.
    const isKnown = (n: number) => lookUp(item, 0, RequestId.make(`r-${n}`), 1).state === "rejected"
    assert.deepStrictEqual(
      [many - REJECTED_REMEMBERED - 1, many - REJECTED_REMEMBERED, many - 1].map(isKnown),
      [false, true, true]
    )
  })
})

describe("Rules: a sale's settings", () => {
  const open = sale({ opensAt: 100, closesAt: 200 })
  const capped = sale({ perUserLimit: 2 })
  // dprint-ignore
  cases([
    ["an order before the sale opens is rejected",
      [stock(1), open, place("a", { acceptedAt: 99 })], "rejected:not_open", [1, 0, 0, 1]],
    ["an order when the sale opens is held", [stock(1), open, place("a", { acceptedAt: 100 })], "held", [0, 1, 0, 1]],
    ["an order just before the sale closes is held",
      [stock(1), open, place("a", { acceptedAt: 199 })], "held", [0, 1, 0, 1]],
    ["an order when the sale closes is rejected",
      [stock(1), open, place("a", { acceptedAt: 200 })], "rejected:closed", [1, 0, 0, 1]],
    ["an order while the sale is paused is rejected",
      [stock(1), sale({ paused: true }), place("a")], "rejected:paused", [1, 0, 0, 1]],
    ["paused comes before every other reason",
      [open, sale({ paused: true }), place("a")], "rejected:paused", [0, 0, 0, 0]],
    ["an order after the pause is held",
      [stock(1), sale({ paused: true }), sale({ paused: false }), place("a")], "held", [0, 1, 0, 1]],
    ["a pause does not undo what is held",
      [stock(1), place("a"), sale({ paused: true }), settle("a", "paid")], "sold", [0, 0, 1, 1]],
    ["the cap counts a buyer's orders together",
      [stock(9), capped, place("a", { amount: 2 }), place("b")], "rejected:limit", [7, 2, 0, 9]],
    ["the cap holds for one order as well",
      [stock(9), capped, place("a", { amount: 3 })], "rejected:limit", [9, 0, 0, 9]],
    ["the cap counts each buyer alone",
      [stock(9), capped, place("a", { amount: 2 }), place("b", { user: "v" })], "held", [6, 3, 0, 9]],
    ["the cap counts what is sold",
      [stock(9), capped, place("a", { amount: 2 }), settle("a", "paid"), place("b")], "rejected:limit", [7, 0, 2, 9]],
    ["the cap counts what is being voided",
      [stock(9), capped, place("a", { amount: 2 }), cancel("a"), place("b")], "rejected:limit", [7, 2, 0, 9]],
    ["the cap does not count what was given back",
      [stock(9), capped, place("a", { amount: 2 }), settle("a", "declined"), place("b", { amount: 2 })],
      "held", [7, 2, 0, 9]],
    ["the cap does not count what came before it",
      [stock(9), place("a", { amount: 2 }), capped, place("b", { amount: 2 })], "held", [5, 4, 0, 9]],
    ["the cap does not take back what it never counted",
      [stock(9), place("a", { amount: 2 }), capped, place("b", { amount: 2 }), settle("a", "declined"), place("c")],
      "rejected:limit", [7, 2, 0, 9]],
    ["a cap can be lifted",
      [stock(9), capped, sale({ perUserLimit: null }), place("a", { amount: 3 })], "held", [6, 3, 0, 9]],
    ["the reason limit comes before sold out", [capped, place("a", { amount: 3 })], "rejected:limit", [0, 0, 0, 0]]
  ])

  it("a patch changes only the settings that it names; null takes one away", () => {
    const full = sale({ opensAt: 1, closesAt: 2, perUserLimit: 3, paused: true, price: 0, currency: "EUR" })
    const settings = {
      ...defaultSettings,
      opensAt: 1,
      closesAt: 2,
      perUserLimit: 3,
      paused: true,
      price: 0,
      currency: "EUR"
    }
    assert.deepStrictEqual(play(full, sale({})).item.settings, settings)
    assert.deepStrictEqual(play(full, sale({ opensAt: null, price: 9 })).item.settings, {
      ...settings,
      opensAt: undefined,
      price: 9
    })
    assert.deepStrictEqual(
      play(full, sale({ closesAt: null, perUserLimit: null, paused: false, price: null, currency: null })).item
        .settings,
      { ...defaultSettings, opensAt: 1 }
    )
  })
})

describe("Rules: settling", () => {
  const { declined, held, sold, voided, voiding } = inState
  // dprint-ignore
  cases([
    ["paid sells what is held", [...held, settle("a", "paid")], "sold", [1, 0, 2, 3]],
    ["declined gives back what is held", [...held, settle("a", "declined")], "released:declined", [3, 0, 0, 3]],
    ["voided is not believed of what is held", [...held, settle("a", "voided")], "=held", [1, 2, 0, 3]],
    ["voided leaves what is sold", [...sold, settle("a", "voided")], "=sold", [1, 0, 2, 3]],
    ["a late declined leaves what is sold", [...sold, settle("a", "declined")], "=sold", [1, 0, 2, 3]],
    ["a second paid sells nothing more", [...sold, settle("a", "paid")], "=sold", [1, 0, 2, 3]],
    ["a late paid does not stop a void", [...voiding, settle("a", "paid")], "=voiding:cancelled", [1, 2, 0, 3]],
    ["declined does not stop a void", [...voiding, settle("a", "declined")], "=voiding:cancelled", [1, 2, 0, 3]],
    ["voided gives back what a void waits for",
      [...voiding, settle("a", "voided")], "released:cancelled", [3, 0, 0, 3]],
    ["voided after giving up says timeout", voided, "released:timeout", [3, 0, 0, 3]],
    ["a late paid leaves what is released", [...declined, settle("a", "paid")], "=released:declined", [3, 0, 0, 3]],
    ["a second voided gives back nothing more", [...voided, settle("a", "voided")], "=released:timeout", [3, 0, 0, 3]],
    ["a settlement of another attempt changes nothing", [...held, settle("a", "paid", 2)], "=held", [1, 2, 0, 3]],
    ["a settlement of a rejected order changes nothing",
      [place("a"), settle("a", "paid")], "=rejected:sold_out", [0, 0, 0, 0]],
    ["a settlement of an unknown order changes nothing", [stock(3), settle("a", "paid")], "=unknown", [3, 0, 0, 3]]
  ])

  it("a settle record applies its parts in order, each once", () => {
    const parts = (["paid", "declined"] as const).map((outcome) => ({
      requestId: RequestId.make("a"),
      attempt: 1,
      outcome
    }))
    const played = play(...held, Command.Settle({ settlements: parts }))
    assert.deepStrictEqual(played.orders.at(-1)?.map(({ changed, state }) => [state, changed]), [
      ["sold", true],
      ["sold", false]
    ])
    assert.deepStrictEqual(counts(played), [1, 0, 2, 3])
  })
})

describe("Rules: cancelling and giving up", () => {
  const { declined, held, sold, voiding } = inState
  // dprint-ignore
  cases([
    ["a cancel begins to void what is held, and keeps its units",
      [...held, cancel("a")], "voiding:cancelled", [1, 2, 0, 3]],
    ["a give-up says timeout", [...held, giveUp("a")], "voiding:timeout", [1, 2, 0, 3]],
    ["a void keeps its first reason", [...voiding, giveUp("a")], "=voiding:cancelled", [1, 2, 0, 3]],
    ["a cancel never touches what is sold", [...sold, cancel("a")], "=sold", [1, 0, 2, 3]],
    ["a give-up never touches what is sold", [...sold, giveUp("a")], "=sold", [1, 0, 2, 3]],
    ["a cancel finds nothing to void in what is released",
      [...declined, cancel("a")], "=released:declined", [3, 0, 0, 3]],
    ["a cancel finds nothing to void in what was rejected",
      [place("a"), cancel("a")], "=rejected:sold_out", [0, 0, 0, 0]],
    ["a give-up of an unknown order changes nothing", [stock(3), giveUp("a")], "=unknown", [3, 0, 0, 3]],
    ["a cancel of another attempt changes nothing", [...held, cancel("a", 2)], "=held", [1, 2, 0, 3]]
  ])
})

describe("Rules: a new attempt", () => {
  const { declined, held, sold, voided } = inState
  const second = place("a", { amount: 2, attempt: 2 })
  // dprint-ignore
  cases([
    ["a new attempt holds again what was released", [...voided, second], "held", [1, 2, 0, 3]],
    ["a new attempt of what is held changes nothing", [...held, second], "=held", [1, 2, 0, 3]],
    ["a new attempt of what is sold changes nothing", [...sold, second], "=sold", [1, 0, 2, 3]],
    ["a new attempt must have the next number",
      [...declined, place("a", { amount: 2, attempt: 3 })], "=released:declined", [3, 0, 0, 3]],
    ["an attempt that repeats the first changes nothing",
      [...declined, place("a", { amount: 2 })], "=released:declined", [3, 0, 0, 3]],
    ["a new attempt may find nothing left", [...declined, by("out", -2), second], "released:sold_out", [1, 0, 0, 1]],
    ["a new attempt is settled under its number", [...declined, second, settle("a", "paid", 2)], "sold", [1, 0, 2, 3]],
    ["a cancel of the first attempt leaves the second", [...declined, second, cancel("a", 1)], "=held", [1, 2, 0, 3]],
    ["a payment of the first attempt leaves the second",
      [...declined, second, settle("a", "paid", 1)], "=held", [1, 2, 0, 3]],
    ["an attempt after one that found nothing is the third",
      [...declined, by("out", -2), second, by("in", 2), place("a", { amount: 2, attempt: 3 })], "held", [1, 2, 0, 3]]
  ])

  it("a new attempt has its own number and offset", () => {
    const { orders } = play(...declined, by("out", -2), second)
    assert.deepInclude(orders.at(-1)?.[0], { attempt: 2, placedAtOffset: 4, reason: "sold_out" })
  })

  it("a new attempt counts against the cap that is set then", () => {
    const capped = play(
      stock(3),
      place("a"),
      settle("a", "declined"),
      sale({ perUserLimit: 1 }),
      place("a", { attempt: 2 })
    )
    assert.deepStrictEqual(HashMap.get(capped.item.buyers, UserId.make("u")), Option.some(1))
  })
})

describe("Rules: adjusting", () => {
  const adjusted = (name: string, history: ReadonlyArray<Command>, expected: ReadonlyArray<number>): void =>
    it(name, () => {
      const played = play(...history)
      assert.deepStrictEqual(counts(played), expected)
      assert.deepStrictEqual(played.orders.at(-1), [])
    })

  adjusted("an adjustment puts units in", [edited(1, 5)], [5, 0, 0, 5])
  adjusted("an adjustment takes units out", [edited(1, 5), edited(2, -2)], [3, 0, 0, 3])
  adjusted("an adjustment takes at most what is available", [...inState.held, edited(1, -5)], [0, 2, 0, 2])
  adjusted("an edit counts its sequence number once", [edited(1, 5), edited(1, 5)], [5, 0, 0, 5])
  adjusted("an edit with a lower sequence number was counted already", [edited(2, 5), edited(1, 7)], [5, 0, 0, 5])
  adjusted("an edit may leave a gap in the sequence numbers", [edited(1, 5), edited(7, 1)], [6, 0, 0, 6])
  adjusted("an operator's command counts once", [by("c", 5), by("c", 5)], [5, 0, 0, 5])
  adjusted("two commands of one size both count", [by("c", 5), by("d", 5)], [10, 0, 0, 10])
  adjusted("a target sets what is available", [...inState.held, to("c", 7)], [7, 2, 0, 9])
  adjusted("a target may be lower than what is available", [...inState.held, to("c", 0)], [0, 2, 0, 2])
  adjusted("a target is set once", [to("c", 7), place("a"), to("c", 7)], [6, 1, 0, 7])

  it("an item forgets a command after COMMANDS_REMEMBERED others, and not before", () => {
    const others = Array.from({ length: COMMANDS_REMEMBERED - 1 }, (_, n) => by(`c-${n}`, 1))
    assert.strictEqual(play(by("old", 1), ...others, by("old", 1)).item.stocked, COMMANDS_REMEMBERED)
    assert.strictEqual(play(by("old", 1), ...others, by("last", 1), by("old", 1)).item.stocked, COMMANDS_REMEMBERED + 2)
  })
})

describe("Rules: versions and unreadable records", () => {
  it("an item notes the version of the rules, and whether this build knows it", () => {
    const known = play(Command.Rules({ version: RULES_VERSION })).item
    const later = play(Command.Rules({ version: RULES_VERSION + 1 })).item
    assert.isTrue(Rules.knowsRules(known))
    assert.isFalse(Rules.knowsRules(later))
  })

  it("an unreadable record is answered, and changes nothing", () => {
    const unreadable = Command.Unreadable({ detail: "no JSON", attempt: 2, requestId: RequestId.make("x") })
    const [item, orders] = Rules.apply(empty, 9, unreadable)
    assert.strictEqual(item, empty)
    assert.deepInclude(orders[0], {
      requestId: RequestId.make("x"),
      state: "unreadable",
      attempt: 2,
      placedAtOffset: 9,
      changed: true
    })
  })
})
