/**
 * What is refused for the headers of a request alone, before anything of it is looked at: on the hot route and through
 * the framework alike. Why: docs/decisions/0035-what-a-request-may-be.md.
 */
import { Context, Layer } from "effect"
import * as AllowedHosts from "./AllowedHosts.ts"
import * as BodyType from "./BodyType.ts"
import * as HttpRefusals from "./HttpRefusals.ts"
import { headerOf, type RequestHeaders } from "./RequestHeaders.ts"

export class RequestRules extends Context.Service<RequestRules, {
  /** Why a request is refused, whatever it asks for; undefined where it is not. */
  readonly refusalOf: (method: string, headers: RequestHeaders) => HttpRefusals.HttpRefusal | undefined
  /** The same of a POST that brings an order. */
  readonly refusalOfOrder: (headers: RequestHeaders) => HttpRefusals.HttpRefusal | undefined
}>()("@flash-sale/gateway/request/RequestRules") {}

/** Whether a link is followed: no form is sent, and nothing is embedded. */
const isLink = (method: string, headers: RequestHeaders): boolean =>
  method === "GET" && headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document"

/** A page of another site may link here. What it asks in any other way, a browser marks as such. */
const isCrossSite = (method: string, headers: RequestHeaders): boolean =>
  headers["sec-fetch-site"] === "cross-site" && !isLink(method, headers)

/** `allowedHosts` are names in small letters; where it is undefined every name is allowed. */
export const layer = (allowedHosts: ReadonlySet<string> | undefined): Layer.Layer<RequestRules> =>
  Layer.sync(RequestRules, () => {
    const refusalOf = (method: string, headers: RequestHeaders): HttpRefusals.HttpRefusal | undefined => {
      if (!AllowedHosts.isAllowed(allowedHosts, headerOf(headers, "host"))) return HttpRefusals.unknownHost
      return isCrossSite(method, headers) ? HttpRefusals.crossSite : undefined
    }
    return {
      refusalOf,
      refusalOfOrder: (headers) =>
        refusalOf("POST", headers) ??
          BodyType.refusalOf(headerOf(headers, "content-type"), headerOf(headers, "content-encoding"))
    }
  })
