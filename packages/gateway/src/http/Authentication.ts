/** Asks of every request about orders who sends it, through the framework as on the hot route. */
import { Authorization, CurrentCaller } from "@flash-sale/domain/api/Authorization"
import { Effect, Layer, Option } from "effect"
import { HttpServerRequest } from "effect/http"
import * as AccessRefusals from "../access/AccessRefusals.ts"
import { Denied, type EntryDenial } from "../access/Denied.ts"
import { Gatekeeper } from "../access/Gatekeeper.ts"
import { RequestContext } from "../request/RequestContext.ts"
import { RefusalCounts } from "./RefusalCounts.ts"
import { withRetryAfter } from "./RefusalHeaders.ts"

export const layer: Layer.Layer<Authorization, never, Gatekeeper | RefusalCounts> = Layer.effect(
  Authorization,
  Effect.gen(function*() {
    const gatekeeper = yield* Gatekeeper
    const counts = yield* RefusalCounts

    const caller = Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers, remoteAddress }) => {
      const remote = Option.getOrUndefined(remoteAddress)
      const known = gatekeeper.known(headers, remote)
      return known === undefined ? gatekeeper.identify(headers, remote) : Effect.succeed(known)
    })
    const deny = (request: RequestContext, endpoint: string, { denial }: Denied<EntryDenial>) => {
      const refusal = AccessRefusals.ofEntry(request.correlationId, denial)
      counts.refused(request, endpoint, refusal.code)
      return refusal
    }
    return (serve, { endpoint }) =>
      Effect.gen(function*() {
        const entered = yield* caller
        const found = endpoint.identifier === "paid" && !(entered instanceof Denied)
          ? gatekeeper.paymentDenialOf(entered) ?? entered
          : entered
        if (!(found instanceof Denied)) return yield* Effect.provideService(serve, CurrentCaller, found)
        return yield* withRetryAfter(Effect.fail(deny(yield* RequestContext, endpoint.identifier, found)))
      })
  })
)
