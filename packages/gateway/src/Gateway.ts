/**
 * The gateway: takes orders over HTTP, appends them to the log, and answers what became of them.
 *
 * Needs the ports only; whether they stand on Kafka and Redis or on one file is not its business.
 */
import { Api } from "@flash-sale/domain/api/Api"
import { MAX_REQUEST_ID_LENGTH } from "@flash-sale/domain/Ids"
import type { ItemStore } from "@flash-sale/domain/ItemStore"
import type { LiveEvents } from "@flash-sale/domain/LiveEvents"
import type { OrderLog } from "@flash-sale/domain/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/OrderStatuses"
import type { RateLimits } from "@flash-sale/domain/RateLimits"
import * as MetricsServer from "@flash-sale/infra/observability/MetricsServer"
import type { Telemetry } from "@flash-sale/infra/observability/Telemetry"
import type { GatewaySettings } from "@flash-sale/infra/Settings"
import { Layer } from "effect"
import { HttpRouter } from "effect/http"
import { HttpApiBuilder, HttpApiScalar } from "effect/http-api"
import * as Accounts from "./Accounts.ts"
import * as Admission from "./Admission.ts"
import * as Buying from "./Buying.ts"
import * as BuyListener from "./BuyListener.ts"
import * as Handlers from "./Handlers.ts"
import * as ItemReads from "./ItemReads.ts"
import * as Listener from "./Listener.ts"
import * as ItemEvents from "./live/ItemEvents.ts"
import * as ItemFeeds from "./live/ItemFeeds.ts"
import * as Listeners from "./live/Listeners.ts"
import * as OrderEvents from "./live/OrderEvents.ts"
import * as LogBreaker from "./LogBreaker.ts"
import * as LogSize from "./LogSize.ts"
import * as QueueWait from "./QueueWait.ts"
import * as RateLimitFields from "./RateLimitFields.ts"
import * as Requests from "./Requests.ts"
import * as RequestTracing from "./RequestTracing.ts"
import * as Shutdown from "./Shutdown.ts"
import * as StatusReads from "./StatusReads.ts"
import * as StorePatience from "./StorePatience.ts"
import * as Validation from "./Validation.ts"

/**
 * The longest part of a path, in characters: a request id of which every character is written in nine, as `%E2%82%AC`.
 * The router's own bound is 100, beyond which it would know no such route.
 */
const MAX_PARAM_LENGTH = MAX_REQUEST_ID_LENGTH * 9

type Services = OrderLog | ItemStore | OrderStatuses | RateLimits | LiveEvents | Telemetry

/** The services behind the endpoints. */
const services = (settings: GatewaySettings) =>
  Layer.mergeAll(BuyListener.layer, ItemEvents.layer, OrderEvents.layer).pipe(
    Layer.provideMerge(Buying.layer),
    Layer.provideMerge([Admission.layer(settings), RateLimitFields.layer(settings.rateLimit)]),
    Layer.provideMerge([StatusReads.layer, ItemReads.layer(settings.soldOutCache), ItemFeeds.layer, QueueWait.layer]),
    Layer.provideMerge(Listeners.layer(settings.maxListeners)),
    Layer.provideMerge(Shutdown.layer(settings.shutdownNotice)),
    Layer.provideMerge([Accounts.layer, LogBreaker.layer(settings.breaker), LogSize.layer, StorePatience.layer])
  )

const routes = Layer.mergeAll(
  HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
    Layer.provide([Handlers.orders, Handlers.items, Handlers.live, Handlers.system]),
    Layer.provide(Validation.layer)
  ),
  HttpApiScalar.layer(Api, { path: "/docs" }),
  MetricsServer.metricsRoute,
  Requests.layer
)

/** Serves until its scope closes: then streams end, the port is closed, and what was begun is answered. */
export const layer = (settings: GatewaySettings): Layer.Layer<never, MetricsServer.CannotListen, Services> =>
  // Above the server, so that it is taken down before it.
  Shutdown.layerBegin.pipe(
    Layer.provide(HttpRouter.serve(routes, {
      disableLogger: true,
      disableListenLog: true,
      routerConfig: { maxParamLength: MAX_PARAM_LENGTH }
    })),
    Layer.provide([Listener.layer(settings.httpPort), RequestTracing.layer]),
    Layer.provide(services(settings))
  )
