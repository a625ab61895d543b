/** Who may call the admin API: whoever has an api key, for what its scopes say. */
import { Context } from "effect"
import { HttpApiMiddleware, HttpApiSecurity, OpenApi } from "effect/http-api"
import type { KeyInfo, KeyName } from "../../access/ApiKey.ts"
import { MissingScope, TooManyFailures, Unauthenticated } from "../AccessErrors.ts"
import { Unavailable } from "../Errors.ts"
import { NoKeys } from "./AdminErrors.ts"

/** The operator who has sent the request, by the name of the key, and the address that it came from. */
export class CurrentOperator extends Context.Service<CurrentOperator, {
  readonly name: KeyName
  /** That key, as it is taken now. */
  readonly key: KeyInfo
  readonly address: string
  /** Whether the key still counts and still has the scope. What goes on after its first answer asks again. Cheap. */
  readonly stillMay: () => boolean
}>()("@flash-sale/domain/api/admin/CurrentOperator") {}

const apiKey = HttpApiSecurity.bearer.pipe(
  HttpApiSecurity.annotate(OpenApi.Description, "An api key of `flash-sale key create`, such as fs_ops_….")
)

/** Lets through who has the scope that the endpoint needs, before anything of the request is looked at. */
export class Operators extends HttpApiMiddleware.Service<Operators, { provides: CurrentOperator }>()(
  "@flash-sale/domain/api/admin/Operators",
  { error: [Unauthenticated, MissingScope, TooManyFailures, NoKeys, Unavailable], security: { apiKey } }
) {}
