/**
 * The gateway: accepts orders over HTTP, appends them to the log, and serves their statuses.
 *
 * Needs the ports only, whether their adapters use Kafka and Redis or one file.
 */
import { Api } from "@flash-sale/domain/api/Api"
import type { Callers } from "@flash-sale/domain/ports/Callers"
import type { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LiveEvents } from "@flash-sale/domain/ports/LiveEvents"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import type { RateLimits } from "@flash-sale/domain/ports/RateLimits"
import type { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { MAX_REQUEST_ID_LENGTH } from "@flash-sale/domain/records/Ids"
import type { CannotListen } from "@flash-sale/infra/http/listening/Listener"
import type { Telemetry } from "@flash-sale/infra/observability/Telemetry"
import { Layer } from "effect"
import { HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import * as AuthNotice from "./access/AuthNotice.ts"
import * as GatewayReport from "./GatewayReport.ts"
import * as GatewayServices from "./GatewayServices.ts"
import * as Authentication from "./http/Authentication.ts"
import * as CheckoutHandlers from "./http/CheckoutHandlers.ts"
import * as Documents from "./http/documents/Documents.ts"
import * as Handlers from "./http/Handlers.ts"
import * as HttpServer from "./http/HttpServer.ts"
import * as MetricsRoute from "./http/MetricsRoute.ts"
import * as Middleware from "./http/Middleware.ts"
import * as OrderHandlers from "./http/OrderHandlers.ts"
import * as Paths from "./http/Paths.ts"
import * as RefusalCounts from "./http/RefusalCounts.ts"
import * as RequestTracing from "./http/RequestTracing.ts"
import * as SchemaErrors from "./http/SchemaErrors.ts"
import * as KnownOrders from "./reads/KnownOrders.ts"
import * as Shutdown from "./request/Shutdown.ts"
import * as WarmUp from "./warmup/WarmUp.ts"

export type { Settings } from "./GatewayServices.ts"

/**
 * The longest part of a path, in characters: a request id of which every character is written in nine, as `%E2%82%AC`.
 * The router's own bound is 100, beyond which it would know no such route.
 */
const MAX_PARAM_LENGTH = MAX_REQUEST_ID_LENGTH * 9

/** A path in another spelling is another path. */
const ONE_SPELLING = { caseSensitive: true, ignoreDuplicateSlashes: false, ignoreTrailingSlash: false }

type Services = OrderLog | ItemStore | RecoveryMarks | OrderStatuses | RateLimits | LiveEvents | Callers | Telemetry

const routes = ({ auth, docs, metricsToken, pages }: GatewayServices.Settings) =>
  Layer.mergeAll(
    HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
      Layer.provide([OrderHandlers.orders, CheckoutHandlers.checkout, Handlers.items, Handlers.live, Handlers.system]),
      Layer.provide([SchemaErrors.layer, Authentication.layer])
    ),
    Documents.layer({ auth, docs, pages }),
    MetricsRoute.layer(metricsToken),
    Middleware.layer
  ).pipe(Layer.provide(RefusalCounts.layer))

/** Ports that lead nowhere, for a gateway that is to warm up. */
export type WarmUpPorts = Layer.Layer<WarmUp.Ports>

const warmUp = (settings: GatewayServices.Settings, ports: WarmUpPorts | undefined) =>
  ports === undefined || !settings.warmUp ? Layer.empty : WarmUp.layer(GatewayServices.layerWarmUp(settings), ports)

const port = (settings: GatewayServices.Settings, warmUpPorts: WarmUpPorts | undefined) =>
  // Above the server, so that it is taken down before it.
  Layer.merge(Shutdown.layerBegin, AuthNotice.layer(settings)).pipe(
    Layer.provide(HttpRouter.serve(routes(settings), {
      disableLogger: true,
      disableListenLog: true,
      routerConfig: { maxParamLength: MAX_PARAM_LENGTH, ...ONE_SPELLING }
    })),
    Layer.provide([
      HttpServer.layer(settings),
      RequestTracing.layer,
      GatewayReport.layer,
      warmUp(settings, warmUpPorts),
      Layer.succeed(Paths.Paths, Paths.make(Documents.paths(settings)))
    ])
  )

/**
 * Serves until its scope closes: then streams end, the port is closed, and what was begun is answered. `beside` is
 * another port of the process, which asks what this one knows of its orders. With `warmUpPorts` it warms up beside its
 * start: it serves meanwhile, and says that it is ready when that is over.
 */
export const layer = <R = never>(
  settings: GatewayServices.Settings,
  beside: Layer.Layer<never, CannotListen, R> = Layer.empty,
  warmUpPorts?: WarmUpPorts
): Layer.Layer<never, CannotListen, Services | Exclude<R, KnownOrders.KnownOrders>> =>
  Layer.merge(port(settings, warmUpPorts), Layer.provide(beside, KnownOrders.layer)).pipe(
    Layer.provide(GatewayServices.layer(settings))
  )
