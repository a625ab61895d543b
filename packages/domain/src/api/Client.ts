/** A typed client of the HTTP API, derived from its definition. */
import { HttpApiClient } from "effect/http-api"
import { Api } from "./Api.ts"

export type Client = HttpApiClient.ForApi<typeof Api>

/** Calls the gateway at this origin (`http://localhost:8080`) over the provided `HttpClient`. */
export const make = (origin: URL | string) => HttpApiClient.make(Api, { baseUrl: origin })
