/** Callers whose keys and tokens a test knows, for the port `Callers`. */
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import { type Caller, nobody } from "@flash-sale/domain/access/Caller"
import type { Scope } from "@flash-sale/domain/access/Scope"
import { Callers, type Identity } from "@flash-sale/domain/ports/Callers"
import { ItemId, UserId } from "@flash-sale/domain/records/Ids"
import * as Gatekeeper from "@flash-sale/gateway/access/Gatekeeper"
import { Context, Effect, Layer } from "effect"

const key = (name: string, ...scopes: ReadonlyArray<Scope>): Caller => ({
  _tag: "Key",
  name: KeyName.make(name),
  scopes
})

const identified = (caller: Caller): Identity => ({ _tag: "Identified", caller })
const NOBODY = identified(nobody)
const WRONG: Identity = { _tag: "Rejected", code: "unauthenticated", why: "The key or token is wrong" }

/** Keys are known at once. */
const KEYS: Readonly<Record<string, Identity>> = {
  "Bearer shop": identified(key("shop", "orders")),
  "Bearer script": identified(key("script", "orders")),
  "Bearer reader": identified(key("reader", "read")),
  "Bearer admin": identified(key("admin", "admin")),
  "Bearer expired-key": { _tag: "Rejected", code: "unauthenticated", why: "The key has expired" }
}

/** `Bearer buyer <user>` and `Bearer buyer <user> <item>`. */
const buyerOf = (authorization: string): Identity | undefined => {
  const [, user, item] = /^Bearer buyer ([\w-]+)(?: ([\w-]+))?$/.exec(authorization) ?? []
  if (user === undefined) return undefined
  return identified({
    _tag: "Buyer",
    userId: UserId.make(user),
    ...(item === undefined ? {} : { itemId: ItemId.make(item) })
  })
}

const tokenOf = (authorization: string): Identity => {
  switch (authorization) {
    case "Bearer token expired":
      return { _tag: "Rejected", code: "unauthenticated", why: "The token has expired" }
    case "Bearer token of-two-days":
      return { _tag: "Rejected", code: "token_too_long", why: "The token is good for longer than a day" }
    default:
      return buyerOf(authorization) ?? WRONG
  }
}

/** `isAway`: what tokens are checked by cannot be read. `wait`: what a check of a token waits for. */
export class CallerSwitches extends Context.Service<CallerSwitches, {
  isAway: boolean
  wait: Effect.Effect<void>
  /** Checks under way. */
  waiting: number
  /** Tokens that were checked. */
  checks: number
}>()("test/gateway/TestCallers") {}

/** A token is checked once, and known from then on; a wrong one is checked each time. */
const callers = Effect.gen(function*() {
  const switches = yield* CallerSwitches
  const verified = new Map<string, Identity>()
  const check = (authorization: string): Identity => {
    switches.checks++
    if (switches.isAway) return { _tag: "CannotTell", why: "switched off" }
    const identity = tokenOf(authorization)
    if (identity._tag === "Identified") verified.set(authorization, identity)
    return identity
  }
  return Callers.of({
    known: (authorization) =>
      authorization === undefined
        ? NOBODY
        : KEYS[authorization] ?? verified.get(authorization) ??
          (authorization.startsWith("Bearer ") ? undefined : WRONG),
    identify: (authorization = "") =>
      Effect.suspend(() => {
        switches.waiting++
        return Effect.ensuring(switches.wait, Effect.sync(() => switches.waiting--))
      }).pipe(Effect.map(() => check(authorization))),
    keys: () => []
  })
})

export const layer: Layer.Layer<Callers | CallerSwitches> = Layer.effect(Callers, callers).pipe(
  Layer.provideMerge(Layer.sync(CallerSwitches, () => ({ isAway: false, wait: Effect.void, waiting: 0, checks: 0 })))
)

/** The gatekeeper of a gateway that asks nobody. */
export const layerGatekeeper: Layer.Layer<Gatekeeper.Gatekeeper> = Layer.provide(
  Gatekeeper.layer({ auth: "open", maxChecks: 1_000, isTrusted: () => false }),
  layer
)
