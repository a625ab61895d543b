/**
 * The calls of buyers and shops, to any of the gateways: each appends by a clock of its own. Whoever hears that a call
 * may be sent again sends it again, under the same id. What operators do is appended as their commands append it.
 */
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import type { Caller as Authorized } from "@flash-sale/domain/access/Caller"
import type { OrderConflict } from "@flash-sale/domain/api/checkout/CheckoutErrors"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { PaymentReference } from "@flash-sale/domain/records/checkout/Reference"
import { Command } from "@flash-sale/domain/records/Command"
import type { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { Operator } from "@flash-sale/domain/records/operator/Operator"
import * as OperatorRecord from "@flash-sale/domain/records/operator/OperatorRecord"
import { home } from "@flash-sale/domain/records/Partition"
import { PaymentToken } from "@flash-sale/domain/records/token/PaymentToken"
import * as RulesVersions from "@flash-sale/domain/rules/RulesVersions"
import type { Call } from "@flash-sale/gateway/checkout/ActionRecord"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Effect, Random, Result, Schedule } from "effect"
import * as Process from "../Process.ts"
import { PARTITIONS } from "../SimulatedLog.ts"
import type { World } from "../World.ts"
import type { Gateway } from "./Gateway.ts"

/** A call about one order, by somebody who may make it. */
export interface Caller {
  readonly world: World
  readonly itemId: ItemId
  readonly requestId: RequestId
  readonly userId: UserId
  readonly correlationId: CorrelationId
}

/** How often a call is sent again, and how long its sender waits at the most. */
const MAX_TRIES = 12
const MAX_PAUSE_MILLIS = 4_000
/** How many calls are a shop's, which names buyer and item, 0 to 1: the others are a buyer's, and somebody looks. */
const OF_SHOPS = 0.6

const SHOP: Authorized = { _tag: "Key", name: KeyName.make("shop"), scopes: ["orders"] }

/** On the machine of some gateway: by its clock, and while it is not frozen. */
const atSome = <A, E, R>(world: World, call: (gateway: Gateway) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.orDie(Random.choice(world.gateways)), (gateway) =>
    call(gateway).pipe(
      Effect.provideContext(gateway.process.clock),
      Effect.provideService(Process.Process, gateway.process)
    ))

/** Sends a call until it has an answer that is one; undefined where it never has. */
const insist = <A, E extends { readonly _tag: string; readonly retryable?: boolean }>(
  { correlationId, requestId, world }: Caller,
  what: string,
  call: (gateway: Gateway) => Effect.Effect<A, E>
): Effect.Effect<Result.Result<A, E> | undefined> =>
  Effect.gen(function*() {
    for (let tried = 0; tried < MAX_TRIES; tried++) {
      const arrivedAt = yield* Monotonic.now
      const request = { correlationId, traceparent: undefined, arrivedAt }
      const answer = yield* atSome(world, (gateway) =>
        Effect.result(Effect.provideService(call(gateway), RequestContext, request)))
      const isAgain = Result.isFailure(answer) && (answer.failure.retryable === true || isTooEarly(answer.failure))
      yield* world.trace.note(`${what} ${requestId}: ${describe(answer)}`)
      if (!isAgain) {
        return answer
      }
      yield* Effect.sleep(yield* Random.nextIntBetween(0, MAX_PAUSE_MILLIS))
    }
  })

/** Nobody knows the order yet: the call overtook it. */
const isTooEarly = ({ _tag }: { readonly _tag: string }): boolean => _tag === "UnknownOrder"

const describe = (answer: Result.Result<unknown, { readonly _tag: string; readonly code?: string }>): string =>
  Result.isSuccess(answer) ? "202" : `${answer.failure._tag} ${answer.failure.code ?? ""}`

/** `POST /holds`. */
export const hold = (caller: Caller, amount: number, holdSeconds: number | undefined) => {
  const { itemId, requestId, userId } = caller
  const order = { requestId, userId, itemId, amount, ...(holdSeconds === undefined ? {} : { holdSeconds }) }
  return insist(caller, "hold", ({ admission }) => admission.place("hold", order, SHOP))
}

