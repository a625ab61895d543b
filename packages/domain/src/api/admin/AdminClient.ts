/** A typed client of the admin API, derived from its definition. */
import { type Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { AdminApi } from "./AdminApi.ts"

export type AdminClient = HttpApiClient.ForApi<typeof AdminApi>

/** Calls the admin API at this origin (`http://localhost:8081`) with an api key, over the provided `HttpClient`. */
export const make = (origin: URL | string, key: Redacted.Redacted | string) =>
  HttpApiClient.make(AdminApi, {
    baseUrl: origin,
    transformClient: HttpClient.mapRequest(HttpClientRequest.bearerToken(key))
  })
