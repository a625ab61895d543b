/**
 * Gateways, as buyers, shops and operators meet them: each appends with a clock of its own, and what needs version 2 of
 * the rules behind the record that begins it. An answer is early only by a final status.
 */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Command } from "@flash-sale/domain/records/Command"
import type { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { isFinal, type OrderStatus, type StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { home } from "@flash-sale/domain/records/Partition"
import { RecordedToken } from "@flash-sale/domain/records/token/PaymentToken"
import * as RulesVersions from "@flash-sale/domain/rules/RulesVersions"
import { Clock, Effect, Random, Schedule } from "effect"
import * as Process from "../Process.ts"
import { PARTITIONS } from "../SimulatedLog.ts"
import type { World } from "../World.ts"

/** A call about one order, by somebody who may make it. */
export interface Caller {
  readonly world: World
  readonly itemId: ItemId
  readonly requestId: RequestId
  readonly userId: UserId
  readonly correlationId: CorrelationId
}

/** `told` are orders that have no open end any more: nothing was appended. */
export type Answer = "queued" | "unknown" | "told"

/** Runs on the machine of some gateway: by its clock, and while it is not frozen. */
const atSome = <A, E, R>(world: World, call: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.orDie(Random.choice(world.gateways)), (gateway) =>
    call.pipe(Effect.provideContext(gateway.clock), Effect.provideService(Process.Process, gateway)))

const append = (world: World, itemId: ItemId, command: Parameters<typeof LogRecord.encode>[1]) =>
  Effect.orDie(
    Effect.retry(world.log.append(LogRecord.encode(itemId, command)), { schedule: Schedule.spaced("10 millis") })
  )

/** Whether the item is seen at version 2: where nothing can be seen it is not. */
const knowsCheckout = (world: World, itemId: ItemId) =>
  Effect.flatMap(ItemStore, (store) => store.read(home(itemId, PARTITIONS), itemId)).pipe(
    Effect.map(({ isComplete, rules }) => isComplete && rules >= RulesVersions.CHECKOUT),
    Effect.orElseSucceed(() => false),
    Effect.provide(world.store.layer)
  )

/** Appends what needs version 2 of the rules. */
const appendCheckout = Effect.fnUntraced(function*(
  world: World,
  itemId: ItemId,
  command: Parameters<typeof LogRecord.encode>[1]
) {
  if (!(yield* knowsCheckout(world, itemId))) {
    yield* append(world, itemId, Command.Rules({ version: RulesVersions.CHECKOUT }))
  }
  yield* append(world, itemId, command)
})

/** The status as the store has it; nothing is concluded where it is away or says nothing. */
const statusOf = ({ requestId, world }: Caller): Effect.Effect<StatusRecord | undefined> =>
  world.store.look(() => world.store.statuses().get(requestId)).pipe(Effect.orElseSucceed(() => undefined))

/** `POST /holds`. */
export const hold = (
  { correlationId, itemId, requestId, userId, world }: Caller,
  amount: number,
  holdSeconds: number | undefined
) =>
  atSome(
    world,
    Effect.gen(function*() {
      const acceptedAt = Math.floor(yield* Clock.currentTimeMillis)
      const order = { requestId, userId, itemId, amount, ...(holdSeconds === undefined ? {} : { holdSeconds }) }
      yield* appendCheckout(world, itemId, Command.Hold({ order, acceptedAt, correlationId }))
    })
  )

/** `POST /buy`, of a buyer whose id needs version 2 as well. */
export const buy = ({ correlationId, itemId, requestId, userId, world }: Caller, amount: number) =>
  atSome(
    world,
    Effect.gen(function*() {
      const acceptedAt = Math.floor(yield* Clock.currentTimeMillis)
      const order = { requestId, userId, itemId, amount }
      yield* appendCheckout(world, itemId, Command.Place({ order, attempt: 1, acceptedAt, correlationId }))
    })
  )

const SOLD: ReadonlyArray<OrderStatus> = ["COMPLETED", "REFUNDED"]

/** How many calls look at the status first, and name its attempt, 0 to 1. */
const LOOKS = 0.5

/** Confirms, or tells of a payment: without a look it names buyer and item, and means the present attempt. */
const confirming = (
  caller: Caller,
  payment: { readonly paymentToken: RecordedToken } | { readonly reference: PaymentReference }
) =>
  atSome(
    caller.world,
    Effect.gen(function*(): Effect.fn.Return<Answer> {
      const { correlationId, itemId, requestId, userId, world } = caller
      const looks = (yield* Random.next) < LOOKS
      const status = looks ? yield* statusOf(caller) : undefined
      if (looks && status === undefined) return "unknown"
      // What is or was sold may be so for this very payment.
      const isOver = status !== undefined && isFinal(status.status) && !SOLD.includes(status.status)
      if (isOver) {
        if ("reference" in payment) world.toldDue.push({ itemId, requestId, reference: payment.reference })
        return "told"
      }
      const at = Math.floor(yield* Clock.currentTimeMillis)
      const named = status === undefined ? { userId } : { attempt: status.attempt }
      yield* appendCheckout(world, itemId, Command.Confirm({ requestId, ...named, at, ...payment, correlationId }))
      return "queued"
    })
  )

/** `POST /orders/:request_id/confirm`. */
export const confirm = (caller: Caller, token: string): Effect.Effect<Answer> =>
  confirming(caller, { paymentToken: RecordedToken.make(token) })

/** `POST /orders/:request_id/paid`. */
export const paid = (caller: Caller, reference: string): Effect.Effect<Answer> =>
  confirming(caller, { reference: PaymentReference.make(reference) })

/** `POST /orders/:request_id/cancel`: of the attempt that it sees. */
export const cancel = (caller: Caller): Effect.Effect<Answer> =>
  atSome(
    caller.world,
    Effect.gen(function*(): Effect.fn.Return<Answer> {
      const { itemId, requestId, world } = caller
      const status = yield* statusOf(caller)
      if (status === undefined) return "unknown"
      if (isFinal(status.status)) return "told"
      yield* append(world, itemId, Command.Cancel({ requestId, attempt: status.attempt }))
      return "queued"
    })
  )

/** Changes how long holds last. */
export const changeHolds = (
  world: World,
  itemId: ItemId,
  patch: { readonly holdSeconds: number | null } | { readonly maxHoldSeconds: number | null }
) => atSome(world, appendCheckout(world, itemId, Command.Sale({ patch })))

/** `order refund`, of an order that is completed. */
export const refund = (
  { correlationId, itemId, requestId, world }: Caller,
  attempt: number,
  restock: boolean,
  byHand: string | undefined
) =>
  atSome(
    world,
    appendCheckout(
      world,
      itemId,
      Command.Refund({
        requestId,
        attempt,
        restock,
        correlationId,
        ...(byHand === undefined ? {} : { byHand: PaymentReference.make(byHand) })
      })
    )
  )
