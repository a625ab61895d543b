/**
 * The gatekeeper: whoever asks about orders is asked who it is, and what it may not do is denied and counted. Why:
 * docs/decisions/0040-who-is-let-in.md.
 *
 * **Details**: a caller that is remembered costs one look-up. Wrong keys and tokens are counted by the address that
 * sends them. What a buyer asks for that is not the buyer's own is counted by buyer; an order that nobody knows is
 * counted like one of somebody else, so that the count tells nothing either. Each gateway counts alone.
 */
import type { Caller } from "@flash-sale/domain/access/Caller"
import * as MayDo from "@flash-sale/domain/access/MayDo"
import { Callers, type Identity } from "@flash-sale/domain/ports/Callers"
import type { UserId } from "@flash-sale/domain/records/Ids"
import * as AddressKey from "@flash-sale/infra/http/AddressKey"
import * as ClientAddress from "@flash-sale/infra/http/ClientAddress"
import * as FailureLimit from "@flash-sale/infra/http/FailureLimit"
import { type AccessReason, authFailures, letIn } from "@flash-sale/infra/observability/metrics/AccessMetrics"
import * as Monotonic from "@flash-sale/infra/time/Monotonic"
import { Context, Effect, Layer } from "effect"
import { headerOf, type RequestHeaders } from "../request/RequestHeaders.ts"
import * as CredentialChecks from "./CredentialChecks.ts"
import { type Denial, Denied, type EntryDenial, reasonOf } from "./Denied.ts"
import * as OrderDenials from "./OrderDenials.ts"

/** What one buyer's tokens may ask for in a window that is not the buyer's own. */
export const BUYER_FAILURES = { max: 120, window: 60_000, clients: 20_000 }

export interface Settings {
  readonly auth: MayDo.AuthMode
  /** Tokens that may be checked at once. */
  readonly maxChecks: number
  readonly isTrusted: (address: string) => boolean
}

/** Who comes in, or why nobody does. */
export type Entry = Caller | Denied<EntryDenial>

export class Gatekeeper extends Context.Service<
  Gatekeeper,
  OrderDenials.OrderDenials & {
    /**
     * Who sends a request with these headers from this address, or why it is denied, where that is known without
     * waiting. Undefined: ask `identify`. Never throws.
     */
    readonly known: (headers: RequestHeaders, remote: string | undefined) => Entry | undefined
    /** The same, with the patience that a new token needs. */
    readonly identify: (headers: RequestHeaders, remote: string | undefined) => Effect.Effect<Entry>
    /** Why this caller may not say that an order is paid for; undefined where it may. */
    readonly paymentDenialOf: (caller: Caller) => Denied<EntryDenial> | undefined
    /** Whether this caller may read an order of this owner; undefined where nobody can say whose it is. */
    readonly mayRead: (caller: Caller, owner: UserId | undefined) => boolean
    /** Notes that a caller asked for an order which, as far as it is told, is none. */
    readonly missed: (caller: Caller) => void
  }
>()("@flash-sale/gateway/access/Gatekeeper") {}

const KINDS = { Nobody: "nobody", Key: "key", Buyer: "buyer" } as const
const USE_ORDERS: MayDo.Action = { _tag: "UseOrders" }
const TELL_OF_PAYMENT: MayDo.Action = { _tag: "TellOfPayment" }
const UNAUTHENTICATED: EntryDenial = { _tag: "Unauthenticated" }

export const layer = ({ auth, isTrusted, maxChecks }: Settings): Layer.Layer<Gatekeeper, never, Callers> =>
  Layer.effect(
    Gatekeeper,
    Effect.gen(function*() {
      const callers = yield* Callers
      const context = yield* Effect.context<never>()
      const now = yield* Monotonic.reader
      const addressOf = ClientAddress.make(isTrusted)
      const credentials = CredentialChecks.make(callers, maxChecks, now)
      const buyers = FailureLimit.make(BUYER_FAILURES, now)

      const count = (reason: AccessReason): void => authFailures(reason).updateUnsafe(1, context)
      const deny = <D extends Denial>(denial: D): Denied<D> => {
        count(reasonOf(denial))
        return new Denied(denial)
      }

      const denyEntry = (refusal: MayDo.AccessRefusal | undefined): Denied<EntryDenial> | undefined =>
        refusal && deny<EntryDenial>(refusal._tag === "MissingScope" ? refusal : UNAUTHENTICATED)

      const waitOf = (headers: RequestHeaders, remote: string | undefined): number =>
        credentials.waitOf(() => clientOf(headers, remote))
      const clientOf = (headers: RequestHeaders, remote: string | undefined): string =>
        AddressKey.of(addressOf(remote, headerOf(headers, "x-forwarded-for")))

      const admit = (caller: Caller): Entry => {
        const denied = denyEntry(MayDo.refusalOf(auth, caller, USE_ORDERS))
        if (denied !== undefined) return denied
        const wait = caller._tag === "Buyer" && !buyers.isClean() ? buyers.waitOf(caller.userId) : 0
        if (wait > 0) return deny({ _tag: "TooManyFailures", wait })
        letIn(KINDS[caller._tag]).updateUnsafe(1, context)
        return caller
      }
      const enter = (identity: Identity, headers: RequestHeaders, remote: string | undefined): Entry => {
        if (identity._tag === "Identified") return admit(identity.caller)
        if (identity._tag === "CannotTell") return deny(identity)
        return deny(credentials.reject(identity, () => clientOf(headers, remote)))
      }

      return {
        known: (headers, remote) => {
          const identity = callers.known(headerOf(headers, "authorization"))
          if (identity !== undefined) return enter(identity, headers, remote)
          const wait = waitOf(headers, remote)
          return wait > 0 ? deny({ _tag: "TooManyFailures", wait }) : undefined
        },
        identify: (headers, remote) =>
          Effect.map(
            credentials.check(headerOf(headers, "authorization")),
            (identity) => identity._tag === "Overloaded" ? deny(identity) : enter(identity, headers, remote)
          ),
        ...OrderDenials.make({ auth, count, deny, failed: (buyer) => buyers.failed(buyer) }),
        paymentDenialOf: (caller) => denyEntry(MayDo.refusalOf(auth, caller, TELL_OF_PAYMENT)),
        mayRead: (caller, owner) => MayDo.mayDo(auth, caller, { _tag: "ReadOrder", userId: owner }),
        missed: (caller) => {
          if (caller._tag !== "Buyer") return
          buyers.failed(caller.userId)
          count("unknown_order")
        }
      }
    })
  )
