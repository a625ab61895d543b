/**
 * What holds for every history of holds and payments. Who has won a hold is judged here a second time, by the log alone
 * and without the rules.
 */
import { assert, describe, it } from "@effect/vitest"
import type { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import type { Command, LoggedCommand } from "@flash-sale/domain/records/Command"
import type { RequestId } from "@flash-sale/domain/records/Ids"
import { MAX_REFUNDS_DUE } from "@flash-sale/domain/rules/checkout/CheckoutState"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { empty, type HeldOrder, isBalanced, type Item } from "@flash-sale/domain/rules/Item"
import type { OrderOutcome } from "@flash-sale/domain/rules/Outcome"
import { Effect, HashMap, Option } from "effect"
import * as Histories from "../Histories.ts"

const property = { arbitrary: { runs: 400, size: 80 } }

interface Step {
  readonly before: Item
  readonly after: Item
  readonly logged: LoggedCommand
  readonly orders: ReadonlyArray<OrderOutcome>
}

const steps = function*(history: ReadonlyArray<LoggedCommand>): Iterable<Step> {
  let state = Fold.nothing
  for (const logged of history) {
    const result = Fold.fold(state, { commands: [logged], published: [], expected: undefined })
    if (result._tag !== "Folded") throw new Error(result._tag)
    yield { before: state.item, after: result.state.item, logged, orders: result.outcomes[0]?.orders ?? [] }
    state = result.state
  }
}

const orderOf = ({ orders }: Item, requestId: RequestId): HeldOrder | undefined =>
  Option.getOrUndefined(HashMap.get(orders, requestId))
const dueAtOf = ({ open }: Item, requestId: RequestId): number | undefined =>
  Option.getOrUndefined(HashMap.get(open, requestId))?.dueAt
const duesOf = ({ refundsDue }: Item, requestId: RequestId) =>
  Option.getOrElse(HashMap.get(refundsDue, requestId), () => [])

/** What the command makes of an open hold of this buyer that is due then; undefined where it leaves it open. */
const verdict = (
  command: Command,
  requestId: RequestId,
  { userId }: HeldOrder,
  dueAt: number,
  owed: (reference: PaymentReference) => boolean
): string | undefined => {
  switch (command._tag) {
    case "Confirm": {
      const isMeant = command.requestId === requestId && (command.attempt ?? 1) === 1 &&
        (command.userId ?? userId) === userId
      if (!isMeant) return undefined
      if (command.at >= dueAt) return "released expired"
      if (command.reference === undefined) return "held"
      return owed(command.reference) ? undefined : "sold"
    }
    case "Cancel":
      return command.requestId === requestId && command.attempt === 1 ? "released cancelled" : undefined
    case "Expire":
      return command.at >= dueAt && command.orders.some((one) => one.requestId === requestId && one.attempt === 1)
        ? "released expired"
        : undefined
    default:
      return undefined
  }
}

const SOLD: ReadonlyArray<string> = ["sold", "refunding", "refunded"]

describe("Holds in random histories", () => {
  it.effect.prop(
    "the first record of the log that confirms, pays, cancels or expires an open hold decides it, and no other",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        for (const { after, before, logged } of steps(history)) {
          for (const [requestId, order] of before.orders) {
            if (order.state !== "open") continue
            const dueAt = dueAtOf(before, requestId)
            assert.isDefined(dueAt)
            const owed = (reference: PaymentReference) =>
              duesOf(before, requestId).some((due) =>
                due.reference === reference && (due.userId ?? order.userId) === order.userId
              )
            const now = orderOf(after, requestId)
            const word = [now?.state, now?.reason].filter((one) => one !== undefined).join(" ")
            assert.strictEqual(word, verdict(logged.command, requestId, order, dueAt, owed) ?? "open")
          }
        }
      }),
    property
  )

  it.effect.prop(
    "a hold is never charged or sold at its due time or after it, and what it held comes back at once where it ends",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        for (const { after, before, logged: { command, offset } } of steps(history)) {
          assert.isTrue(isBalanced(after))
          for (const [requestId, order] of before.orders) {
            const now = orderOf(after, requestId)!
            if (order.state !== "open" || now.state === "open") continue
            if (now.state === "released") {
              assert.isUndefined(dueAtOf(after, requestId))
              assert.isFalse(HashMap.has(after.open, requestId))
              assert.isFalse(now.countsAgainstLimit)
            } else {
              assert.strictEqual(command._tag, "Confirm")
              assert.isBelow(command._tag === "Confirm" ? command.at : Infinity, dueAtOf(before, requestId)!)
              assert.strictEqual(now.hold?.confirmedAtOffset, offset)
            }
          }
        }
      }),
    property
  )

  it.effect.prop(
    "what is open is in the ledger: holds with a due time, confirmed ones and refunds without",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        for (const { after } of steps(history)) {
          const open = Array.from(after.orders).filter(([, { hold, state }]) =>
            state === "open" || state === "refunding" ||
            ((state === "held" || state === "voiding") && hold !== undefined && HashMap.size(after.open) > 0)
          )
          for (const [requestId, { dueAt }] of after.open) {
            const state = orderOf(after, requestId)?.state
            assert.include(["open", "held", "voiding", "refunding"], state)
            assert.strictEqual(dueAt !== undefined, state === "open")
          }
          for (const [requestId, { attempt, state }] of open) {
            if (state === "open" || state === "refunding" || attempt === 1) {
              assert.isTrue(HashMap.has(after.open, requestId))
            }
          }
        }
      }),
    property
  )
})

