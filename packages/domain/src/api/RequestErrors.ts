/** Requests that do not fit their schema are answered 400, with every field that is wrong. */
import { HttpApiMiddleware } from "effect/http-api"
import { InvalidRequest } from "./Errors.ts"

export class RequestErrors extends HttpApiMiddleware.Service<RequestErrors>()("@flash-sale/domain/api/RequestErrors", {
  error: InvalidRequest
}) {}
