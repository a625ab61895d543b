/** Which scope an endpoint of the admin API needs: said where the endpoint is, and asked of the caller's key. */
import { Context } from "effect"
import { OpenApi } from "effect/http-api"
import type { Scope } from "../../access/Scope.ts"

/** An endpoint that names none is for those who may do everything. */
export const NeededScope = Context.Reference<Scope>("@flash-sale/domain/api/admin/NeededScope", {
  defaultValue: () => "admin"
})

/** What is said of an endpoint, with the scope that it needs. */
export const about = (scope: Scope, summary: string, description = ""): Context.Context<never> =>
  Context.add(
    OpenApi.annotations({
      summary,
      description: `${description === "" ? "" : `${description} `}Needs a key with the scope \`${scope}\`.`
    }),
    NeededScope,
    scope
  )
