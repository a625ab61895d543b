/** Which scope an endpoint of the admin API needs: said where the endpoint is, and asked of the caller's key. */
import { Context } from "effect"
import { OpenApi } from "effect/http-api"
import type { Needed } from "../../access/Scope.ts"

/** An endpoint that names none is for those who may do everything. */
export const NeededScope = Context.Reference<Needed>("@flash-sale/domain/api/admin/NeededScope", {
  defaultValue: () => "admin"
})

const needs = (scope: Needed): string =>
  scope === "any" ? "Needs a key, whatever its scopes are." : `Needs a key with the scope \`${scope}\`.`

/** What is said of an endpoint, with the scope that it needs. */
export const about = (scope: Needed, summary: string, description = ""): Context.Context<never> =>
  Context.add(
    OpenApi.annotations({
      summary,
      description: `${description === "" ? "" : `${description} `}${needs(scope)}`
    }),
    NeededScope,
    scope
  )
