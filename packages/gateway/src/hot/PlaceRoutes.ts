/**
 * `POST /buy` and `POST /holds`.
 *
 * **Details**: an order is taken whose length is in its headers and within the bound. Who sends it is known before its
 * body is read; while a new token is checked, the body may come.
 */
import type { Caller } from "@flash-sale/domain/access/Caller"
import * as Completion from "@flash-sale/infra/actor/Completion"
import { Effect, Exit } from "effect"
import { Denied } from "../access/Denied.ts"
import { type Entry, Gatekeeper } from "../access/Gatekeeper.ts"
import type { Answer } from "../answers/Answer.ts"
import { BuyHandler } from "../buy/BuyHandler.ts"
import type { OrderKind } from "../buy/OrderInFlight.ts"
import { isPlain, withBody } from "../buy/RequestBody.ts"
import type { Asked } from "../request/Arrivals.ts"
import { RequestRules } from "../request/RequestRules.ts"
import type { Exchange, HotRoute } from "./HotRoute.ts"

const ASKED = {
  buy: { span: "POST /buy", method: "POST", route: "/buy" },
  hold: { span: "POST /holds", method: "POST", route: "/holds" }
} as const satisfies Record<OrderKind, Asked>

/** An order of which it is being checked who sends it, while its body comes. */
interface Arriving {
  body: Uint8Array | undefined
  caller: Caller | undefined
}

export const make: Effect.Effect<ReadonlyArray<HotRoute>, never, BuyHandler | Gatekeeper | RequestRules> = Effect.gen(
  function*() {
    const { buy, denied, failed } = yield* BuyHandler
    const gatekeeper = yield* Gatekeeper
    const rules = yield* RequestRules
    const guard = yield* Completion.guard
    const start = Effect.runCallbackWith(yield* Effect.context<never>())
    type Respond = Completion.Completion<Answer>

    /** Where the client hangs up meanwhile and its body has not come, nothing refers to the order any more. */
    const identify = (kind: OrderKind, { current, request }: Exchange, respond: Respond): void => {
      const arriving: Arriving = { body: undefined, caller: undefined }
      const goOn = ({ body, caller }: Arriving): void => {
        if (body !== undefined && caller !== undefined) buy(kind, current, caller, body, respond)
      }
      withBody(request, (body) => {
        arriving.body = body
        goOn(arriving)
      })
      const found = (order: Arriving, exit: Exit.Exit<Entry>): void => {
        if (Exit.isFailure(exit)) return respond(failed(current, exit.cause))
        if (exit.value instanceof Denied) return respond(denied(current, exit.value))
        order.caller = exit.value
        goOn(order)
      }
      start(gatekeeper.identify(request.headers, request.socket.remoteAddress), { onExit: guard.of(arriving, found) })
    }

    const placing = (kind: OrderKind): HotRoute => ({
      asked: ASKED[kind],
      counted: kind,
      isPlain: (headers) => isPlain(headers) && rules.refusalOfOrder(headers) === undefined,
      serve: (exchange, _, respond) => {
        const { current, request } = exchange
        const caller = gatekeeper.known(request.headers, request.socket.remoteAddress)
        if (caller === undefined) identify(kind, exchange, respond)
        else if (caller instanceof Denied) respond(denied(current, caller))
        else withBody(request, (body) => buy(kind, current, caller, body, respond))
      }
    })
    return [placing("buy"), placing("hold")]
  }
)
