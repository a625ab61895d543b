/** The header `Authorization`, of every request about orders: who sends it, and what that may be answered. */
import { Context } from "effect"
import { HttpApiMiddleware } from "effect/http-api"
import type { Caller } from "../access/Caller.ts"
import { MissingScope, TooManyFailures, Unauthenticated } from "./AccessErrors.ts"
import { Unavailable } from "./Errors.ts"

/** Who sends the request that is being served. It may use orders at all; which of them is for the endpoint to ask. */
export class CurrentCaller extends Context.Service<CurrentCaller, Caller>()(
  "@flash-sale/domain/api/Authorization/CurrentCaller"
) {}

/** Asked before anything else of a request is read. */
export class Authorization extends HttpApiMiddleware.Service<Authorization, { provides: CurrentCaller }>()(
  "@flash-sale/domain/api/Authorization",
  { error: [Unauthenticated, MissingScope, TooManyFailures, Unavailable] }
) {}
