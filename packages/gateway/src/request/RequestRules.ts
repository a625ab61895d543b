/**
 * What is refused for the headers of a request alone, before anything of it is looked at: on the hot route and through
 * the framework alike. Why: docs/decisions/0035-what-a-request-may-be.md.
 */
import * as AllowedHosts from "@flash-sale/infra/http/AllowedHosts"
import { Context, Layer } from "effect"
import * as BodyType from "./BodyType.ts"
import * as Cors from "./Cors.ts"
import * as HttpRefusals from "./HttpRefusals.ts"
import { headerOf, type RequestHeaders } from "./RequestHeaders.ts"

export class RequestRules extends Context.Service<RequestRules, {
  /** Why a request is refused, whatever it asks for; undefined where it is not. */
  readonly refusalOf: (method: string, headers: RequestHeaders) => HttpRefusals.HttpRefusal | undefined
  /** The same of a POST that brings an order. */
  readonly refusalOfOrder: (headers: RequestHeaders) => HttpRefusals.HttpRefusal | undefined
  /** Which pages of other origins may call, and what answers say of it. */
  readonly cors: Cors.Cors
}>()("@flash-sale/gateway/request/RequestRules") {}

/** Whether a link is followed: no form is sent, and nothing is embedded. */
const isLink = (method: string, headers: RequestHeaders): boolean =>
  method === "GET" && headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document"

/**
 * Whether a browser sends this without having asked first whether it may. Bodies in JSON it asks for; calls that need
 * no body it does not, and another host of the same site is another origin for all that (decision 35).
 */
const isUnasked = (method: string, headers: RequestHeaders): boolean =>
  method === "POST" && headerOf(headers, "content-type")?.toLowerCase().startsWith("application/json") !== true

/** A page of another site may link here. What it asks in any other way, a browser marks as such. */
const isCrossSite = (method: string, headers: RequestHeaders): boolean =>
  (headers["sec-fetch-site"] === "cross-site" && !isLink(method, headers)) ||
  (headers["sec-fetch-site"] === "same-site" && isUnasked(method, headers))

/** Whether a page of the host that is asked sends this, as far as its header `Origin` says it. */
const isOwn = (origin: string, host: string | undefined): boolean => {
  const [, own] = /^https?:\/\/(.+)$/.exec(origin) ?? []
  return own !== undefined && host !== undefined && own.toLowerCase() === host.toLowerCase()
}

/**
 * Whether a page of another origin asks, by a browser that does not say of which site it is: so over plain HTTP to any
 * other host than `localhost`. What is no page sends no `Origin`.
 */
const isOtherOrigin = (headers: RequestHeaders): boolean => {
  const origin = headerOf(headers, "origin")
  return origin !== undefined && headers["sec-fetch-site"] === undefined && !isOwn(origin, headerOf(headers, "host"))
}

/** What `Sec-Fetch-Site` says of a page of this port, and of an address that somebody has typed. */
const OWN_SITES: ReadonlyArray<string> = ["same-origin", "none"]

/** Whether any other page than one of this port asks, as far as the headers say it. A link may lead here. */
const isAnyOtherPage = (method: string, headers: RequestHeaders): boolean => {
  const site = headerOf(headers, "sec-fetch-site")
  const origin = headerOf(headers, "origin")
  return (site !== undefined && !OWN_SITES.includes(site) && !isLink(method, headers)) ||
    (origin !== undefined && !isOwn(origin, headerOf(headers, "host")))
}

export interface Settings {
  /** Names in small letters; where it is undefined every name is allowed. */
  readonly allowedHosts: ReadonlySet<string> | undefined
  /** Origins whose pages may call although they are of another site. */
  readonly corsOrigins: ReadonlySet<string>
  /** Whether no page may ask but those of the port itself: where operators are, and not buyers. */
  readonly ownPagesOnly?: boolean
}

export const layer = ({ allowedHosts, corsOrigins, ownPagesOnly = false }: Settings): Layer.Layer<RequestRules> =>
  Layer.sync(RequestRules, () => {
    const cors = Cors.make(corsOrigins)
    const refusalOf = (method: string, headers: RequestHeaders): HttpRefusals.HttpRefusal | undefined => {
      if (!AllowedHosts.isAllowed(allowedHosts, headerOf(headers, "host"))) return HttpRefusals.unknownHost
      const isForeign = ownPagesOnly
        ? isAnyOtherPage(method, headers)
        : isCrossSite(method, headers) || isOtherOrigin(headers)
      return isForeign && !cors.allows(headers) ? HttpRefusals.crossSite : undefined
    }
    return {
      cors,
      refusalOf,
      refusalOfOrder: (headers) =>
        refusalOf("POST", headers) ??
          BodyType.refusalOf(headerOf(headers, "content-type"), headerOf(headers, "content-encoding"))
    }
  })
