/** Connections to endpoints, kept open between deliveries, so many of each and no more. */
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import { Effect, type Scope } from "effect"
import { Agent as HttpAgent } from "node:http"
import { Agent as HttpsAgent } from "node:https"
import type { LookupFunction } from "node:net"

/**
 * Connections to one endpoint at once, and so its deliveries under way. Each endpoint has its own: were they bounded
 * together, those that hang would take them from those that do not.
 */
export const MAX_CONNECTIONS = 16
/** How long an idle one is kept, in milliseconds. */
const KEPT_MILLIS = 30_000

export interface Connections {
  readonly of: (endpoint: EndpointName, url: URL) => HttpAgent
  readonly close: (endpoint: EndpointName) => void
}

/** `lookup` is asked for every connection to a name. No proxy is used. */
export const make = (lookup: LookupFunction): Effect.Effect<Connections, never, Scope.Scope> =>
  Effect.gen(function*() {
    const agents = new Map<EndpointName, { readonly origin: string; readonly agent: HttpAgent }>()
    const options = {
      keepAlive: true,
      maxSockets: MAX_CONNECTIONS,
      maxFreeSockets: MAX_CONNECTIONS,
      timeout: KEPT_MILLIS,
      lookup
    }
    const close = (endpoint: EndpointName) => {
      agents.get(endpoint)?.agent.destroy()
      agents.delete(endpoint)
    }
    yield* Effect.addFinalizer(() => Effect.sync(() => [...agents.keys()].forEach(close)))
    return {
      of: (endpoint, { origin, protocol }) => {
        const known = agents.get(endpoint)
        if (known?.origin === origin) return known.agent
        // What is under way ends by itself; nothing new goes to where the endpoint was.
        const agent = protocol === "https:" ? new HttpsAgent(options) : new HttpAgent(options)
        agents.set(endpoint, { origin, agent })
        return agent
      },
      close
    }
  })
