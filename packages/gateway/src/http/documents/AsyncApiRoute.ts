/** `GET /asyncapi.json`: what is told to those who listen. Made with the first request, as `/openapi.json` is. */
import * as AsyncApi from "@flash-sale/domain/api/asyncapi/AsyncApi"
import { Effect, type Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"

export const PATH = "/asyncapi.json"

/** The route, on the port whose router it is. */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter> = HttpRouter.use((router) =>
  Effect.gen(function*() {
    const answer = yield* Effect.cached(Effect.sync(() => HttpServerResponse.jsonUnsafe(AsyncApi.document())))
    yield* router.add("GET", PATH, answer)
  })
)
