/** What differs between two dumps of an item, and how it is said. */
import { assert, describe, it } from "@effect/vitest"
import * as Differences from "@flash-sale/audit/Differences"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { CorrelationId, UserId } from "@flash-sale/domain/records/Ids"
import type { RefundDue } from "@flash-sale/domain/rules/checkout/CheckoutState"
import * as Fold from "@flash-sale/domain/rules/Fold"
import type { HeldOrder } from "@flash-sale/domain/rules/Item"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import { Effect } from "effect"
import * as Histories from "../domain/Histories.ts"
import { by, place, play, sale, settle } from "../domain/ItemCommands.ts"

const dump = ItemDump.of({
  ...Fold.nothing,
  item: play(
    by("stock", 5),
    sale({ perUserLimit: 5, price: 499, currency: "EUR" }),
    place("a", { user: "ann", amount: 2 }),
    place("b", { user: "bob", amount: 3 }),
    place("c", { user: "cid", amount: 1 }),
    settle("a", "paid")
  ).item
})

const linesOf = (change: Partial<ItemDump.ItemDump>, isUnpublishedWrong = true) =>
  Differences.lines(Differences.between(dump, { ...dump, ...change }, () => isUnpublishedWrong), "log", "store")

const without = <A>(map: ReadonlyMap<string, A>, key: string): ReadonlyMap<string, A> =>
  new Map([...map].filter(([name]) => name !== key))

const correlationId = CorrelationId.make("c")

const holdOf = (reference: string | undefined): HeldOrder => ({
  state: "held",
  userId: UserId.make("ann"),
  amount: 2,
  attempt: 1,
  placedAtOffset: 3,
  countsAgainstLimit: false,
  price: undefined,
  currency: undefined,
  reason: undefined,
  hold: reference === undefined
    ? { confirmedAtOffset: undefined, reference: undefined }
    : { confirmedAtOffset: 4, reference: PaymentReference.make(reference) }
})

const dueOf = (reference: string, offset: number): RefundDue => ({
  offset,
  reference: PaymentReference.make(reference),
  userId: offset === 0 ? undefined : UserId.make("bob")
})

describe("Two dumps of an item", () => {
  it.effect("do not differ where they are of the same records", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(linesOf({}), [])
      for (const history of yield* Histories.histories("dumps", 60, 50)) {
        const folded = () => {
          const result = Fold.fold(Fold.nothing, { commands: history, published: [], expected: undefined })
          if (result._tag !== "Folded") throw new Error(result._tag)
          return ItemDump.of(result.state)
        }
        assert.deepStrictEqual(Differences.between(folded(), folded(), () => true), Differences.none)
      }
    }))

  it("differ in counts and settings, in the order of the store", () => {
    assert.deepStrictEqual(
      linesOf({ head: { ...dump.head, currency: undefined, paused: true, stocked: ItemDump.damaged("a lot") } }),
      [`  put: log "5", store "a lot"`, `  paused: log "0", store "1"`, `  currency: log "EUR", store "-"`]
    )
  })

  it("do not differ in counts by reason that one side has not counted, and differ where it has counted others", () => {
    const withRefused = (refused: ItemDump.Head["refused"]) => linesOf({ head: { ...dump.head, refused } })
    assert.deepStrictEqual(dump.head.refused, { sold_out: 1 })
    assert.deepStrictEqual(withRefused({}), [])
    assert.deepStrictEqual(withRefused({ sold_out: 2 }), [`  refused: log "1 sold_out", store "2 sold_out"`])
    assert.deepStrictEqual(withRefused({ limit: 1 }), [`  refused: log "1 sold_out", store "1 limit"`])
    assert.deepStrictEqual(withRefused(ItemDump.damaged("x")), [`  refused: log "1 sold_out", store "x"`])
    const fewer = linesOf({ head: { ...dump.head, rejectedCount: 0, refused: {} } })
    assert.deepStrictEqual(fewer, [`  turned away: log "1", store "0"`])
  })

  it("differ in orders, which are said in words, and in those that cannot be read", () => {
    const a = dump.orders.get("a")!
    if (ItemDump.isDamaged(a)) throw new Error(a.text)
    const log = "  order a: log sold 2 for ann, attempt 1, placed at 2 capped at 499 EUR, store"
    const withA = (order: typeof a | ItemDump.Damaged) => ({ orders: new Map([...dump.orders, ["a", order]]) })
    assert.deepStrictEqual(linesOf(withA({ ...a, attempt: 2, reason: "cancelled" })), [
      `${log} sold 2 for ann, attempt 2, placed at 2 capped at 499 EUR (cancelled)`
    ])
    assert.deepStrictEqual(linesOf(withA(ItemDump.damaged("sold ann"))), [`${log} "sold ann"`])
    assert.deepStrictEqual(linesOf({ orders: without(dump.orders, "b"), rejected: without(dump.rejected, "c") }), [
      "  order b: log held 3 for bob, attempt 1, placed at 3 capped at 499 EUR, store nothing",
      `  turned c: log "sold_out 1", store nothing`
    ])
  })

  it("differ in buyers and commands, also in what only the other one has", () => {
    assert.deepStrictEqual(
      linesOf({
        buyers: new Map([...dump.buyers, ["ann", 4]]),
        commands: new Map([...dump.commands, ["again", 2]])
      }),
      [`  buyer ann: log "2", store "4"`, `  command again: log nothing, store "2"`]
    )
  })

  it("differ in how a hold was confirmed, in what is open and in payments that are due, also in one of several", () => {
    const held = (reference: string | undefined) => ({
      orders: new Map([["h", holdOf(reference)]]),
      open: new Map([["h", { dueAt: reference === undefined ? 5 : undefined, correlationId }]]),
      refundsDue: new Map([["h", [reference ?? "one", "two"].map((name, offset) => dueOf(name, offset))]])
    })
    const said = Differences.between({ ...dump, ...held(undefined) }, { ...dump, ...held("r 1") }, () => true)
    assert.deepStrictEqual(Differences.lines(said, "log", "store"), [
      "  order h: log held 2 for ann, attempt 1, placed at 3, a hold, " +
      `store held 2 for ann, attempt 1, placed at 3, a hold confirmed at 4 by "r 1"`,
      `  open h: log "5 c -", store "- c -"`,
      `  due h: log "one at 0, two at 1 for bob", store "r 1 at 0, two at 1 for bob"`
    ])
    assert.deepStrictEqual(
      Differences.between({ ...dump, ...held("r 1") }, { ...dump, ...held("r 1") }, () => true),
      Differences.none
    )
  })

  it("differ in an answer that one side alone keeps only where that is wrong", () => {
    const answer = { requestId: undefined, state: "unreadable", reason: undefined, attempt: 1 } as const
    const unpublished = new Map([["9", answer]])
    assert.deepStrictEqual(linesOf({ unpublished }), [`  untold 9: log nothing, store "unreadable - 1 "`])
    assert.deepStrictEqual(linesOf({ unpublished }, false), [])
  })

  it("are shown up to a bound, and the rest is counted", () => {
    const others = Array.from({ length: Differences.KEPT + 3 }, (_, n) => [`u-${n}`, 1] as const)
    const lines = linesOf({ buyers: new Map([...dump.buyers, ...others]) })
    assert.lengthOf(lines, Differences.KEPT + 1)
    assert.strictEqual(lines.at(-1), "  and 3 more")
  })
})