describe("Payments in random histories", () => {
  it.effect.prop(
    "every payment is the sale's or due back to its buyer, once for each reference",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        const isKept = (item: Item, requestId: RequestId, reference: PaymentReference): boolean =>
          duesOf(item, requestId).filter((due) => due.reference === reference).length === 1
        const isSale = (order: HeldOrder | undefined, reference: PaymentReference): boolean =>
          order !== undefined && SOLD.includes(order.state) && order.hold?.reference === reference
        for (const { after, logged: { command }, orders } of steps(history)) {
          for (const [requestId, dues] of after.refundsDue) {
            assert.isAtMost(dues.length, MAX_REFUNDS_DUE)
            assert.strictEqual(new Set(dues.map(({ reference }) => reference)).size, dues.length)
            const order = orderOf(after, requestId)
            const own = dues.filter(({ userId }) => userId === undefined || userId === order?.userId)
            for (const { reference } of own) assert.isFalse(isSale(order, reference), `${requestId} ${reference}`)
          }
          if (command._tag !== "Confirm" || command.reference === undefined) continue
          if (orders[0]?.state === "unreadable") continue
          const order = orderOf(after, command.requestId)
          const isOwn = (command.userId ?? order?.userId) === order?.userId
          const isFound = isKept(after, command.requestId, command.reference) ||
            (isOwn && isSale(order, command.reference))
          assert.isTrue(isFound, `${command.requestId} ${command.reference}`)
        }
      }),
    property
  )

  it.effect.prop(
    "a payment that is due is never forgotten, and is told by its own record alone",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        for (const { after, before, logged, orders } of steps(history)) {
          for (const [requestId, dues] of before.refundsDue) {
            assert.deepStrictEqual(duesOf(after, requestId).slice(0, dues.length), dues)
          }
          const told = orders.filter(({ isRefundDue }) => isRefundDue)
          const added = Array.from(HashMap.values(after.refundsDue)).flat().length -
            Array.from(HashMap.values(before.refundsDue)).flat().length
          assert.strictEqual(told.length, added)
          if (added > 0) assert.strictEqual(logged.command._tag, "Confirm")
          assert.isTrue(told.every(({ refundsDue }) => refundsDue.at(-1)?.offset === logged.offset))
        }
      }),
    property
  )

  it.effect.prop(
    "a refund gives back once, and to where its first record says",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        for (const { after, before } of steps(history)) {
          for (const [requestId, was] of before.orders) {
            const now = orderOf(after, requestId)!
            if (was.state === "refunded") assert.deepStrictEqual(now, was)
            if (was.state === "refunding") assert.strictEqual(now.reason, was.reason)
          }
          // One record may sell, release and give back several orders.
          const units = (state: HeldOrder["state"], reason?: HeldOrder["reason"]) =>
            Array.from(after.orders).reduce((sum, [requestId, order]) => {
              const isNew = order.state === state && orderOf(before, requestId)?.state !== state
              return sum + (isNew && (reason === undefined || order.reason === reason) ? order.amount : 0)
            }, 0)
          if (units("refunded") === 0) continue
          const [restocked, writtenOff] = [units("refunded", "restocked"), units("refunded", "written_off")]
          assert.strictEqual(restocked + writtenOff, units("refunded"))
          assert.strictEqual(after.sold - before.sold, units("sold") - units("refunded"))
          assert.strictEqual(after.available - before.available, units("released") + restocked)
          assert.strictEqual(before.stocked - after.stocked, writtenOff)
        }
      }),
    property
  )

  it.effect.prop(
    "rules only rise, and nothing of holds is kept before version 2",
    { history: Histories.history },
    ({ history }) =>
      Effect.sync(() => {
        for (const { after, before } of steps(history)) {
          assert.isAtLeast(after.rules, before.rules)
          if (after.rules > 1) continue
          assert.deepStrictEqual([HashMap.size(after.open), HashMap.size(after.refundsDue)], [0, 0])
          assert.deepStrictEqual(
            [after.settings.holdSeconds, after.settings.maxHoldSeconds],
            [empty.settings.holdSeconds, empty.settings.maxHoldSeconds]
          )
        }
      }),
    property
  )
})
