/**
 * Lets a request in by the key that it carries, and the scope that its endpoint needs, before anything else of it is
 * looked at. Wrong keys are bounded by address as at the gateway's own port (decision 0040). No key is ever logged.
 */
import type { Caller } from "@flash-sale/domain/access/Caller"
import { mayDo } from "@flash-sale/domain/access/MayDo"
import type { Needed } from "@flash-sale/domain/access/Scope"
import { NoKeys } from "@flash-sale/domain/api/admin/AdminErrors"
import { NeededScope } from "@flash-sale/domain/api/admin/NeededScope"
import { CurrentOperator, Operators } from "@flash-sale/domain/api/admin/Operators"
import { Callers } from "@flash-sale/domain/ports/Callers"
import * as AccessRefusals from "@flash-sale/gateway/access/AccessRefusals"
import * as CredentialChecks from "@flash-sale/gateway/access/CredentialChecks"
import { type EntryDenial, reasonOf } from "@flash-sale/gateway/access/Denied"
import { withRetryAfter } from "@flash-sale/gateway/http/RefusalHeaders"
import { RequestContext } from "@flash-sale/gateway/request/RequestContext"
import * as AddressKey from "@flash-sale/infra/http/AddressKey"
import * as ClientAddress from "@flash-sale/infra/http/ClientAddress"
import * as AdminMetrics from "@flash-sale/infra/observability/metrics/AdminMetrics"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Layer, Metric, Option } from "effect"
import { HttpServerRequest } from "effect/http"
import * as Audit from "./Audit.ts"

/** Keys and tokens that may be checked at once. What is remembered needs no check. */
export const MAX_CHECKS = 100

/** Only keys have scopes, and what is operated is nobody's own. */
type Key = Extract<Caller, { readonly _tag: "Key" }>
const mayOperate = (key: Key, scope: Needed): boolean => mayDo("required", key, { _tag: "Operate", scope })

/** What a buyer's token lacks where any key would do is the least that an operator has. */
const missing = (needed: Needed): EntryDenial => ({
  _tag: "MissingScope",
  scope: needed === "any" ? "read" : needed
})

const deny = Effect.fnUntraced(function*(denial: EntryDenial) {
  const { correlationId } = yield* RequestContext
  yield* Metric.update(AdminMetrics.refused(reasonOf(denial)), 1)
  return yield* withRetryAfter(Effect.fail(AccessRefusals.ofEntry(correlationId, denial)))
})

const noKeys = Effect.fnUntraced(function*() {
  const { correlationId } = yield* RequestContext
  yield* Metric.update(AdminMetrics.refused("no_keys"), 1)
  return yield* new NoKeys({ correlation_id: correlationId })
})

/** `isTrusted` knows the proxies whose word about a client's address is taken. */
export const layer = (isTrusted: (address: string) => boolean): Layer.Layer<Operators, never, Callers> =>
  Layer.effect(
    Operators,
    Effect.gen(function*() {
      const callers = yield* Callers
      const addressOf = ClientAddress.make(isTrusted)
      const credentials = CredentialChecks.make(callers, MAX_CHECKS, yield* Monotonic.reader)

      /** Who asks. A good key passes also where its address has failed too often: others share an address. */
      const identify = Effect.fnUntraced(function*(authorization: string | undefined, client: string) {
        const known = callers.known(authorization)
        if (known?._tag === "Identified") return known.caller
        const wait = credentials.waitOf(() => client)
        if (wait > 0) return yield* deny({ _tag: "TooManyFailures", wait })
        const identity = known ?? (yield* credentials.check(authorization))
        if (identity._tag === "Identified") return identity.caller
        return yield* deny(identity._tag === "Rejected" ? credentials.reject(identity, () => client) : identity)
      })

      return Operators.of({
        apiKey: (serve, { endpoint }) =>
          Effect.gen(function*() {
            if (callers.keys().length === 0) return yield* noKeys()
            const { headers, remoteAddress } = yield* HttpServerRequest.HttpServerRequest
            const address = addressOf(Option.getOrUndefined(remoteAddress), headers["x-forwarded-for"])
            const caller = yield* identify(headers["authorization"], AddressKey.of(address))
            const scope = Context.get(endpoint.annotations, NeededScope)
            if (caller._tag !== "Key") {
              return yield* deny(caller._tag === "Nobody" ? { _tag: "Unauthenticated" } : missing(scope))
            }
            if (!mayOperate(caller, scope)) {
              yield* Audit.refused({ name: caller.name, address }, endpoint, "missing_scope")
              return yield* deny(missing(scope))
            }
            const key = callers.keys().find(({ name }) => name === caller.name)
            // It was taken away a moment ago.
            if (key === undefined) return yield* deny({ _tag: "Unauthenticated" })
            const stillMay = () => {
              const now = callers.known(headers["authorization"])
              return now?._tag === "Identified" && now.caller._tag === "Key" && mayOperate(now.caller, scope)
            }
            return yield* Effect.provideService(serve, CurrentOperator, {
              name: caller.name,
              key,
              address,
              stillMay
            })
          })
      })
    })
  )
