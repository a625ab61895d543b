/**
 * The gateway: takes orders over HTTP, appends them to the log, and answers what became of them.
 *
 * Needs the ports only; whether they stand on Kafka and Redis or on one file is not its business.
 */
import { Api } from "@flash-sale/domain/api/Api"
import { MAX_REQUEST_ID_LENGTH } from "@flash-sale/domain/Ids"
import type { ItemStore } from "@flash-sale/domain/ItemStore"
import type { OrderLog } from "@flash-sale/domain/OrderLog"
import type { OrderStatuses } from "@flash-sale/domain/OrderStatuses"
import type { RateLimits } from "@flash-sale/domain/RateLimits"
import * as MetricsServer from "@flash-sale/infra/observability/MetricsServer"
import type { Telemetry } from "@flash-sale/infra/observability/Telemetry"
import type { GatewaySettings } from "@flash-sale/infra/Settings"
import { Layer } from "effect"
import { HttpRouter } from "effect/http"
import { HttpApiBuilder, HttpApiScalar } from "effect/http-api"
import * as Admission from "./Admission.ts"
import * as Handlers from "./Handlers.ts"
import * as ItemReads from "./ItemReads.ts"
import * as Listener from "./Listener.ts"
import * as LogBreaker from "./LogBreaker.ts"
import * as LogSize from "./LogSize.ts"
import * as Requests from "./Requests.ts"
import * as StatusReads from "./StatusReads.ts"
import * as Validation from "./Validation.ts"

/**
 * The longest part of a path, in characters: a request id of which every character is written in nine, as `%E2%82%AC`.
 * The router's own bound is 100, beyond which it would know no such route.
 */
const MAX_PARAM_LENGTH = MAX_REQUEST_ID_LENGTH * 9

type Services = OrderLog | ItemStore | OrderStatuses | RateLimits | Telemetry

/** The services behind the endpoints. */
const services = (settings: GatewaySettings) =>
  Layer.merge(Admission.layer(settings.rateLimit), StatusReads.layer).pipe(
    Layer.provideMerge(ItemReads.layer(settings.soldOutCache)),
    Layer.provideMerge([LogBreaker.layer(settings.breaker), LogSize.layer])
  )

const routes = Layer.mergeAll(
  HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
    Layer.provide([Handlers.orders, Handlers.items, Handlers.system]),
    Layer.provide(Validation.layer)
  ),
  HttpApiScalar.layer(Api, { path: "/docs" }),
  MetricsServer.metricsRoute,
  Requests.layer
)

/** Serves until its scope closes: then the port is closed, and what was begun is answered. */
export const layer = (settings: GatewaySettings): Layer.Layer<never, MetricsServer.CannotListen, Services> =>
  HttpRouter.serve(routes, {
    disableLogger: true,
    disableListenLog: true,
    routerConfig: { maxParamLength: MAX_PARAM_LENGTH }
  }).pipe(
    Layer.provide(Listener.layer(settings.httpPort)),
    Layer.provide(services(settings))
  )
