/** How the record of a call about an order gets into the log, behind the guards that orders have. */
import { AppendRefused, type AppendUnknown, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { ItemId, UserId } from "@flash-sale/domain/records/Ids"
import { TokenCipher } from "@flash-sale/domain/records/token/TokenCipher"
import * as RulesVersions from "@flash-sale/domain/rules/RulesVersions"
import * as Completion from "@flash-sale/infra/actor/Completion"
import { Clock, Context, Duration, Effect, Layer } from "effect"
import { ItemRules } from "../guards/ItemRules.ts"
import { LogBreaker } from "../guards/LogBreaker.ts"
import { ProcessorRules } from "../guards/ProcessorRules.ts"
import { StoreBreaker } from "../guards/StoreBreaker.ts"
import { ItemReads } from "../reads/ItemReads.ts"
import type { RateLimitSettings } from "../request/RateLimitSettings.ts"
import * as Refusals from "../request/Refusals.ts"
import { RequestContext } from "../request/RequestContext.ts"
import * as ActionRecord from "./ActionRecord.ts"

type AppendRefusal = ReturnType<typeof Refusals.unavailable> | ReturnType<typeof Refusals.limited>

export class ActionAppend extends Context.Service<ActionAppend, {
  /** Succeeds once the call is durable in the log. */
  readonly append: (call: ActionRecord.Call, meant: ActionRecord.Meant) => Effect.Effect<void, AppendRefusal>
}>()("@flash-sale/gateway/checkout/ActionAppend") {}

/** What the end of an append says about the log; undefined where it was not asked. */
const logAnswered = (error: AppendRefused | AppendUnknown): false | undefined =>
  error._tag === "AppendRefused" && error.overloaded ? undefined : false

const NO_KEY = new AppendRefused({ detail: "the keys of payment tokens are missing", overloaded: true })

const make = Effect.fnUntraced(function*({ maxRequests, window }: RateLimitSettings) {
  const log = yield* OrderLog
  const breaker = yield* LogBreaker
  const processors = yield* ProcessorRules
  const items = yield* ItemRules
  const reads = yield* ItemReads
  const statuses = yield* OrderStatuses
  const limits = yield* RateLimits
  const storeBreaker = yield* StoreBreaker
  const cipher = yield* TokenCipher
  const policy = { maxRequests, windowMillis: Duration.toMillis(window) }

  /** A confirmation is a request of its user; without the store this gateway counts alone. */
  const count = Effect.fnUntraced(function*(userId: UserId) {
    const limit = yield* Effect.catch(
      storeBreaker.askAside(statuses.countRequest(userId, policy)),
      () => limits.consume(userId, policy.maxRequests, policy.windowMillis)
    )
    if (!limit.allowed) return yield* Refusals.limited((yield* RequestContext).correlationId, limit)
  })

  /** Whether the item has the version of the rules that there are holds in, as far as anybody can see now. */
  const isRaised = (itemId: ItemId): Effect.Effect<boolean> =>
    Effect.match(reads.look(itemId), {
      onFailure: () => false,
      onSuccess: RulesVersions.isRaised
    })

  const raise = (itemId: ItemId): Effect.Effect<unknown, AppendRefused | AppendUnknown> =>
    Effect.flatMap(
      isRaised(itemId),
      (is) => is ? Effect.void : Completion.wait((completion) => items.raise(itemId, completion))
    )

  /** Whatever became of the item's record, that of the call was not sent. */
  const notSent = (error: AppendRefused | AppendUnknown): AppendRefused =>
    error._tag === "AppendRefused" ? error : new AppendRefused({ detail: error.detail })

  const send = Effect.fnUntraced(function*(call: ActionRecord.Call, meant: ActionRecord.Meant) {
    if (call.action !== "cancel") yield* Effect.mapError(raise(meant.itemId), notSent)
    const at = yield* Clock.currentTimeMillis
    const record = ActionRecord.encode(call, meant, yield* RequestContext, at, cipher)
    return record === undefined ? yield* NO_KEY : yield* log.append(record)
  })

  const append = Effect.fnUntraced(function*(call: ActionRecord.Call, meant: ActionRecord.Meant) {
    const { correlationId } = yield* RequestContext
    const open = breaker.refusal()
    if (open !== undefined) return yield* Refusals.breakerOpen(correlationId, open)
    if (call.action !== "cancel") {
      const isKnown = yield* Completion.wait<boolean, never>((completion) => processors.ask(meant.itemId, completion))
      if (!isKnown) return yield* Refusals.unavailable(correlationId, "upgrading")
    }
    if (call.action === "confirm" && meant.userId !== undefined) yield* count(meant.userId)
    yield* send(call, meant).pipe(
      Effect.tap(() => breaker.record(true)),
      Effect.tapError((error) => logAnswered(error) === undefined ? Effect.void : breaker.record(false)),
      Effect.mapError((error) => Refusals.ofAppend(correlationId, error)),
      // Who hangs up has asked all the same, and the breaker hears how it ended.
      Effect.uninterruptible
    )
  })
  return ActionAppend.of({ append })
})

export const layer = (
  { rateLimit }: { readonly rateLimit: RateLimitSettings }
): Layer.Layer<
  ActionAppend,
  never,
  OrderLog | LogBreaker | ProcessorRules | ItemRules | ItemReads | OrderStatuses | RateLimits | StoreBreaker
> => Layer.effect(ActionAppend, make(rateLimit))
