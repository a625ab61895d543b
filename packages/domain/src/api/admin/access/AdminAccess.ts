/** Who may ask: the key of the caller, and all that there are. Never a hash. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { KeyName } from "../../../access/ApiKey.ts"
import { Scope } from "../../../access/Scope.ts"
import * as Fields from "../../Fields.ts"
import { RequestErrors } from "../../RequestErrors.ts"
import { about } from "../NeededScope.ts"
import { Operators } from "../Operators.ts"

/** One api key, without its secret and its hash. */
export const KeyView = Schema.Struct({
  name: KeyName.annotate({ description: "Who or what uses it" }),
  scopes: Schema.Array(Scope).annotate({ description: "What it may do; `admin` is for all" }),
  expires_at: Schema.optionalKey(
    Fields.Timestamp.annotate({ description: "From then on it is refused; absent: never" })
  ),
  state: Schema.Literals(["ok", "soon", "expired"]).annotate({ description: "`soon`: it expires within 14 days" })
}).annotate({ identifier: "KeyView", description: "One api key: its name, what it may do, and until when." })

export const KeyList = Schema.Struct({ keys: Schema.Array(KeyView) }).annotate({
  identifier: "KeyList",
  description: "The api keys as they are taken now, in the order of their file."
})

const me = HttpApiEndpoint.get("me", "/admin/v1/me", { success: KeyView }).annotateMerge(about(
  "any",
  "The key that asks",
  "Its name, what it may do, and until when: so that a page shows nobody what that key may not do."
))

const keys = HttpApiEndpoint.get("keys", "/admin/v1/keys", { success: KeyList }).annotateMerge(about(
  "read",
  "Every api key",
  "As this gateway takes them now, with those that have expired. What they are made of is told to nobody, and they " +
    "are changed by `flash-sale key` alone."
))

export class AdminAccess extends HttpApiGroup.make("access")
  .add(me, keys)
  .middleware(RequestErrors)
  .middleware(Operators)
  .annotateMerge(OpenApi.annotations({ description: "Who may ask" }))
{}
