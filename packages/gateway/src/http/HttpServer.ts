/** The gateway's port. */
import * as Listener from "@flash-sale/infra/http/listening/Listener"
import type { Bounds } from "@flash-sale/infra/http/Seats"
import type { GatewaySettings } from "@flash-sale/infra/Settings"
import * as Networks from "@flash-sale/infra/settings/Networks"
import { Effect, Layer } from "effect"
import type { IncomingMessage } from "node:http"
import { HotRoutes } from "../hot/HotRoutes.ts"
import { LingeringResponse } from "./LingeringResponse.ts"

/** How long requests under way may take at shutdown: with what comes before and after, it ends within 30 s. */
const SHUTDOWN_TIMEOUT = "20 seconds"
/** Connections at once; beyond them the one that is idle for longest is closed for the next. */
export const MAX_CONNECTIONS = 10_000
/** Connections of one address at once, where it is none of `TRUSTED_PROXIES`. */
export const MAX_PER_ADDRESS = 1_000
/** Connections beyond both bounds, on which nothing but probes is answered. */
export const RESERVED_FOR_PROBES = 100

/** Sockets that listen: so many connections are accepted in one turn of the loop. */
const SOCKETS = 32

const BOUNDS: Bounds = { max: MAX_CONNECTIONS, maxPerAddress: MAX_PER_ADDRESS, reserved: RESERVED_FOR_PROBES }

/** What monitoring and orchestrators ask for. */
const PROBES = ["/health", "/livez", "/readyz", "/metrics"]
const isProbe = ({ method, url }: IncomingMessage): boolean =>
  method === "GET" && url !== undefined && PROBES.includes(url)

/** Listens on `httpPort` of `httpHost`; 0 takes any that is free. */
export const layer = (
  { httpHost, httpPort, trustedProxies }: Pick<GatewaySettings, "httpHost" | "httpPort" | "trustedProxies">,
  bounds: Bounds = BOUNDS
) =>
  Layer.unwrap(Effect.map(HotRoutes, ({ take }) =>
    Listener.layer({
      port: httpPort,
      host: httpHost,
      variable: "HTTP_PORT",
      sockets: SOCKETS,
      metrics: "gateway",
      bounds,
      isTrusted: Networks.includes(trustedProxies),
      isProbe,
      take,
      response: LingeringResponse,
      shutdownTimeout: SHUTDOWN_TIMEOUT
    })))
