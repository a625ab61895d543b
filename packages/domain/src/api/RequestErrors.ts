/**
 * What any request of an endpoint may be answered before its work begins: fields that are wrong (400, each is named),
 * and what the request is as HTTP.
 */
import { HttpApiMiddleware } from "effect/http-api"
import { InvalidRequest } from "./Errors.ts"
import { CrossSite, UnknownHost } from "./HttpProblems.ts"

export class RequestErrors extends HttpApiMiddleware.Service<RequestErrors>()("@flash-sale/domain/api/RequestErrors", {
  error: [InvalidRequest, CrossSite, UnknownHost]
}) {}
