/** What replays would come to: by itself, and compared with what they come to. */
import { assert, describe, it } from "@effect/vitest"
import type { DeadLetter } from "@flash-sale/domain/ports/DeadLetters"
import type { ItemSummary } from "@flash-sale/domain/ports/ItemReads"
import type { StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as Item from "@flash-sale/domain/rules/Item"
import { bought } from "@flash-sale/domain/rules/OrderLookup"
import * as Rules from "@flash-sale/domain/rules/Rules"
import { defaultSettings, type SaleSettings } from "@flash-sale/domain/rules/SaleSettings"
import type { Inspected } from "@flash-sale/operations/letters/LetterBatch"
import { refused } from "@flash-sale/operations/letters/Refusal"
import type { Step } from "@flash-sale/operations/letters/Replay"
import { check, MAX_ATTEMPTS } from "@flash-sale/operations/letters/ReplayCheck"
import * as ReplayOutlook from "@flash-sale/operations/letters/ReplayOutlook"
import { Effect, Random } from "effect"

const itemId = ItemId.make("101")
const PUT_AT = Date.parse("2026-11-27T10:00:00.000Z")

interface Written {
  readonly user?: string
  readonly amount?: number
  readonly attempt?: number
  readonly price?: number
  readonly error?: DeadLetter["error"]
}

const letterOf = (
  n: number,
  { amount = 1, attempt = 1, error = "Payment Timeout", price, user = "u-1" }: Written = {}
) =>
  ({
    partition: PartitionId.make(0),
    offset: Offset.make(n),
    key: itemId,
    value: new TextEncoder().encode(
      LogRecord.encode(
        itemId,
        Command.Place({
          order: { requestId: RequestId.make(`r-${n}`), userId: UserId.make(user), itemId, amount },
          attempt,
          acceptedAt: 0,
          correlationId: CorrelationId.make("c")
        })
      ).value
    ),
    error,
    requestId: RequestId.make(`r-${n}`),
    correlationId: CorrelationId.make("c"),
    attempt,
    ...(price === undefined ? {} : { price, currency: "EUR" }),
    timestamp: new Date(PUT_AT).toISOString()
  }) satisfies DeadLetter

const kept = (n: number, status: OrderStatus, attempt = 1): StatusLookup => ({
  _tag: "Kept",
  record: {
    requestId: RequestId.make(`r-${n}`),
    itemId,
    status,
    attempt,
    correlationId: CorrelationId.make("c"),
    updatedAt: "",
    fingerprint: "f"
  }
})

const inspected = (letter: DeadLetter, found: StatusLookup = kept(letter.offset, "FAILED_PAYMENT", letter.attempt)) =>
  ({ id: `0-${letter.offset}`, step: check(letter, found) }) satisfies Inspected<Step>

const summaryOf = (available: number, settings: Partial<SaleSettings> = {}): ItemSummary => ({
  isKnown: true,
  available,
  held: 0,
  sold: 0,
  stocked: available,
  refused: {},
  settings: { ...defaultSettings, ...settings },
  rules: 1,
  position: 9,
  isComplete: true,
  pendingEdit: undefined
})

const outlooks = (
  letters: ReadonlyArray<Inspected<Step>>,
  item: ItemSummary | undefined,
  boughtBefore: Readonly<Record<string, number>> = {}
) =>
  ReplayOutlook.of(letters, {
    item: () => item,
    buyer: (_, userId) => ({ bought: boughtBefore[userId] ?? 0, held: 0, isKnown: true })
  })

const wordsOf = (expected: ReadonlyArray<ReplayOutlook.Expected>) => expected.map(({ outlook }) => outlook)

describe("ReplayOutlook", () => {
  it("letters of one item use up each other's units, in their order", () => {
    const letters = [2, 2, 1, 1].map((amount, n) => inspected(letterOf(n, { amount })))
    assert.deepStrictEqual(wordsOf(outlooks(letters, summaryOf(4))), [
      "would_reserve",
      "would_reserve",
      "sold_out",
      "sold_out"
    ])
    // What does not fit leaves its units to the next one.
    const uneven = [3, 2, 1].map((amount, n) => inspected(letterOf(n, { amount })))
    assert.deepStrictEqual(wordsOf(outlooks(uneven, summaryOf(2))), ["sold_out", "would_reserve", "sold_out"])
  })

  it("letters of one buyer count against the limit together, with what is bought", () => {
    const letters = ["u-1", "u-1", "u-2"].map((user, n) => inspected(letterOf(n, { user })))
    const item = summaryOf(9, { perUserLimit: 2 })
    assert.deepStrictEqual(wordsOf(outlooks(letters, item, { "u-1": 1 })), ["would_reserve", "limit", "would_reserve"])
    // Without a limit nothing is counted.
    assert.deepStrictEqual(wordsOf(outlooks(letters, summaryOf(9), { "u-1": 9 })), [
      "would_reserve",
      "would_reserve",
      "would_reserve"
    ])
  })

  it("a sale that takes no order, another price and a stopped item are said", () => {
    const one = [inspected(letterOf(1, { price: 1_999 }))]
    const euros = { price: 1_999, currency: "EUR" }
    const table: ReadonlyArray<readonly [ItemSummary | undefined, ReplayOutlook.Outlook]> = [
      [summaryOf(1, { ...euros, paused: true }), "sale_closed"],
      [summaryOf(1, { ...euros, opensAt: PUT_AT + 1 }), "sale_closed"],
      // The order counts as accepted when its letter was put: a sale that has closed since takes it.
      [summaryOf(1, { ...euros, closesAt: PUT_AT + 1 }), "would_reserve"],
      [summaryOf(1, { ...euros, closesAt: PUT_AT }), "sale_closed"],
      [summaryOf(1, euros), "would_reserve"],
      [summaryOf(1, { price: 2_499, currency: "EUR" }), "price_changed"],
      [summaryOf(1), "price_changed"],
      [summaryOf(0, { price: 2_499, currency: "EUR" }), "sold_out"],
      [undefined, "refused"]
    ]
    for (const [item, outlook] of table) assert.deepStrictEqual(wordsOf(outlooks(one, item)), [outlook])
  })

  it("what is decided, no order, or tried too often already is not placed, and uses up nothing", () => {
    const table: ReadonlyArray<readonly [Inspected<Step>, ReplayOutlook.Outlook]> = [
      [inspected(letterOf(1), kept(1, "COMPLETED", 2)), "already_sold"],
      [inspected(letterOf(2), kept(2, "COMPLETED", 1)), "already_sold"],
      [inspected(letterOf(3), kept(3, "PENDING", 2)), "duplicate"],
      [inspected(letterOf(4), kept(4, "CANCELLED", 1)), "refused"],
      [inspected(letterOf(5), { _tag: "Leased", fingerprint: "u-1:mug:1" }), "refused"],
      [inspected(letterOf(6, { error: "Invalid Order Format" })), "still_invalid"],
      [inspected({ ...letterOf(7), value: new Uint8Array([1]) }), "still_invalid"],
      [inspected(letterOf(8, { attempt: MAX_ATTEMPTS })), "too_many_attempts"],
      [inspected(letterOf(9, { attempt: MAX_ATTEMPTS - 1 })), "would_reserve"],
      [inspected(letterOf(9, { attempt: MAX_ATTEMPTS - 1 })), "duplicate"],
      [{ id: "0-99", step: refused({ code: "unknown_letter" }) }, "refused"],
      [inspected(letterOf(10), { _tag: "Unknown" }), "sold_out"]
    ]
    assert.deepStrictEqual(
      wordsOf(outlooks(table.map(([one]) => one), summaryOf(1))),
      table.map(([, outlook]) => outlook)
    )
  })

  it("nothing is certain of an item that is not wholly folded", () => {
    const [expected] = outlooks([inspected(letterOf(1))], { ...summaryOf(1), isComplete: false })
    assert.deepStrictEqual([expected!.outlook, expected!.isCertain], ["would_reserve", false])
  })

  it.effect("random letters come to what the rules make of them", () =>
    Effect.gen(function*() {
      const whole = (most: number) => Random.nextIntBetween(0, most + 1)
      for (let history = 0; history < 300; history++) {
        const settings: SaleSettings = {
          ...defaultSettings,
          paused: (yield* whole(9)) === 0,
          perUserLimit: (yield* whole(1)) === 0 ? undefined : 1 + (yield* whole(4)),
          closesAt: (yield* whole(9)) === 0 ? PUT_AT : undefined
        }
        const available = yield* whole(12)
        let item: Item.Item = { ...Item.empty, available, stocked: available, settings }
        const letters: Array<DeadLetter> = []
        for (let n = 0; n < 8; n++) {
          letters.push(letterOf(n, { amount: 1 + (yield* whole(3)), user: `u-${yield* whole(2)}` }))
        }
        const steps = letters.map((letter) => inspected(letter))
        const expected = outlooks(steps, summaryOf(available, settings))
        for (const [n, { step }] of steps.entries()) {
          if (step._tag !== "Ready") continue
          const before = item.available
          const [next] = Rules.apply(item, n, step.next)
          item = next
          const isHeld = item.available < before
          assert.strictEqual(expected[n]!.outlook === "would_reserve", isHeld, `letter ${n} of history ${history}`)
          if (settings.perUserLimit !== undefined) {
            assert.isAtMost(bought(item, step.next.order.userId), settings.perUserLimit)
          }
        }
      }
    }))
})
