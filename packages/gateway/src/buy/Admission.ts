/**
 * The path of one order, to be paid at once or held: a gate, then the stages `precheck -> claim -> append -> finish`.
 * Where the store of claims is the log's as well, `place` stands for claim and append:
 * docs/decisions/0059-one-commit-for-an-order.md.
 *
 * Each stage is bounded in time and in how many orders may wait for it, and no order has a fiber of its own: orders
 * that come together share their round trips. Nothing interrupts an order: a buyer that hangs up has ordered all the
 * same. Why: docs/decisions/0013-the-hot-route.md, and 0011-concurrent-duplicates-wait-briefly.md for duplicates.
 *
 * | what fails | what is left behind | the buyer's answer |
 * |---|---|---|
 * | the read of the item or of its buyer | nothing; the fold decides | 202 |
 * | the claim, as the store is away | nothing; a repeated id is decided once all the same | 202 |
 * | the append, for sure | nothing: the claim is given back | 503 |
 * | the append, with an unknown outcome | the claim or the id, for a lease | 503 `outcome_unknown`: retry the same id |
 * | another order under the same id is on its way | nothing | 409, once that one is in the log: see `DuplicateWait` |
 * | confirming the claim | the lease, and the status that the processor writes | 202 |
 * | any of this, by a bug | what was done before it | 500, once, and the place is given back |
 */
import type { Caller } from "@flash-sale/domain/access/Caller"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import * as Completion from "@flash-sale/infra/actor/Completion"
import { Context, Duration, Effect, Exit, Layer } from "effect"
import * as AccessRefusals from "../access/AccessRefusals.ts"
import { Gatekeeper } from "../access/Gatekeeper.ts"
import type { ItemRules } from "../guards/ItemRules.ts"
import { LogBreaker } from "../guards/LogBreaker.ts"
import type { PartitionCount } from "../guards/PartitionCount.ts"
import { Places } from "../guards/Places.ts"
import type { ProcessorRules } from "../guards/ProcessorRules.ts"
import type { StoreBreaker } from "../guards/StoreBreaker.ts"
import { StoreRoomGuard } from "../guards/StoreRoomGuard.ts"
import type { Unconfirmed } from "../guards/Unconfirmed.ts"
import type { UnknownOutcomes } from "../guards/UnknownOutcomes.ts"
import { WaitEstimate } from "../guards/WaitEstimate.ts"
import * as BuyerLookups from "../reads/BuyerLookups.ts"
import type { ItemReads } from "../reads/ItemReads.ts"
import * as StatusLookups from "../reads/StatusLookups.ts"
import type { RateLimitSettings } from "../request/RateLimitSettings.ts"
import * as Refusals from "../request/Refusals.ts"
import { RequestContext } from "../request/RequestContext.ts"
import * as AppendStage from "./AppendStage.ts"
import * as Claims from "./Claims.ts"
import * as ClaimStage from "./ClaimStage.ts"
import * as DuplicateWait from "./DuplicateWait.ts"
import * as FinishStage from "./FinishStage.ts"
import * as InFlight from "./OrderInFlight.ts"
import * as PlaceStage from "./PlaceStage.ts"
import * as PrecheckStage from "./PrecheckStage.ts"
import * as RulesStages from "./RulesStages.ts"

export interface Settings {
  readonly rateLimit: RateLimitSettings
  /** Look-ups and claims that may wait for their round trips: as many as orders may be in flight at once. */
  readonly maxInFlight: number
  /** The longest estimated wait until an order is decided; beyond it orders are refused as `overloaded`. */
  readonly maxQueueWait: Duration.Duration
}

export class Admission extends Context.Service<Admission, {
  /** Succeeds once the order is durable in the log. */
  readonly place: (
    kind: InFlight.OrderKind,
    order: InFlight.NewOrder,
    caller: Caller
  ) => Effect.Effect<InFlight.AcceptedOrder, Refusals.Refusal>
  /** The same by a callback, which is called once, whatever happens. Never throws. */
  readonly offer: (
    kind: InFlight.OrderKind,
    order: InFlight.NewOrder,
    request: RequestContext,
    caller: Caller,
    completion: Completion.Completion<InFlight.AdmissionResult>
  ) => void
  /** Orders in flight now. */
  readonly inFlight: () => number
}>()("@flash-sale/gateway/buy/Admission") {}

const make = Effect.fnUntraced(function*({ maxInFlight, maxQueueWait, rateLimit }: Settings) {
  const gatekeeper = yield* Gatekeeper
  const breaker = yield* LogBreaker
  const room = yield* StoreRoomGuard
  const waitEstimate = yield* WaitEstimate
  const maxWait = Duration.toMillis(maxQueueWait)
  const places = yield* Places

  const claims = yield* Claims.make(rateLimit, maxInFlight)
  const lookups = yield* StatusLookups.make({ capacity: maxInFlight })
  const duplicates = yield* DuplicateWait.make(lookups.ask)
  const finish = yield* FinishStage.make(claims)
  const append = yield* AppendStage.make(finish)
  const raise = yield* RulesStages.raising(append, finish)
  const claim = yield* ClaimStage.make(claims, duplicates, raise)
  const place = yield* RulesStages.asking(yield* PlaceStage.make(rateLimit, claim, finish))
  const buyers = yield* BuyerLookups.make(maxInFlight)
  const precheck = yield* PrecheckStage.make({ buyers, lookups, duplicates, claim: place })

  /** Why an order is refused before anything is done for it. */
  const refusalOf = (
    order: InFlight.NewOrder,
    { correlationId }: RequestContext,
    caller: Caller
  ): Refusals.Refusal | undefined => {
    const denied = gatekeeper.denialOf(caller, order)
    if (denied !== undefined) return AccessRefusals.ofOrder(correlationId, denied)
    const full = places.refusalOf(correlationId, places.shareOf(caller))
    if (full !== undefined) return full
    const open = breaker.refusal()
    if (open !== undefined) return Refusals.breakerOpen(correlationId, open)
    if (room.isShort()) return Refusals.storeFull(correlationId)
    const wait = waitEstimate.before(order.itemId)
    return wait > maxWait ? Refusals.queueTooLong(correlationId, wait - maxWait) : undefined
  }

  const offer: Admission["Service"]["offer"] = (kind, order, request, caller, completion) => {
    let refusal: Refusals.Refusal | undefined
    try {
      refusal = refusalOf(order, request, caller)
    } catch (defect) {
      return completion(Exit.die(defect))
    }
    if (refusal !== undefined) return completion(Exit.fail(refusal))
    InFlight.run(
      precheck,
      new InFlight.OrderInFlight(order, kind, request, places.taken, places.shareOf(caller), completion)
    )
  }
  return Admission.of({
    offer,
    inFlight: () => places.taken.count,
    place: (kind, order, caller) =>
      Effect.flatMap(
        RequestContext,
        (request) => Completion.wait((completion) => offer(kind, order, request, caller, completion))
      )
  })
})

type Ports = OrderLog | ItemStore | OrderStatuses | RateLimits
type Guards = PartitionCount | LogBreaker | StoreBreaker | StoreRoomGuard | WaitEstimate | Gatekeeper
type Doubts = Unconfirmed | UnknownOutcomes

export const layer = (
  settings: Settings
): Layer.Layer<Admission, never, Ports | Guards | Doubts | ItemReads | Places | ProcessorRules | ItemRules> =>
  Layer.effect(Admission, make(settings))
