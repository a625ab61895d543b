import { assert, describe, it } from "@effect/vitest"
import { Command, RULES_VERSION } from "@flash-sale/domain/records/Command"
import { RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { COMMANDS_REMEMBERED, empty, REJECTED_REMEMBERED } from "@flash-sale/domain/rules/Item"
import { lookUp } from "@flash-sale/domain/rules/OrderLookup"
import * as Rules from "@flash-sale/domain/rules/Rules"
import { HashMap, Option } from "effect"
import { by, cancel, counts, giveUp, lastAnswer, place, play, sale, sensed, settle, to } from "../Games.ts"

type Case = readonly [
  name: string,
  history: ReadonlyArray<Command>,
  answer: string,
  counts: readonly [available: number, held: number, sold: number, put: number]
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

describe("placing", () => {
  cases([
    ["holds units", [stock(3), place("a", { amount: 2 })], "held", [1, 2, 0, 3]],
    ["takes the last unit", [stock(2), place("a", { amount: 2 })], "held", [0, 2, 0, 2]],
    ["takes all units or none", [stock(2), place("a", { amount: 3 })], "rejected:sold_out", [2, 0, 0, 2]],
    ["finds nothing where nothing was put in", [place("a")], "rejected:sold_out", [0, 0, 0, 0]],
    ["the same again changes nothing", [stock(3), place("a"), place("a")], "=held", [2, 1, 0, 3]],
    ["the same id with more units is the first", [stock(3), place("a"), place("a", { amount: 2 })], "=held", [
      2,
      1,
      0,
      3
    ]],
    ["again what is sold stays sold", [...inState.sold, place("a")], "=sold", [1, 0, 2, 3]],
    ["again what is released stays released", [...inState.declined, place("a")], "=released:declined", [3, 0, 0, 3]],
    [
      "again what was turned away stays so, also when there is stock",
      [place("a"), stock(3), place("a")],
      "=rejected:sold_out",
      [
        3,
        0,
        0,
        3
      ]
    ],
    ["of units given back sells them to others", [stock(1), place("a"), settle("a", "declined"), place("b")], "held", [
      0,
      1,
      0,
      1
    ]]
  ])

  it("keeps who bought, the place in the log, and the price that was shown", () => {
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

  it("forgets an id turned away when so many came after it, and not before", () => {
    const turned = Array.from({ length: REJECTED_REMEMBERED }, (_, n) => place(`r-${n}`))
    const remembered = play(...turned, stock(5)).item
    assert.strictEqual(lookUp(remembered, 0, RequestId.make("r-0"), 1).state, "rejected")
    const forgotten = play(...turned, place("one more"), stock(5)).item
    assert.strictEqual(lookUp(forgotten, 0, RequestId.make("r-0"), 1).state, "unknown")
    assert.strictEqual(Rules.apply(forgotten, 1_000_000, place("r-0"))[1][0]?.state, "held")
    assert.strictEqual(Rules.apply(forgotten, 1_000_000, place("r-1"))[1][0]?.state, "rejected")
  })
})

describe("what an item keeps", () => {
  it("does not grow with those that it turns away, nor with commands", () => {
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

describe("a sale's settings", () => {
  const open = sale({ opensAt: 100, closesAt: 200 })
  const capped = sale({ perUserLimit: 2 })
  cases([
    ["turn away before it opens", [stock(1), open, place("a", { acceptedAt: 99 })], "rejected:not_open", [1, 0, 0, 1]],
    ["let in when it opens", [stock(1), open, place("a", { acceptedAt: 100 })], "held", [0, 1, 0, 1]],
    ["let in until it closes", [stock(1), open, place("a", { acceptedAt: 199 })], "held", [0, 1, 0, 1]],
    ["turn away when it closes", [stock(1), open, place("a", { acceptedAt: 200 })], "rejected:closed", [1, 0, 0, 1]],
    ["turn away while it pauses", [stock(1), sale({ paused: true }), place("a")], "rejected:paused", [1, 0, 0, 1]],
    ["say paused before all else", [open, sale({ paused: true }), place("a")], "rejected:paused", [0, 0, 0, 0]],
    ["let in after the pause", [stock(1), sale({ paused: true }), sale({ paused: false }), place("a")], "held", [
      0,
      1,
      0,
      1
    ]],
    ["do not undo what is held", [stock(1), place("a"), sale({ paused: true }), settle("a", "paid")], "sold", [
      0,
      0,
      1,
      1
    ]],
    ["cap a buyer", [stock(9), capped, place("a", { amount: 2 }), place("b")], "rejected:limit", [7, 2, 0, 9]],
    ["cap one order", [stock(9), capped, place("a", { amount: 3 })], "rejected:limit", [9, 0, 0, 9]],
    ["cap each buyer alone", [stock(9), capped, place("a", { amount: 2 }), place("b", { user: "v" })], "held", [
      6,
      3,
      0,
      9
    ]],
    [
      "count what is sold",
      [stock(9), capped, place("a", { amount: 2 }), settle("a", "paid"), place("b")],
      "rejected:limit",
      [
        7,
        0,
        2,
        9
      ]
    ],
    [
      "count what is being voided",
      [stock(9), capped, place("a", { amount: 2 }), cancel("a"), place("b")],
      "rejected:limit",
      [
        7,
        2,
        0,
        9
      ]
    ],
    [
      "do not count what was given back",
      [
        stock(9),
        capped,
        place("a", { amount: 2 }),
        settle("a", "declined"),
        place("b", { amount: 2 })
      ],
      "held",
      [7, 2, 0, 9]
    ],
    [
      "do not count what came before the cap",
      [stock(9), place("a", { amount: 2 }), capped, place("b", { amount: 2 })],
      "held",
      [
        5,
        4,
        0,
        9
      ]
    ],
    [
      "do not take back twice what never counted",
      [
        stock(9),
        place("a", { amount: 2 }),
        capped,
        place("b", { amount: 2 }),
        settle("a", "declined"),
        place("c")
      ],
      "rejected:limit",
      [7, 2, 0, 9]
    ],
    ["lift a cap", [stock(9), capped, sale({ perUserLimit: null }), place("a", { amount: 3 })], "held", [6, 3, 0, 9]],
    ["say limit before sold out", [capped, place("a", { amount: 3 })], "rejected:limit", [0, 0, 0, 0]]
  ])

  it("change only what the patch names; null takes away", () => {
    const full = sale({ opensAt: 1, closesAt: 2, perUserLimit: 3, paused: true, price: 0, currency: "EUR" })
    const settings = { opensAt: 1, closesAt: 2, perUserLimit: 3, paused: true, price: 0, currency: "EUR" }
    assert.deepStrictEqual(play(full, sale({})).item.settings, settings)
    assert.deepStrictEqual(play(full, sale({ opensAt: null, price: 9 })).item.settings, {
      ...settings,
      opensAt: undefined,
      price: 9
    })
    assert.deepStrictEqual(
      play(full, sale({ closesAt: null, perUserLimit: null, paused: false, price: null, currency: null })).item
        .settings,
      { opensAt: 1, closesAt: undefined, perUserLimit: undefined, paused: false, price: undefined, currency: undefined }
    )
  })
})

describe("settling", () => {
  const { declined, held, sold, voided, voiding } = inState
  cases([
    ["held, paid: sells", [...held, settle("a", "paid")], "sold", [1, 0, 2, 3]],
    ["held, declined: gives back", [...held, settle("a", "declined")], "released:declined", [3, 0, 0, 3]],
    ["held, voided: is not believed", [...held, settle("a", "voided")], "=held", [1, 2, 0, 3]],
    ["sold, anything: stays sold", [...sold, settle("a", "voided")], "=sold", [1, 0, 2, 3]],
    ["sold, declined late: stays sold", [...sold, settle("a", "declined")], "=sold", [1, 0, 2, 3]],
    ["sold, paid again: sold once", [...sold, settle("a", "paid")], "=sold", [1, 0, 2, 3]],
    ["voiding, paid late: the void goes on", [...voiding, settle("a", "paid")], "=voiding:cancelled", [1, 2, 0, 3]],
    ["voiding, declined: the void goes on", [...voiding, settle("a", "declined")], "=voiding:cancelled", [1, 2, 0, 3]],
    ["voiding, voided: gives back", [...voiding, settle("a", "voided")], "released:cancelled", [3, 0, 0, 3]],
    ["given up, voided: says why", voided, "released:timeout", [3, 0, 0, 3]],
    ["released, paid late: stays released", [...declined, settle("a", "paid")], "=released:declined", [3, 0, 0, 3]],
    ["released, voided again: gives back once", [...voided, settle("a", "voided")], "=released:timeout", [3, 0, 0, 3]],
    ["another attempt: changes nothing", [...held, settle("a", "paid", 2)], "=held", [1, 2, 0, 3]],
    ["turned away: stays so", [place("a"), settle("a", "paid")], "=rejected:sold_out", [0, 0, 0, 0]],
    ["unknown: changes nothing", [stock(3), settle("a", "paid")], "=unknown", [3, 0, 0, 3]]
  ])

  it("goes through the parts in order, each once", () => {
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

describe("cancelling and giving up", () => {
  const { declined, held, sold, voiding } = inState
  cases([
    ["begins to void what is held, and keeps its units", [...held, cancel("a")], "voiding:cancelled", [1, 2, 0, 3]],
    ["says why it gave up", [...held, giveUp("a")], "voiding:timeout", [1, 2, 0, 3]],
    ["keeps the first reason", [...voiding, giveUp("a")], "=voiding:cancelled", [1, 2, 0, 3]],
    ["never touches what is sold", [...sold, cancel("a")], "=sold", [1, 0, 2, 3]],
    ["never touches what is sold, out of patience neither", [...sold, giveUp("a")], "=sold", [1, 0, 2, 3]],
    ["finds nothing to void in what is released", [...declined, cancel("a")], "=released:declined", [3, 0, 0, 3]],
    ["finds nothing to void in what was turned away", [place("a"), cancel("a")], "=rejected:sold_out", [0, 0, 0, 0]],
    ["finds nothing to void in what never came", [stock(3), giveUp("a")], "=unknown", [3, 0, 0, 3]],
    ["of another attempt changes nothing", [...held, cancel("a", 2)], "=held", [1, 2, 0, 3]]
  ])
})

describe("a new attempt", () => {
  const { declined, held, sold, voided } = inState
  const second = place("a", { amount: 2, attempt: 2 })
  cases([
    ["holds again what was released", [...voided, second], "held", [1, 2, 0, 3]],
    ["of what is held changes nothing", [...held, second], "=held", [1, 2, 0, 3]],
    ["of what is sold changes nothing", [...sold, second], "=sold", [1, 0, 2, 3]],
    ["must be the next", [...declined, place("a", { amount: 2, attempt: 3 })], "=released:declined", [3, 0, 0, 3]],
    ["that repeats the first changes nothing", [...declined, place("a", { amount: 2 })], "=released:declined", [
      3,
      0,
      0,
      3
    ]],
    ["may find nothing left", [...declined, by("out", -2), second], "released:sold_out", [1, 0, 0, 1]],
    ["is settled under its number", [...declined, second, settle("a", "paid", 2)], "sold", [1, 0, 2, 3]],
    ["hears nothing of the first one's cancel", [...declined, second, cancel("a", 1)], "=held", [1, 2, 0, 3]],
    ["hears nothing of the first one's payment", [...declined, second, settle("a", "paid", 1)], "=held", [1, 2, 0, 3]],
    [
      "after one that found nothing is the third",
      [
        ...declined,
        by("out", -2),
        second,
        by("in", 2),
        place("a", { amount: 2, attempt: 3 })
      ],
      "held",
      [1, 2, 0, 3]
    ]
  ])

  it("stands under its own number and place", () => {
    const { orders } = play(...declined, by("out", -2), second)
    assert.deepInclude(orders.at(-1)?.[0], { attempt: 2, placedAtOffset: 4, reason: "sold_out" })
  })

  it("counts against the cap that is set then", () => {
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

describe("adjusting", () => {
  const adjusted = (name: string, history: ReadonlyArray<Command>, expected: ReadonlyArray<number>): void =>
    it(name, () => {
      const played = play(...history)
      assert.deepStrictEqual(counts(played), expected)
      assert.deepStrictEqual(played.orders.at(-1), [])
    })

  adjusted("puts in", [sensed(1, 5)], [5, 0, 0, 5])
  adjusted("takes out", [sensed(1, 5), sensed(2, -2)], [3, 0, 0, 3])
  adjusted("takes at most what is available", [...inState.held, sensed(1, -5)], [0, 2, 0, 2])
  adjusted("counts a number once", [sensed(1, 5), sensed(1, 5)], [5, 0, 0, 5])
  adjusted("takes a lower number for one that was counted", [sensed(2, 5), sensed(1, 7)], [5, 0, 0, 5])
  adjusted("goes on after a gap in the numbers", [sensed(1, 5), sensed(7, 1)], [6, 0, 0, 6])
  adjusted("counts a command once", [by("c", 5), by("c", 5)], [5, 0, 0, 5])
  adjusted("knows two commands from each other", [by("c", 5), by("d", 5)], [10, 0, 0, 10])
  adjusted("sets a target of what is available", [...inState.held, to("c", 7)], [7, 2, 0, 9])
  adjusted("sets a target downwards", [...inState.held, to("c", 0)], [0, 2, 0, 2])
  adjusted("sets a target once", [to("c", 7), place("a"), to("c", 7)], [6, 1, 0, 7])

  it("forgets a command when so many came after it, and not before", () => {
    const others = Array.from({ length: COMMANDS_REMEMBERED - 1 }, (_, n) => by(`c-${n}`, 1))
    assert.strictEqual(play(by("old", 1), ...others, by("old", 1)).item.stocked, COMMANDS_REMEMBERED)
    assert.strictEqual(play(by("old", 1), ...others, by("last", 1), by("old", 1)).item.stocked, COMMANDS_REMEMBERED + 2)
  })
})

describe("rules and rubbish", () => {
  it("notes the version of the rules, and says whether this build knows it", () => {
    const known = play(Command.Rules({ version: RULES_VERSION })).item
    const later = play(Command.Rules({ version: RULES_VERSION + 1 })).item
    assert.isTrue(Rules.knowsRules(known))
    assert.isFalse(Rules.knowsRules(later))
  })

  it("answers what cannot be read, and changes nothing", () => {
    const unreadable = Command.Unreadable({ detail: "rubbish", attempt: 2, requestId: RequestId.make("x") })
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
