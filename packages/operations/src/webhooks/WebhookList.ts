/** Webhooks as operators see them: how each does, and what it was not told. */
import type { ArchiveCursor } from "@flash-sale/domain/archive/Questions"
import * as Webhooks from "@flash-sale/domain/ports/Webhooks"
import type { EndpointName } from "@flash-sale/domain/webhooks/Endpoint"
import type { DeliveryState } from "@flash-sale/domain/webhooks/Standing"
import { Effect } from "effect"

export const list = Effect.flatMap(Webhooks.optional, (webhooks) => webhooks.list)

/** One of them. Fails where nobody knows its name. */
export const find = Effect.fnUntraced(function*(name: EndpointName) {
  const found = (yield* list).find((endpoint) => endpoint.name === name)
  return found ?? (yield* new Webhooks.UnknownEndpoint({ name }))
})

/** One of them with its replays, the newest first. */
export const details = Effect.fnUntraced(function*(name: EndpointName) {
  const webhooks = yield* Webhooks.optional
  return { endpoint: yield* find(name), replays: yield* webhooks.replays(name) }
})

/** A page of its deliveries that wait or were given up. Fails where nobody knows its name. */
export const deliveries = Effect.fnUntraced(function*(
  name: EndpointName,
  state: DeliveryState | undefined,
  cursor: ArchiveCursor | undefined,
  limit: number
) {
  const webhooks = yield* Webhooks.optional
  yield* find(name)
  return yield* webhooks.deliveries({ endpoint: name, state }, cursor, limit)
})
