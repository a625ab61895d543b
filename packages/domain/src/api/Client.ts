/** A typed client of the HTTP API, made from its definition: whoever calls the gateway has one. */
import { HttpApiClient } from "effect/http-api"
import { Api } from "./Api.ts"

export type Client = HttpApiClient.ForApi<typeof Api>

/** Calls the gateway at this origin (`http://localhost:8080`) over whatever `HttpClient` there is. */
export const make = (origin: URL | string) => HttpApiClient.make(Api, { baseUrl: origin })
