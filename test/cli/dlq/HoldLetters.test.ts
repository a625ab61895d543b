/** Holds that were confirmed and not paid, and payments that came too late: their letters, from record to handling. */
import { assert, describe, expect, it } from "@effect/vitest"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { fingerprint } from "@flash-sale/domain/records/Order"
import { PaymentToken, type RecordedToken } from "@flash-sale/domain/records/token/PaymentToken"
import * as LetterIdText from "@flash-sale/operations/letters/LetterIdText"
import { Clock, Effect } from "effect"
import * as Folders from "../../infra/sqlite/Folders.ts"
import { engine, eventually, fate, typed } from "./DlqCommandLine.ts"

const TEST_TIMEOUT = 60_000

const itemId = ItemId.make("101")
const userId = UserId.make("u-1")
const token: RecordedToken = PaymentToken.make("tok-late")
const named = (name: string) => ({ requestId: RequestId.make(name), correlationId: CorrelationId.make(`c-${name}`) })
const append = (command: Parameters<typeof LogRecord.encode>[1]) =>
  Effect.flatMap(OrderLog, (log) => log.append(LogRecord.encode(itemId, command)))
const now = Effect.map(Clock.currentTimeMillis, Math.floor)

const statusOf = (name: string) =>
  Effect.gen(function*() {
    const statuses = yield* OrderStatuses
    const lookup = yield* statuses.read(RequestId.make(name))
    return lookup._tag === "Kept" ? lookup.record : undefined
  })

/** Units that are held for a buyer. */
const held = (name: string) =>
  Effect.gen(function*() {
    const { correlationId, requestId } = named(name)
    yield* append(Command.Rules({ version: 2 }))
    const order = { requestId, userId, itemId, amount: 2, holdSeconds: 600 }
    yield* append(Command.Hold({ order, acceptedAt: yield* now, correlationId }))
    yield* eventually(statusOf(name), (record) => record?.status === "RESERVED")
  })

const onlyLetter = Effect.gen(function*() {
  const letters = yield* DeadLetters
  const [letter] = yield* eventually(letters.list(10), ({ length }) => length === 1)
  return { letter: letter!, id: LetterIdText.show(letter!) }
})

describe("letters of holds", () => {
  it.live(
    "a hold that was confirmed and not paid is tried again as an order that is paid at once",
    () =>
      Effect.gen(function*() {
        const folder = yield* Folders.temporary
        const id = yield* Effect.gen(function*() {
          yield* typed(folder, "dlq list")
          yield* append(Command.Adjust({ adjustment: { command: "put" as never, target: 5 } }))
          yield* append(Command.Sale({ patch: { price: 1_250, currency: "EUR" } }))
          yield* held("r-1")
          yield* append(Command.Confirm({ ...named("r-1"), at: yield* now, paymentToken: token }))
          assert.strictEqual(yield* fate("r-1", 1), "FAILED_PAYMENT")
          const { id, letter } = yield* onlyLetter
          expect(letter).toMatchObject({ error: "Payment Timeout", requestId: "r-1", userId, amount: 2, price: 1_250 })
          const dry = JSON.parse((yield* typed(folder, "dlq replay --all --dry-run --json")).out)
          expect(dry).toMatchObject({ id, outcome: "would_reserve", amount: 2, attempt: 2, price_now: 1_250 })
          expect((yield* typed(folder, `dlq show ${id}`)).out).not.toContain("tok-late")
          return id
        }).pipe(Effect.provide(engine(folder, 1)))
        yield* Effect.gen(function*() {
          expect((yield* typed(folder, `dlq replay ${id} --why "the provider is back"`)).out).toBe(
            `${id}: replayed as attempt 2 of order "r-1", item 101`
          )
          assert.strictEqual(yield* fate("r-1", 2), "COMPLETED")
          // The buyer's own order still: a hold of the same buyer and units.
          expect((yield* statusOf("r-1"))?.fingerprint).toBe(fingerprint({ userId, itemId, amount: 2 }, true))
          expect((yield* typed(folder, "dlq list")).out).toBe("no dead letters")
        }).pipe(Effect.provide(engine(folder, 0)))
      }),
    TEST_TIMEOUT
  )

  it.live(
    "a payment that came too late is no order to be tried, and discarding it says that it is paid back",
    () =>
      Effect.gen(function*() {
        const folder = yield* Folders.temporary
        yield* Effect.gen(function*() {
          yield* append(Command.Adjust({ adjustment: { command: "put" as never, target: 5 } }))
          yield* held("r-2")
          yield* append(Command.Cancel({ requestId: named("r-2").requestId, attempt: 1 }))
          const reference = PaymentReference.make("shop-1")
          yield* append(Command.Confirm({ ...named("r-2"), at: yield* now, reference }))
          const { id } = yield* onlyLetter
          const list = (yield* typed(folder, "dlq list --reason payment-without-order")).out
          expect(list.split("\n")[1]).toMatch(/ +Payment Without Order +101 +r-2 +1 +c-r-2$/)
          expect(JSON.parse((yield* typed(folder, `dlq show ${id}`)).out)).toMatchObject({
            value: { request_id: "r-2", reference: "shop-1" },
            order: { status: "CANCELLED", refund_due: [{ reference: "shop-1" }] }
          })
          expect((yield* typed(folder, `dlq replay ${id}`)).complaint).toBe(
            `flash-sale: ${id} is no order that could be replayed (Payment Without Order): its buyer has paid for nothing: ` +
              "pay that back, and discard it"
          )
          expect((yield* typed(folder, "dlq replay --all")).out).toBe(
            "left: 1 that are no orders, which only dlq discard takes"
          )
          expect((yield* typed(folder, "dlq replay --all --reason payment-without-order")).complaint).toContain(
            "letters with the reason Payment Without Order are no orders"
          )
          expect(yield* typed(folder, `dlq discard ${id}`)).toMatchObject({ isSuccess: false })
          expect((yield* typed(folder, `dlq discard ${id} --why "paid back: wire-7"`)).out).toBe(
            `${id}: discarded: it counts as paid back`
          )
        }).pipe(Effect.provide(engine(folder, 0)))
      }),
    TEST_TIMEOUT
  )
})
