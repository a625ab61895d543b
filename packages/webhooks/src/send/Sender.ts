/** One attempt to deliver an event: a signed POST, of which only the status counts. */
import { CONTENT_TYPE } from "@flash-sale/domain/events/CloudEvent"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import { release } from "@flash-sale/infra/http/Release"
import { Clock, Context, Effect, Layer } from "effect"
import type { Endpoint } from "../endpoints/EndpointList.ts"
import * as Connections from "./Connections.ts"
import * as Exchange from "./Exchange.ts"
import * as Judgement from "./Judgement.ts"
import * as Lookup from "./Lookup.ts"
import * as Signature from "./Signature.ts"

/** How long an exchange may take, from the look-up of the name to the last header of the answer. */
export const TIMEOUT_MILLIS = 10_000

const USER_AGENT = `flash-sale-webhooks/${release.version}`

/** What is sent. */
export interface Outgoing {
  readonly id: string
  readonly body: string
  readonly traceparent: string | undefined
}

export class Sender extends Context.Service<Sender, {
  /** Sends once. An attempt that is interrupted may have arrived. */
  readonly send: (endpoint: Endpoint, outgoing: Outgoing) => Effect.Effect<Judgement.Attempt>
  /** Closes the connections to an endpoint. */
  readonly forget: (endpoint: EndpointName) => void
}>()("@flash-sale/webhooks/send/Sender") {}

export interface Options {
  readonly allowPrivate: boolean
  /** Who knows the addresses of names; the system where it is absent. */
  readonly resolve?: Lookup.Resolve
}

const headersOf = (endpoint: Endpoint, { body, id, traceparent }: Outgoing, now: number) => {
  const timestamp = Math.floor(now / 1_000)
  return {
    "content-type": CONTENT_TYPE,
    "content-length": String(Buffer.byteLength(body)),
    "user-agent": USER_AGENT,
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": Signature.sign(endpoint.secrets, { id, timestamp, body }),
    ...(traceparent === undefined ? {} : { traceparent })
  }
}

export const layer = ({ allowPrivate, resolve = Lookup.system }: Options): Layer.Layer<Sender> =>
  Layer.effect(
    Sender,
    Effect.gen(function*() {
      const connections = yield* Connections.make(Lookup.shared(resolve, allowPrivate ? undefined : Lookup.refusalOf))
      const refusalOf = (hostname: string) => allowPrivate ? undefined : Lookup.literalRefusal(hostname)
      return {
        send: Effect.fnUntraced(function*(endpoint, outgoing) {
          const refused = refusalOf(endpoint.url.hostname)
          if (refused !== undefined) return Judgement.unanswered(refused)
          const now = yield* Clock.currentTimeMillis
          const answer = yield* Exchange.post({
            agent: connections.of(endpoint.name, endpoint.url),
            body: outgoing.body,
            headers: headersOf(endpoint, outgoing, now),
            timeoutMillis: TIMEOUT_MILLIS,
            url: endpoint.url
          })
          return "error" in answer
            ? Judgement.unanswered(answer.error)
            : Judgement.judge(answer.status, answer.retryAfter, now)
        }),
        forget: connections.close
      }
    })
  )
