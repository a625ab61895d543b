/** What describes the gateway to those who use it, beside `/openapi.json`: its events, and its API for people. */
import { Layer } from "effect"
import type { HttpRouter } from "effect/http"
import * as AsyncApiRoute from "./AsyncApiRoute.ts"
import * as Docs from "./Docs.ts"

/** With the page, where it is wanted. */
export const layer = (docs: boolean): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  docs ? Layer.merge(AsyncApiRoute.layer, Docs.layer) : AsyncApiRoute.layer

/** The path of the page, where there is one. */
export const paths = (docs: boolean): ReadonlyArray<string> => docs ? [Docs.PATH] : []
