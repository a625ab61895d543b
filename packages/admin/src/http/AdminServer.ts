/** The admin port. */
import { LingeringResponse } from "@flash-sale/gateway/http/LingeringResponse"
import * as Listener from "@flash-sale/infra/http/listening/Listener"
import type { Bounds } from "@flash-sale/infra/http/Seats"
import type { IncomingMessage } from "node:http"

/** How long requests under way may take at shutdown. */
const SHUTDOWN_TIMEOUT = "5 seconds"

/** Connections at once, and of one address: for the people and scripts that operate an engine. */
export const BOUNDS: Bounds = { max: 500, maxPerAddress: 250, reserved: 20 }

const PROBES = ["/health", "/livez"]
const isProbe = ({ method, url }: IncomingMessage): boolean =>
  method === "GET" && url !== undefined && PROBES.includes(url)

/** Listens on `port` of `host`; 0 takes any that is free. */
export const layer = (
  { host, port }: { readonly host: string | undefined; readonly port: number },
  isTrusted: (address: string) => boolean
) =>
  Listener.layer({
    host,
    port,
    variable: "ADMIN_PORT",
    sockets: 1,
    metrics: "admin",
    bounds: BOUNDS,
    isTrusted,
    isProbe,
    take: () => false,
    response: LingeringResponse,
    shutdownTimeout: SHUTDOWN_TIMEOUT
  })
