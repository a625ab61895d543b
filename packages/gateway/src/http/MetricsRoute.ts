/** `GET /metrics` on the gateway's port, and its refusals in the form of the API's. */
import * as MetricsAccess from "@flash-sale/infra/http/MetricsAccess"
import * as MetricsServer from "@flash-sale/infra/http/MetricsServer"
import type { MetricsToken } from "@flash-sale/infra/settings/MetricsToken"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { RequestContext } from "../request/RequestContext.ts"

const denied = Effect.map(
  RequestContext,
  ({ correlationId }) =>
    HttpServerResponse.jsonUnsafe({ ...MetricsAccess.REFUSAL, correlation_id: correlationId }, {
      status: 401,
      headers: { "www-authenticate": MetricsAccess.CHALLENGE }
    })
)

export const layer = (token: MetricsToken) => MetricsServer.metricsRoute(token, denied)
