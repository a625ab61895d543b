/** Answers requests for another name by 421, on a port that has no rules of its own: as a gateway does. */
import { Effect, type Layer } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as AllowedHosts from "./AllowedHosts.ts"

const unknownHost = HttpServerResponse.jsonUnsafe(
  { error: "Unknown host", code: "unknown_host", retryable: false },
  { status: 421 }
)

/** `allowed` are names in small letters; where it is undefined every name is. */
export const layer = (allowed: ReadonlySet<string> | undefined): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpRouter.middleware(
    (app) =>
      Effect.flatMap(
        HttpServerRequest.HttpServerRequest,
        ({ headers }) => AllowedHosts.isAllowed(allowed, headers["host"]) ? app : Effect.succeed(unknownHost)
      ),
    { global: true }
  )
