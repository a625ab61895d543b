/**
 * Two stages that most orders pass at once: those that need version 2 of the rules are refused until the processor
 * knows it, and have their item raised to it before they are appended.
 */
import { AppendRefused } from "@flash-sale/domain/ports/OrderLog"
import * as RulesVersions from "@flash-sale/domain/rules/RulesVersions"
import { Effect, Exit, Option } from "effect"
import { ItemRules, type Raised } from "../guards/ItemRules.ts"
import { ProcessorRules } from "../guards/ProcessorRules.ts"
import * as Refusals from "../request/Refusals.ts"
import { completions, type OrderInFlight, type Stage } from "./OrderInFlight.ts"

/** As `RulesVersions.needsCheckout` says of the order's record, which is not made yet. */
const needsCheckout = ({ isHold, order }: OrderInFlight): boolean => isHold || RulesVersions.hasWideIds(order)

/** Whether the record of an order may be appended as its item's rules are. */
export const isReady = (order: OrderInFlight): boolean => order.isRaised || !needsCheckout(order)

/** Hands an order to `next` unless its processor does not know what it needs. */
export const asking = Effect.fnUntraced(function*(next: Stage): Effect.fn.Return<Stage, never, ProcessorRules> {
  const rules = yield* ProcessorRules
  const completion = yield* completions

  const afterAsk = (order: OrderInFlight, isKnown: Exit.Exit<boolean>): void => {
    if (Exit.isFailure(isKnown)) return order.fail(isKnown.cause)
    if (isKnown.value) next(order)
    else order.refuse(Refusals.unavailable(order.request.correlationId, "upgrading"))
  }

  return (order) => needsCheckout(order) ? rules.ask(order.order.itemId, completion(order, afterAsk)) : next(order)
})

/** Hands an order to `append` whose item has the rules that it needs, and to `finish` one whose cannot. */
export const raising = Effect.fnUntraced(function*(
  append: Stage,
  finish: Stage
): Effect.fn.Return<Stage, never, ItemRules> {
  const items = yield* ItemRules
  const completion = yield* completions

  const afterRaise = (order: OrderInFlight, raised: Raised): void => {
    if (Exit.isSuccess(raised)) return append(order)
    const error = Option.getOrUndefined(Exit.findErrorOption(raised))
    if (error === undefined) return order.fail(raised.cause)
    // Whatever became of that record, the order's own was not sent.
    order.appended = Exit.fail(error._tag === "AppendRefused" ? error : new AppendRefused({ detail: error.detail }))
    finish(order)
  }

  return (order) => isReady(order) ? append(order) : items.raise(order.order.itemId, completion(order, afterRaise))
})
