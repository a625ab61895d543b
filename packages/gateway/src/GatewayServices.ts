/** The services behind the gateway's endpoints, from the bottom to the top. */
import type { AuthMode } from "@flash-sale/domain/access/MayDo"
import type { GatewaySettings } from "@flash-sale/infra/Settings"
import * as Networks from "@flash-sale/infra/settings/Networks"
import { Layer } from "effect"
import * as Gatekeeper from "./access/Gatekeeper.ts"
import * as Admission from "./buy/Admission.ts"
import * as BuyHandler from "./buy/BuyHandler.ts"
import * as RateLimitHeaders from "./buy/RateLimitHeaders.ts"
import * as ActionAppend from "./checkout/ActionAppend.ts"
import * as ActionTelemetry from "./checkout/ActionTelemetry.ts"
import * as OrderActions from "./checkout/OrderActions.ts"
import * as ItemRules from "./guards/ItemRules.ts"
import * as LogBreaker from "./guards/LogBreaker.ts"
import * as PartitionCount from "./guards/PartitionCount.ts"
import * as Places from "./guards/Places.ts"
import * as ProcessorRules from "./guards/ProcessorRules.ts"
import * as StoreBreaker from "./guards/StoreBreaker.ts"
import * as StoreRoomGuard from "./guards/StoreRoomGuard.ts"
import * as Unconfirmed from "./guards/Unconfirmed.ts"
import * as UnknownOutcomes from "./guards/UnknownOutcomes.ts"
import * as WaitEstimate from "./guards/WaitEstimate.ts"
import * as HotRoutes from "./hot/HotRoutes.ts"
import * as ItemEvents from "./live/ItemEvents.ts"
import * as ItemFeeds from "./live/ItemFeeds.ts"
import * as OrderEvents from "./live/OrderEvents.ts"
import * as OrderWaits from "./live/OrderWaits.ts"
import * as Subscribers from "./live/Subscribers.ts"
import * as ArchiveReads from "./reads/ArchiveReads.ts"
import * as ItemLists from "./reads/ItemLists.ts"
import * as ItemPages from "./reads/ItemPages.ts"
import * as ItemReads from "./reads/ItemReads.ts"
import * as StatusReads from "./reads/StatusReads.ts"
import * as Arrivals from "./request/Arrivals.ts"
import * as BuyTelemetry from "./request/BuyTelemetry.ts"
import * as RequestRules from "./request/RequestRules.ts"
import * as Shutdown from "./request/Shutdown.ts"
import { CLIENTS } from "./warmup/WarmUp.ts"

/** Its settings, and whether orders need a key or a token. */
export interface Settings extends GatewaySettings {
  readonly auth: AuthMode
}

const gatekeeper = ({ auth, maxInFlight, trustedProxies }: Settings) =>
  Gatekeeper.layer({ auth, maxChecks: maxInFlight, isTrusted: Networks.includes(trustedProxies) })

/** The services behind the endpoints. */
export const layer = (settings: Settings) =>
  Layer.mergeAll(HotRoutes.layer, ItemEvents.layer, OrderEvents.layer, OrderWaits.layer, OrderActions.layer).pipe(
    Layer.provideMerge([BuyHandler.layer, ActionAppend.layer(settings)]),
    Layer.provideMerge([
      Admission.layer(settings),
      RateLimitHeaders.layer(settings.rateLimit),
      ItemLists.layer,
      ItemPages.layer
    ]),
    Layer.provideMerge([
      StatusReads.layer.pipe(Layer.provideMerge(ArchiveReads.layer)),
      ProcessorRules.layer,
      ItemRules.layer,
      ItemReads.layer(settings.soldOutCache),
      ItemFeeds.layer,
      WaitEstimate.layer
    ]),
    Layer.provideMerge(Subscribers.layer(settings.maxListeners)),
    Layer.provideMerge(Shutdown.layer(settings.shutdownNotice)),
    Layer.provideMerge([
      Arrivals.layer(settings.trustTraceparent),
      BuyTelemetry.layer,
      ActionTelemetry.layer,
      Places.layer(settings),
      RequestRules.layer(settings),
      gatekeeper(settings),
      LogBreaker.layer(settings.breaker),
      PartitionCount.layer,
      StoreRoomGuard.layer,
      Unconfirmed.layer,
      UnknownOutcomes.layer
    ]),
    Layer.provideMerge(StoreBreaker.layer)
  )

/** The same for requests that are made up, of which no setting refuses one: they have no key, and need their room. */
export const layerWarmUp = (settings: Settings) =>
  layer({ ...settings, auth: "open", maxInFlight: Math.max(settings.maxInFlight, CLIENTS) })
