/** Counts refusals that no endpoint gives, by what was asked for: orders, and calls about them. */
import { Context, Effect, Layer } from "effect"
import { ActionTelemetry } from "../checkout/ActionTelemetry.ts"
import { BuyTelemetry } from "../request/BuyTelemetry.ts"
import type { RequestContext } from "../request/RequestContext.ts"
import { isAction, isBrought } from "./Brought.ts"

type Code = Parameters<BuyTelemetry["Service"]["refused"]>[1] & Parameters<ActionTelemetry["Service"]["refused"]>[2]

export class RefusalCounts extends Context.Service<RefusalCounts, {
  /** A request for this endpoint was refused; `undefined` and all other endpoints are not counted. */
  readonly refused: (request: RequestContext, endpoint: string | undefined, code: Code) => void
}>()("@flash-sale/gateway/http/RefusalCounts") {}

export const layer: Layer.Layer<RefusalCounts, never, BuyTelemetry | ActionTelemetry> = Layer.effect(
  RefusalCounts,
  Effect.map(Effect.all([BuyTelemetry, ActionTelemetry]), ([orders, actions]) => ({
    refused: (request, endpoint, code) => {
      if (endpoint === undefined || !isBrought(endpoint)) return
      if (isAction(endpoint)) actions.refused(request, endpoint, code)
      else orders.refused(request, code)
    }
  }))
)