/** `POST /buy`. */
export const buy = (caller: Caller, amount: number) => {
  const { itemId, requestId, userId } = caller
  return insist(caller, "buy", ({ admission }) => admission.place("buy", { requestId, userId, itemId, amount }, SHOP))
}

/** A call about an order: of a shop, which says whose it is, or of the buyer. */
const act = Effect.fnUntraced(function*(caller: Caller, call: Call) {
  const { itemId, requestId, userId, world } = caller
  const isOfShop = call.action === "paid" || (yield* Random.next) < OF_SHOPS
  const named = isOfShop && (yield* Random.nextBoolean) ? { item_id: itemId, user_id: userId } : {}
  const answer = yield* insist(
    caller,
    call.action,
    ({ actions }) => actions.act(call, requestId, named, isOfShop ? SHOP : { _tag: "Buyer", userId })
  )
  if (answer === undefined || Result.isSuccess(answer) || answer.failure._tag !== "OrderConflict") return
  noteConflict(world, itemId, requestId, call, answer.failure)
})

const noteConflict = (
  world: World,
  itemId: ItemId,
  requestId: RequestId,
  call: Call,
  { code, refund_due: isDue }: OrderConflict
): void => {
  world.conflicts.push({
    itemId,
    requestId,
    code,
    due: isDue === true && call.action === "paid" ? call.reference : undefined
  })
}

/** `POST /orders/:request_id/confirm`. */
export const confirm = (caller: Caller, token: string) =>
  act(caller, { action: "confirm", paymentToken: PaymentToken.make(token) })

/** `POST /orders/:request_id/paid`. */
export const paid = (caller: Caller, reference: string) =>
  act(caller, { action: "paid", reference: PaymentReference.make(reference) })

/** `POST /orders/:request_id/cancel`: of the attempt that it sees. */
export const cancel = (caller: Caller) => act(caller, { action: "cancel" })

const OPERATOR: Operator = { by: "operator" }

const append = (world: World, itemId: ItemId, command: Parameters<typeof LogRecord.encode>[1], operator: Operator) =>
  Effect.orDie(
    Effect.retry(world.log.append(OperatorRecord.by(operator, LogRecord.encode(itemId, command))), {
      schedule: Schedule.spaced("10 millis")
    })
  )

/** Whether the item is seen at version 2: where nothing can be seen it is not. */
const knowsCheckout = (world: World, itemId: ItemId) =>
  Effect.flatMap(ItemStore, (store) => store.read(home(itemId, PARTITIONS), itemId)).pipe(
    Effect.map(({ isComplete, rules }) => isComplete && rules >= RulesVersions.CHECKOUT),
    Effect.orElseSucceed(() => false),
    Effect.provide(world.store.layer)
  )

/** Appends what needs version 2 of the rules, as an operator's command does. */
const appendCheckout = Effect.fnUntraced(function*(
  world: World,
  itemId: ItemId,
  command: Parameters<typeof LogRecord.encode>[1],
  operator: Operator
) {
  if (!(yield* knowsCheckout(world, itemId))) {
    yield* append(world, itemId, Command.Rules({ version: RulesVersions.CHECKOUT }), operator)
  }
  yield* append(world, itemId, command, operator)
})

/** Changes how long holds last. */
export const changeHolds = (
  world: World,
  itemId: ItemId,
  patch: { readonly holdSeconds: number | null } | { readonly maxHoldSeconds: number | null }
) => atSome(world, () => appendCheckout(world, itemId, Command.Sale({ patch }), OPERATOR))

/** `order refund`, of an order that is completed. */
export const refund = (
  { correlationId, itemId, requestId, world }: Caller,
  attempt: number,
  restock: boolean,
  byHand: string | undefined,
  operator: Operator
) =>
  atSome(world, () =>
    appendCheckout(
      world,
      itemId,
      Command.Refund({
        requestId,
        attempt,
        restock,
        correlationId,
        ...(byHand === undefined ? {} : { byHand: PaymentReference.make(byHand) })
      }),
      operator
    ))
