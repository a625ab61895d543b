/**
 * The admin API: what operators do and see, over HTTP, at a port of its own. The functions that do the work are the
 * command line's. Needs the ports only, whether their adapters use Kafka and Redis or one file. Decision 0042.
 */
import { AdminApi } from "@flash-sale/domain/api/admin/AdminApi"
import type { Callers } from "@flash-sale/domain/ports/Callers"
import * as AsyncApiRoute from "@flash-sale/gateway/http/documents/AsyncApiRoute"
import * as Docs from "@flash-sale/gateway/http/documents/Docs"
import * as RequestTracing from "@flash-sale/gateway/http/RequestTracing"
import * as Subscribers from "@flash-sale/gateway/live/Subscribers"
import * as Arrivals from "@flash-sale/gateway/request/Arrivals"
import * as RequestRules from "@flash-sale/gateway/request/RequestRules"
import * as Shutdown from "@flash-sale/gateway/request/Shutdown"
import type { CannotListen } from "@flash-sale/infra/http/listening/Listener"
import * as AdminMetrics from "@flash-sale/infra/observability/metrics/AdminMetrics"
import * as ConnectionMetrics from "@flash-sale/infra/observability/metrics/ConnectionMetrics"
import * as Networks from "@flash-sale/infra/settings/Networks"
import type * as Examination from "@flash-sale/operations/doctor/Examination"
import * as PageRoutes from "@flash-sale/pages/server/PageRoutes"
import { Duration, Effect, Layer, Metric } from "effect"
import { HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import * as DoctorReports from "./doctor/DoctorReports.ts"
import * as AdminHandlers from "./http/AdminHandlers.ts"
import * as AdminMiddleware from "./http/AdminMiddleware.ts"
import * as AdminPaths from "./http/AdminPaths.ts"
import * as AdminServer from "./http/AdminServer.ts"
import * as RequestFaults from "./http/RequestFaults.ts"
import * as WebhookHandlers from "./http/WebhookHandlers.ts"
import * as ItemRates from "./items/ItemRates.ts"
import * as OverviewFeed from "./overview/OverviewFeed.ts"
import * as OverviewHistory from "./overview/OverviewHistory.ts"
import * as OverviewReads from "./overview/OverviewReads.ts"
import * as OperatorCheck from "./request/OperatorCheck.ts"
import type { AdminPorts } from "./request/Services.ts"

export interface Settings {
  readonly port: number
  /** The address to listen on; all of the machine where it is undefined. */
  readonly host: string | undefined
  /** The names that the port answers to, beside addresses and `localhost`, in small letters. */
  readonly allowedHosts: ReadonlySet<string> | undefined
  /** Proxies whose word about a client's address is taken. */
  readonly trustedProxies: ReadonlyArray<Networks.Network>
  /** Whether `/docs` is served. */
  readonly docs: boolean
  /** Which engine `GET /doctor` looks at. */
  readonly patient: Examination.Patient
}

/** The longest part of a path, in characters: the id of a letter with the topic where it once was. */
const MAX_PARAM_LENGTH = 1_000
/** A path in another spelling is another path. */
const ONE_SPELLING = { caseSensitive: true, ignoreDuplicateSlashes: false, ignoreTrailingSlash: false }

/** No name is answered to that is not listed: where nothing is listed, addresses and `localhost` alone. */
const hostsOf = ({ allowedHosts }: Settings): ReadonlySet<string> => allowedHosts ?? new Set()

const services = (settings: Settings) =>
  Layer.merge(OverviewFeed.layer, OverviewHistory.layer).pipe(
    Layer.provideMerge([
      OverviewReads.layer,
      ItemRates.layer,
      DoctorReports.layer(settings.patient),
      Subscribers.layer(OverviewFeed.MAX_STREAMS),
      Arrivals.layer(false),
      RequestRules.layer({ allowedHosts: hostsOf(settings), corsOrigins: new Set(), ownPagesOnly: true })
    ]),
    Layer.provideMerge(Shutdown.layer(Duration.zero))
  )

const routes = (settings: Settings) =>
  Layer.mergeAll(
    HttpApiBuilder.layer(AdminApi, { openapiPath: "/openapi.json" }).pipe(
      Layer.provide([
        AdminHandlers.items,
        AdminHandlers.orderChanges,
        AdminHandlers.letters,
        AdminHandlers.overview,
        AdminHandlers.archive,
        AdminHandlers.access,
        AdminHandlers.doctor,
        WebhookHandlers.webhooks,
        AdminHandlers.system
      ]),
      Layer.provide([
        RequestFaults.layer,
        OperatorCheck.layer(Networks.includes(settings.trustedProxies))
      ])
    ),
    AsyncApiRoute.layer,
    PageRoutes.layerConsole,
    AdminMiddleware.layer(AdminPaths.make(settings.docs)),
    settings.docs ? Docs.layerOf(AdminApi) : Layer.empty
  )

/** Every series of the port exists from its start. */
const series: Layer.Layer<never> = Layer.effectDiscard(
  Effect.forEach([...AdminMetrics.all, ...ConnectionMetrics.all("admin")], Metric.value, { discard: true })
)

/** Serves until its scope closes: then streams end, the port is closed, and what was begun is answered. */
export const layer = (settings: Settings): Layer.Layer<never, CannotListen, AdminPorts | Callers> =>
  Shutdown.layerBegin.pipe(
    Layer.provide(HttpRouter.serve(routes(settings), {
      disableLogger: true,
      disableListenLog: true,
      routerConfig: { maxParamLength: MAX_PARAM_LENGTH, ...ONE_SPELLING }
    })),
    Layer.provide([
      AdminServer.layer(settings, Networks.includes(settings.trustedProxies)),
      RequestTracing.layer,
      series
    ]),
    Layer.provide(services(settings))
  )
