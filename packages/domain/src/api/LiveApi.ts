/** Server-sent events: the state of an order or an item, and each change of it as it happens. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { OrderMoved } from "../ports/LiveEvents.ts"
import { ItemId, RequestId } from "../records/Ids.ts"
import { Authorization } from "./Authorization.ts"
import * as Errors from "./Errors.ts"
import { ItemView } from "./ItemsApi.ts"
import { OrderView } from "./OrdersApi.ts"
import { RequestErrors } from "./RequestErrors.ts"

/** What an `EventSource` sends by itself when it comes back. */
const headers = {
  "last-event-id": Schema.optionalKey(
    Schema.String.annotate({ description: "The id of the last event that was seen" })
  )
}

/** One kind of event of a stream. */
export const event = <const Name extends string, S extends Schema.Constraint>(name: Name, data: S) =>
  Schema.Struct({
    id: Schema.optionalKey(Schema.String),
    event: Schema.Literal(name),
    data: Schema.fromJsonString(data)
  })

/** Why a stream tells nothing new for now. */
export const StreamUnavailable = Schema.Struct({ code: Errors.UnavailableCode }).annotate({
  identifier: "StreamUnavailable",
  description: "What the stream is about cannot be read now, so what was told before may be old."
})

/** What every stream may say beside its own events. */
export const unavailableEvent = event("unavailable", StreamUnavailable)
/** What the document says of it. */
export const WHILE_AWAY = "While that cannot be read the stream says `unavailable`, with the code that a read would " +
  "have, now and then; the next `snapshot` ends that."

/** An item's counts after a change of them. */
export const ItemCounts = Schema.Struct({ available: Schema.Int, held: Schema.Int, sold: Schema.Int }).annotate({
  identifier: "ItemCounts",
  description: "An item's counts after a change of them."
})

/** What the document says of the stream, and the answers that the handler gives beside it. */
const streams = (others: Readonly<Record<number, string>> = {}) => (operation: Readonly<Record<string, unknown>>) => {
  const { 200: stream, ...refusals } = operation["responses"] as Readonly<Record<string, object>>
  const described = Object.entries(others).map(([status, description]) => [status, { description }] as const)
  const responses = {
    ...Object.fromEntries(described),
    200: { ...stream, description: "The events, until one side closes the connection." },
    ...refusals
  }
  return { ...operation, responses }
}

const orderEvents = HttpApiEndpoint.get("orderEvents", "/orders/:request_id/events", {
  params: { request_id: RequestId },
  headers,
  success: HttpApiSchema.StreamSse({
    events: Schema.Union([event("snapshot", OrderView), event("change", OrderMoved), unavailableEvent])
  }),
  error: [Errors.UnknownOrder, Errors.Unavailable]
}).middleware(Authorization).annotateMerge(OpenApi.annotations({
  summary: "What becomes of an order, as it happens",
  description:
    "A `snapshot` as of `GET /orders/:request_id`, then a `change` for each new status. Ends after the one " +
    "that is final; who comes back with its id is answered 204, at which an `EventSource` stops. " + WHILE_AWAY,
  transform: streams({ 204: "The last event was seen before: no more will come." })
}))

const itemEvents = HttpApiEndpoint.get("itemEvents", "/items/:item_id/events", {
  params: { item_id: ItemId },
  headers,
  success: HttpApiSchema.StreamSse({
    events: Schema.Union([event("snapshot", ItemView), event("change", ItemCounts), unavailableEvent])
  }),
  error: [Errors.UnknownItem, Errors.Unavailable]
}).annotateMerge(OpenApi.annotations({
  summary: "What is left of an item, as it changes",
  description: "A `snapshot` as of `GET /items/:item_id`, then a `change` for each change of the counts, and another " +
    "`snapshot` where more has changed. With `Last-Event-ID` the changes that were missed come before the snapshot. " +
    WHILE_AWAY,
  transform: streams()
}))

export class LiveApi
  extends HttpApiGroup.make("live").add(orderEvents, itemEvents).middleware(RequestErrors).annotateMerge(
    OpenApi.annotations({ description: "Changes as they happen, as server-sent events" })
  )
{}
