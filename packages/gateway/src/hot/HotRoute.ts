/**
 * A route that is served without the framework, and one request on it. Why: docs/decisions/0013-the-hot-route.md.
 */
import type * as Completion from "@flash-sale/infra/actor/Completion"
import type * as AnswerMetrics from "@flash-sale/infra/observability/metrics/AnswerMetrics"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Answer } from "../answers/Answer.ts"
import type { Asked } from "../request/Arrivals.ts"
import type { RequestContext } from "../request/RequestContext.ts"
import type { RequestHeaders } from "../request/RequestHeaders.ts"

/** A request that was taken, and what answers it. */
export interface Exchange {
  readonly route: HotRoute
  readonly current: RequestContext
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The headers of every answer to its origin, as names and values that alternate. */
  readonly fields: ReadonlyArray<string>
}

export interface HotRoute {
  readonly asked: Asked & { readonly route: string }
  /** The label under which its answers are counted. */
  readonly counted: AnswerMetrics.Route
  /**
   * Whether no rule refuses a request with these headers, and neither they nor what the path names ask for more than
   * the route knows. `id` is what the path names; empty where it names nothing.
   */
  readonly isPlain: (headers: RequestHeaders, id: string) => boolean
  /** Completes `respond` once, whatever happens; throws only where nothing was done yet. */
  readonly serve: (exchange: Exchange, id: string, respond: Completion.Completion<Answer>) => void
}
