/** The AsyncAPI document: the topic `order-events`, each type of event with its schema and an example. Pure. */
import { JsonSchema, Schema } from "effect"
import { CONTENT_TYPE } from "../../events/CloudEvent.ts"
import { headersOf, NEXT_HEADER } from "../../ports/OrderEvents.ts"
import { type Json, type JsonObject, mapObjects } from "../document/Spec.ts"
import { BY_TYPE } from "./EventExamples.ts"
import { ALL, type EventMessage } from "./EventMessages.ts"

/** Of the events, and not of the engine: a new type, or a new field, is a minor one. */
const VERSION = "1.0"
const TOPIC = "order-events"
const BINDING = "0.5.0"
const SCHEMAS = "#/components/schemas/"

/** The framework's name of what is on the wire, where that is another value in memory. */
const publicNameOf = (name: string): string => name.replace(/Encoded$/, "")

/** With references to the document's schemas. */
const linked = (schema: unknown): JsonObject =>
  mapObjects(schema as Json, (object) => {
    const { $ref } = object
    return typeof $ref === "string" ? { $ref: SCHEMAS + publicNameOf($ref.split("/").at(-1)!) } : object
  }) as JsonObject

/** The schema of an event, and those that it refers to, by name. */
const schemasOf = ({ schema, summary, type }: EventMessage): ReadonlyArray<readonly [string, JsonObject]> => {
  const made = JsonSchema.toDocumentDraft07(Schema.toJsonSchemaDocument(schema))
  const others = Object.entries(made.definitions).map(([name, one]) => [publicNameOf(name), linked(one)] as const)
  return [[type, { ...linked(made.schema), description: summary }], ...others]
}

const HEADERS: JsonObject = {
  type: "object",
  properties: {
    "content-type": { type: "string", const: CONTENT_TYPE },
    [NEXT_HEADER]: {
      type: "string",
      pattern: "^[0-9]{1,16}$",
      description: "Everything before this offset of the partition of `orders` is told"
    },
    traceparent: { type: "string", description: "The W3C trace context of the order" }
  },
  required: ["content-type", NEXT_HEADER]
}

const exampleOf = (type: string): JsonObject => {
  const payload = BY_TYPE.get(type)
  if (payload === undefined) throw new Error(`the document has no example of ${type}`)
  const event = payload as JsonObject & { readonly sequence: string }
  return {
    headers: headersOf(Number(event.sequence) + 1, undefined),
    payload: event
  }
}

const messageOf = ({ summary, type }: EventMessage): JsonObject => ({
  name: type,
  title: type,
  summary,
  contentType: CONTENT_TYPE,
  headers: { $ref: `${SCHEMAS}EventHeaders` },
  payload: { $ref: SCHEMAS + type },
  ...(type === "log.position" ? {} : {
    bindings: {
      kafka: { key: { type: "string", description: "The item" }, bindingVersion: BINDING }
    }
  }),
  examples: [exampleOf(type)]
})

const byType = (value: (message: EventMessage) => JsonObject): JsonObject =>
  Object.fromEntries(ALL.map((message) => [message.type, value(message)]))

export const document = (): JsonObject => ({
  asyncapi: "3.0.0",
  info: {
    title: "Flash Sale Engine: order events",
    version: VERSION,
    description: "What becomes of orders and items, as CloudEvents 1.0 in structured JSON. Events of an item are in " +
      "order. Each is told at least once: one that is told again has the same `id`, the same item and the same " +
      "`request_id`. An `id` alone may come again for another order, where the log has lost its end and an operator " +
      "has accepted it so. Consumers ignore types and fields that they do not know.",
    license: { name: "MIT" }
  },
  defaultContentType: CONTENT_TYPE,
  channels: {
    [TOPIC]: {
      address: TOPIC,
      description: "The topic of `ORDER_EVENTS_TOPIC`, with as many partitions as `orders`: an event is in the " +
        "partition of its item. `serve` keeps events in its file, and has no topic.",
      messages: byType(({ type }) => ({ $ref: `#/components/messages/${type}` })),
      bindings: { kafka: { topic: TOPIC, bindingVersion: BINDING } }
    }
  },
  operations: {
    tellOrderEvents: {
      action: "send",
      channel: { $ref: `#/channels/${TOPIC}` },
      summary: "The processor tells what its records have done, before they are committed"
    }
  },
  components: {
    messages: byType(messageOf),
    schemas: { EventHeaders: HEADERS, ...Object.fromEntries(ALL.flatMap(schemasOf)) }
  }
})
