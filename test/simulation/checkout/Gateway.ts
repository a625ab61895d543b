/** A whole gateway but for its sockets: what is behind the endpoints that place, confirm, pay for and cancel orders. */
import { Callers } from "@flash-sale/domain/ports/Callers"
import * as Gatekeeper from "@flash-sale/gateway/access/Gatekeeper"
import * as Admission from "@flash-sale/gateway/buy/Admission"
import * as ActionAppend from "@flash-sale/gateway/checkout/ActionAppend"
import * as OrderActions from "@flash-sale/gateway/checkout/OrderActions"
import * as ItemRules from "@flash-sale/gateway/guards/ItemRules"
import * as LogBreaker from "@flash-sale/gateway/guards/LogBreaker"
import * as PartitionCount from "@flash-sale/gateway/guards/PartitionCount"
import * as Places from "@flash-sale/gateway/guards/Places"
import * as ProcessorRules from "@flash-sale/gateway/guards/ProcessorRules"
import * as StoreBreaker from "@flash-sale/gateway/guards/StoreBreaker"
import * as StoreRoomGuard from "@flash-sale/gateway/guards/StoreRoomGuard"
import * as Unconfirmed from "@flash-sale/gateway/guards/Unconfirmed"
import * as UnknownOutcomes from "@flash-sale/gateway/guards/UnknownOutcomes"
import * as WaitEstimate from "@flash-sale/gateway/guards/WaitEstimate"
import * as ArchiveReads from "@flash-sale/gateway/reads/ArchiveReads"
import * as ItemReads from "@flash-sale/gateway/reads/ItemReads"
import * as StatusReads from "@flash-sale/gateway/reads/StatusReads"
import * as MemoryRateLimits from "@flash-sale/infra/memory/MemoryRateLimits"
import { Context, Duration, Effect, Layer, Scope } from "effect"
import * as Process from "../Process.ts"

export interface Gateway {
  readonly process: Process.Process
  readonly admission: Admission.Admission["Service"]
  readonly actions: OrderActions.OrderActions["Service"]
}

const MANY = 1_000_000
const settings = {
  rateLimit: { maxRequests: MANY, window: Duration.minutes(1) },
  maxInFlight: MANY,
  keyMaxInFlight: MANY,
  maxQueueWait: Duration.minutes(10),
  breaker: {
    failureThreshold: 5,
    successThreshold: 1,
    baseTimeout: Duration.seconds(1),
    maxTimeout: Duration.seconds(4)
  },
  soldOutCache: Duration.millis(200),
  auth: "open",
  maxChecks: MANY,
  isTrusted: () => false
} as const

/** Whoever calls is known already. */
const callers = Layer.succeed(Callers, {
  known: () => undefined,
  identify: () => Effect.die(new Error("nobody sends a header")),
  keys: () => []
})

const services = Layer.merge(OrderActions.layer, Admission.layer(settings)).pipe(
  Layer.provide(ActionAppend.layer(settings)),
  Layer.provide([
    StatusReads.layer.pipe(Layer.provide(ArchiveReads.layer)),
    ProcessorRules.layer,
    ItemRules.layer,
    ItemReads.layer(settings.soldOutCache),
    WaitEstimate.layer
  ]),
  Layer.provide([
    Places.layer(settings),
    Gatekeeper.layer(settings),
    LogBreaker.layer(settings.breaker),
    PartitionCount.layer,
    StoreRoomGuard.layer,
    Unconfirmed.layer,
    UnknownOutcomes.layer
  ]),
  Layer.provide(StoreBreaker.layer),
  Layer.provide([MemoryRateLimits.layer, callers])
)

/** Starts one over these ports. It lives as long as the world. */
export const start = Effect.fnUntraced(function*(
  process: Process.Process,
  ports: Layer.Layer<Layer.Services<typeof services>>
): Effect.fn.Return<Gateway> {
  const context = yield* Layer.buildWithScope(Layer.provide(services, ports), Scope.makeUnsafe()).pipe(
    Effect.provideContext(process.clock),
    Effect.provideService(Process.Process, process)
  )
  return {
    process,
    admission: Context.get(context, Admission.Admission),
    actions: Context.get(context, OrderActions.OrderActions)
  }
})
