/** What the gateway has for people, and what describes it beside `/openapi.json`: its events, its API, its pages. */
import type { AuthMode } from "@flash-sale/domain/access/MayDo"
import * as PageRoutes from "@flash-sale/pages/server/PageRoutes"
import { Layer } from "effect"
import type { HttpRouter } from "effect/http"
import * as AsyncApiRoute from "./AsyncApiRoute.ts"
import * as Docs from "./Docs.ts"

/** What of it is wanted: the page of the API, and the pages for buyers. */
export interface Wanted {
  readonly docs: boolean
  readonly pages: boolean
}

export const layer = (
  { auth, docs, pages }: Wanted & { readonly auth: AuthMode }
): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  Layer.mergeAll(
    AsyncApiRoute.layer,
    docs ? Docs.layer : Layer.empty,
    pages ? PageRoutes.layer({ docs, needsToken: auth === "required" }) : Layer.empty
  )

/** The paths of what is wanted. */
export const paths = ({ docs, pages }: Wanted): ReadonlyArray<string> => [
  ...(docs ? [Docs.PATH] : []),
  ...(pages ? PageRoutes.PATHS : [])
]
