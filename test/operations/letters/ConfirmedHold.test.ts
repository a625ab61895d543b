/** Letters of holds: which are tried again, by what, and which are not, and why. */
import { assert, describe, it } from "@effect/vitest"
import { type DeadLetter, DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import type { OrderKnown } from "@flash-sale/domain/ports/ItemReads"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { fingerprint } from "@flash-sale/domain/records/Order"
import { home, Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { PaymentToken, type RecordedToken } from "@flash-sale/domain/records/token/PaymentToken"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Discard from "@flash-sale/operations/letters/Discard"
import { isNoOrder } from "@flash-sale/operations/letters/Refusal"
import * as Replay from "@flash-sale/operations/letters/Replay"
import { check, pendingOf, type ReplayCheck } from "@flash-sale/operations/letters/ReplayCheck"
import { Effect } from "effect"
import { marked, request } from "../../contract/Commands.ts"

const itemId = ItemId.make("101")
const requestId = RequestId.make("r-1")
const userId = UserId.make("u-1")
const correlationId = CorrelationId.make("c-1")
const token: RecordedToken = PaymentToken.make("tok-late")
const PUT_AT = "2026-11-27T10:00:00.000Z"

const order = { requestId, userId, itemId, amount: 2 }
const confirm = Command.Confirm({ requestId, at: 1, paymentToken: token, correlationId })
const paid = Command.Confirm({ requestId, at: 1, reference: PaymentReference.make("shop-1"), correlationId })
const hold = Command.Hold({ order, acceptedAt: 0, correlationId })
const refund = Command.Refund({ requestId, attempt: 1, restock: true, correlationId })

const letterOf = (command: Parameters<typeof LogRecord.encode>[1], fields: Partial<DeadLetter> = {}): DeadLetter => ({
  partition: PartitionId.make(0),
  offset: Offset.make(7),
  key: itemId,
  value: new TextEncoder().encode(LogRecord.encode(itemId, command).value),
  error: "Payment Timeout",
  requestId,
  correlationId,
  attempt: 1,
  timestamp: PUT_AT,
  ...fields
})

const failed: StatusLookup = {
  _tag: "Kept",
  record: {
    requestId,
    itemId,
    amount: 2,
    status: "FAILED_PAYMENT",
    attempt: 1,
    correlationId,
    updatedAt: "",
    fingerprint: fingerprint(order, true)
  }
}

const known = (change: Partial<OrderKnown> = {}): OrderKnown => ({
  position: 9,
  isComplete: true,
  order: {
    state: "released",
    reason: "timeout",
    userId,
    amount: 2,
    attempt: 1,
    placedAtOffset: 3,
    countsAgainstLimit: false,
    price: undefined,
    currency: undefined,
    hold: { confirmedAtOffset: 7, reference: undefined }
  },
  open: undefined,
  refundsDue: [],
  ...change
})

const codeOf = (checked: ReplayCheck) => checked._tag === "Refused" ? checked.refusal.code : checked._tag

describe("the letter of a confirmed hold", () => {
  it("is tried again as an order that is paid at once, with the token that confirmed it", () => {
    const fromLetter = check(letterOf(confirm, { userId, amount: 2 }), failed)
    const fromLedger = check(letterOf(confirm), failed, known())
    for (const checked of [fromLetter, fromLedger]) {
      assert.deepInclude(checked, {
        _tag: "Ready",
        isHold: true,
        next: Command.Place({
          order: { ...order, paymentToken: token },
          attempt: 2,
          acceptedAt: Date.parse(PUT_AT),
          correlationId
        })
      })
    }
    const placed = check(letterOf(Command.Place({ order, attempt: 1, acceptedAt: 0, correlationId })), failed)
    assert.deepInclude(placed, { _tag: "Ready", isHold: false })
  })

  it("is tried again without a word less about a payment that is due back", () => {
    const refundDue = [{ reference: PaymentReference.make("shop-1") }]
    const checked = check(letterOf(confirm), { ...failed, record: { ...failed.record, refundDue } }, known())
    if (checked._tag !== "Ready") return assert.fail(checked._tag)
    assert.deepInclude(pendingOf(checked, PUT_AT), { status: "PENDING", attempt: 2, refundDue })
    const without = check(letterOf(confirm), failed, known())
    if (without._tag !== "Ready") return assert.fail(without._tag)
    assert.notProperty(pendingOf(without, PUT_AT), "refundDue")
  })

  it("is not tried where nobody knows whose order it was", () => {
    assert.strictEqual(codeOf(check(letterOf(confirm), failed)), "order_unknown")
    assert.strictEqual(codeOf(check(letterOf(confirm), failed, known({ order: undefined }))), "order_unknown")
    assert.strictEqual(
      codeOf(check(letterOf(confirm), failed, known({ order: undefined, isComplete: false }))),
      "attempt_unknown"
    )
  })
})

describe("letters that are no orders", () => {
  it("say what they are, and what is to be done", () => {
    const refusalOf = (command: Parameters<typeof letterOf>[0], error: DeadLetter["error"]) => {
      const checked = check(letterOf(command, { error }), failed)
      if (checked._tag !== "Refused") return checked._tag
      assert.isTrue(isNoOrder(checked.refusal))
      return "kind" in checked.refusal ? checked.refusal.kind : checked.refusal.code
    }
    assert.strictEqual(refusalOf(paid, "Payment Without Order"), "payment_due")
    assert.strictEqual(refusalOf(hold, "Invalid Order Format"), "order")
    assert.strictEqual(refusalOf(confirm, "Invalid Order Format"), "confirm")
    assert.strictEqual(refusalOf(paid, "Invalid Order Format"), "paid")
    assert.strictEqual(refusalOf(refund, "Invalid Order Format"), "refund")
    assert.strictEqual(refusalOf(Command.Rules({ version: 2 }), "Invalid Order Format"), "no_order")
  })
})

describe("handling them", () => {
  it.effect("the next attempt at a hold is in the log, PENDING for its buyer, as the item's ledger knows it", () =>
    Effect.gen(function*() {
      const log = yield* OrderLog
      const store = yield* ItemStore
      const statuses = yield* OrderStatuses
      const letters = yield* DeadLetters
      const partition = home(itemId, yield* log.partitions)
      yield* marked(partition, -1)
      const adjust = Command.Adjust({ adjustment: { command: "put" as never, target: 5 } })
      const settled = Command.Settle({ settlements: [{ requestId, attempt: 1, outcome: "declined" }] })
      const commands = [adjust, Command.Rules({ version: 2 }), hold, confirm, settled]
      yield* store.fold(request(
        { itemId, partition },
        commands.map((command, offset) => ({ offset, command })),
        { epoch: "one" }
      ))
      yield* statuses.write([failed.record])
      const letter = letterOf(confirm, { partition, offset: Offset.make(3) })
      yield* letters.put(letter)
      const step = yield* Replay.inspect(letter)
      assert.deepInclude(step, { _tag: "Ready", isHold: true })
      if (step._tag === "Refused") return assert.fail(step.refusal.code)
      const replayed = yield* Replay.perform(step, { by: "ann" })
      assert.strictEqual(replayed._tag, "Replayed")
      const pending = yield* statuses.read(requestId)
      assert.deepInclude(pending._tag === "Kept" ? pending.record : pending, { status: "PENDING", attempt: 2 })
      assert.deepInclude(yield* letters.find(letter), { _tag: "Handled" })
    }).pipe(Effect.provide(SqliteInfra.layerMemory)))

  it.effect("discarding a payment without an order says that it is paid back", () =>
    Effect.gen(function*() {
      const letters = yield* DeadLetters
      const due = letterOf(paid, { error: "Payment Without Order" })
      const poison = letterOf(paid, { error: "Invalid Order Format", offset: Offset.make(8) })
      for (const letter of [due, poison]) yield* letters.put(letter)
      const discarded = (letter: DeadLetter) =>
        Effect.flatMap(Discard.inspect(letter), (step) =>
          step._tag === "Refused"
            ? Effect.die(step.refusal.code)
            : Discard.perform(step, { by: "ann", reason: "wire-7" }))
      assert.propertyVal(yield* discarded(due), "isPaidBack", true)
      assert.propertyVal(yield* discarded(poison), "isPaidBack", false)
    }).pipe(Effect.provide(SqliteInfra.layerMemory)))
})
