/** The door refuses what the fold would reject, by the same rule, and calls final what nothing can undo. */
import { assert, describe, it } from "@effect/vitest"
import type { BuyerUnits, ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, RequestId, type UserId } from "@flash-sale/domain/records/Ids"
import * as Fold from "@flash-sale/domain/rules/Fold"
import type { Item } from "@flash-sale/domain/rules/Item"
import { bought } from "@flash-sale/domain/rules/OrderLookup"
import { place } from "@flash-sale/domain/rules/PlaceRule"
import * as Refused from "@flash-sale/domain/rules/Refused"
import * as Rules from "@flash-sale/domain/rules/Rules"
import * as Precheck from "@flash-sale/gateway/request/Precheck"
import { Effect, HashMap } from "effect"
import * as Histories from "../../domain/Histories.ts"

const SIZE = 60
const COUNT = 150
const AMOUNTS = [1, 2, 4, 13]
const TIMES = [0, 1_500, 3_500]

/** The refusals, by the words of the fold. */
const REASONS = {
  Paused: "paused",
  NotOpen: "not_open",
  Closed: "closed",
  Limit: "limit",
  SoldOut: "sold_out"
} as const

const summaryOf = (item: Item, more: Partial<ItemSummary> = {}): ItemSummary => ({
  isKnown: true,
  available: item.available,
  held: item.held,
  sold: item.sold,
  stocked: item.stocked,
  refused: Refused.of(item),
  settings: item.settings,
  rules: item.rules,
  position: 1,
  isComplete: true,
  pendingEdit: undefined,
  ...more
})

const unitsOf = (item: Item, userId: UserId): BuyerUnits => ({
  bought: bought(item, userId),
  held: item.held,
  isKnown: false
})

type Asked = Parameters<typeof place>[2]

const asked = (userId: UserId, amount: number, acceptedAt: number): Asked =>
  Command.Place({
    order: { requestId: RequestId.make("at the door"), userId, itemId: Histories.itemId, amount },
    attempt: 1,
    acceptedAt,
    correlationId: CorrelationId.make("c")
  }) as Asked

/** What the door says of an order that no one knows; undefined where it lets it pass. */
const atTheDoor = (item: Item, { acceptedAt, order }: Asked): Precheck.PrecheckRefusal | undefined => {
  const { limit, refusal } = Precheck.check(summaryOf(item), order, acceptedAt)
  const byLimit = limit === undefined
    ? undefined
    : Precheck.checkLimit(limit, order.amount, unitsOf(item, order.userId))
  return byLimit ?? refusal
}

/** The item once every hold has come back. */
const givenBack = (item: Item): Item =>
  HashMap.toEntries(item.orders).reduce((now, [requestId, { attempt, state }]) => {
    if (state === "open") return Rules.apply(now, 9_999, Command.Cancel({ requestId, attempt }))[0]
    if (state !== "held" && state !== "voiding") return now
    const outcome = state === "held" ? "declined" : "voided"
    return Rules.apply(now, 9_999, Command.Settle({ settlements: [{ requestId, attempt, outcome }] }))[0]
  }, item)

describe("Precheck", () => {
  it.effect("over random histories the door says what the fold decides, and what is final stays so", () =>
    Effect.gen(function*() {
      const seen = new Set<string>()
      for (const history of yield* Histories.histories("door", SIZE, COUNT)) {
        const result = Fold.fold(Fold.nothing, { commands: history, published: [], expected: undefined })
        if (result._tag !== "Folded") return assert.fail(result._tag)
        const { item } = result.state
        for (const userId of Histories.userIds) {
          for (const amount of AMOUNTS) {
            for (const time of TIMES) {
              const order = asked(userId, amount, time)
              const refusal = atTheDoor(item, order)
              const [, decided] = place(item, 10_000, order)
              const reason = refusal === undefined ? undefined : REASONS[refusal._tag as keyof typeof REASONS]
              assert.strictEqual(reason, decided.reason)
              if (refusal === undefined || !("retryable" in refusal)) continue
              seen.add(`${refusal._tag} ${refusal.retryable}`)
              if (!refusal.retryable) assert.strictEqual(place(givenBack(item), 10_001, order)[1].reason, reason)
            }
          }
        }
      }
      assert.sameMembers([...seen], ["Limit true", "Limit false", "SoldOut true", "SoldOut false"])
    }))

  it("a limit is retryable only while held units could be what stands in the way", () => {
    const limited = (limit: number, amount: number, bought: number, held: number) =>
      Precheck.checkLimit(limit, amount, { bought, held, isKnown: false })
    assert.isUndefined(limited(2, 1, 1, 0))
    assert.deepStrictEqual(limited(2, 1, 2, 0), { _tag: "Limit", retryable: false })
    assert.deepStrictEqual(limited(2, 1, 2, 1), { _tag: "Limit", retryable: true })
    assert.deepStrictEqual(limited(2, 2, 2, 1), { _tag: "Limit", retryable: false })
    // Others hold as many as they like: an order above the limit by itself never succeeds.
    assert.deepStrictEqual(limited(2, 3, 0, 50), { _tag: "Limit", retryable: false })
    assert.deepStrictEqual(limited(2, 3, 2, 50), { _tag: "Limit", retryable: false })
  })

  it("a hold is as long as the sale allows at the most, which the fold would make it", () => {
    const most = (maxHoldSeconds: number | undefined, holdSeconds: number) => {
      const item = { ...Fold.nothing.item, settings: { ...Fold.nothing.item.settings, maxHoldSeconds }, available: 5 }
      return Precheck.check(summaryOf(item), { amount: 1, holdSeconds }, 0).refusal
    }
    assert.isUndefined(most(undefined, 3_600))
    assert.isUndefined(most(60, 60))
    assert.deepStrictEqual(most(60, 61), { _tag: "HoldTooLong", most: 60 })
  })

  it("nothing is concluded from an item that may not be wholly folded, or has a change that is parked", () => {
    const item = { ...Fold.nothing.item, settings: { ...Fold.nothing.item.settings, perUserLimit: 1, paused: true } }
    const nothing = { refusal: undefined, limit: undefined }
    assert.deepStrictEqual(Precheck.check(summaryOf(item, { isComplete: false }), { amount: 2 }, 0), nothing)
    const pendingEdit = { itemId: Histories.itemId, seq: 1, delta: 5 }
    assert.deepStrictEqual(Precheck.check(summaryOf(item, { pendingEdit }), { amount: 2 }, 0), nothing)
  })
})
