/** The AsyncAPI document: right by AsyncAPI's own schema, and right about every event that is told. */
import { schemas as asyncApiSchemas } from "@asyncapi/specs"
import { assert, describe, it } from "@effect/vitest"
import * as AsyncApi from "@flash-sale/domain/api/asyncapi/AsyncApi"
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import { eventsOf } from "@flash-sale/domain/events/EventsOf"
import type { ItemEvent } from "@flash-sale/domain/events/OrderEvent"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import { Ajv } from "ajv"
import { Effect, Result } from "effect"
import * as Histories from "../Histories.ts"

interface Message {
  readonly name: string
  readonly summary: string
  readonly headers: { readonly $ref: string }
  readonly payload: { readonly $ref: string }
  readonly examples: ReadonlyArray<{ readonly headers: unknown; readonly payload: { readonly type: string } }>
}
interface Document {
  readonly channels: Readonly<Record<string, { readonly messages: Readonly<Record<string, { $ref: string }>> }>>
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>
    readonly schemas: Readonly<Record<string, { readonly properties: Readonly<Record<string, object>> }>>
  }
}
/** As it is served. */
const document: Document = JSON.parse(JSON.stringify(AsyncApi.document()))
const messages = Object.entries(document.components.messages)

const ajv = new Ajv({ allErrors: true, strict: false }).addSchema({ ...document, $id: "asyncapi.json" })
const validating = (ref: string) => ajv.compile({ $ref: `asyncapi.json${ref}` })
const byType = new Map(messages.map(([type, { payload }]) => [type, validating(payload.$ref)] as const))

/** Fails where the text is not an event of this type by the document. */
const valid = (type: string, text: string) => {
  const validate = byType.get(type)
  if (validate === undefined) throw new Error(`the document has no ${type}`)
  const event: unknown = JSON.parse(text)
  assert.isTrue(validate(event), `${text} ${JSON.stringify(validate.errors)}`)
  for (const [other, isOther] of byType) if (other !== type) assert.isFalse(isOther(event), `${type} is no ${other}`)
}

describe("The AsyncAPI document", () => {
  it("is one", () => {
    const schema: object = asyncApiSchemas["3.0.0"]
    // The schema brings that of JSON Schema along.
    const options = { allErrors: true, strict: false, validateFormats: false, meta: false, validateSchema: false }
    const validate = new Ajv(options).compile({ ...schema })
    assert.isTrue(validate(document), JSON.stringify(validate.errors?.slice(0, 5)))
    assert.isFalse(validate({ ...document, channels: [] }))
  })

  it("has every type that is told, and no other, each with a summary and an example", () => {
    const types = CloudEvent.CloudEvent.members.flatMap(({ fields: { type } }) =>
      "literals" in type ? [...type.literals] : [type.literal]
    )
    assert.sameMembers(messages.map(([type]) => type), types)
    const channel = document.channels["order-events"]!.messages
    assert.deepStrictEqual(
      channel,
      Object.fromEntries(messages.map(([type]) => [type, { $ref: `#/components/messages/${type}` }]))
    )
    for (const [type, { examples, headers, name, summary }] of messages) {
      assert.strictEqual(name, type)
      assert.isAbove(summary.length, 10)
      assert.strictEqual(examples.length, 1)
      const [example] = examples
      assert.isTrue(validating(headers.$ref)(example!.headers))
      valid(type, JSON.stringify(example!.payload))
      const read = Result.getOrThrow(CloudEvent.read(JSON.stringify(example!.payload)))
      assert.strictEqual(read.type, type)
    }
  })

  it("says what each field of an order is", () => {
    for (const [name, field] of Object.entries(document.components.schemas["OrderEventData"]!.properties)) {
      assert.property(field, "description", name)
    }
  })

  it("refuses what is none", () => {
    const isCompleted = byType.get("order.completed")!
    const event = document.components.messages["order.completed"]!.examples[0]!.payload
    assert.isTrue(isCompleted({ ...event, more: 1 }), "fields that are not known yet are allowed")
    for (const change of [{ id: "" }, { specversion: "0.3" }, { sequence: "x" }, { subject: "a:b" }, { data: {} }]) {
      assert.isFalse(isCompleted({ ...event, ...change }), JSON.stringify(change))
    }
  })

  it.effect.prop("every event of a history is right by its message's schema", { history: Histories.history }, ({
    history
  }) =>
    Effect.sync(() => {
      const events: Array<ItemEvent> = []
      let state = Fold.nothing
      for (let times = 0; times < 2; times++) {
        const folded = Fold.fold(state, { commands: history, published: [], expected: undefined })
        if (folded._tag !== "Folded") throw new Error(folded._tag)
        state = folded.state
        for (const [n, { command, offset }] of history.entries()) {
          const headers = offset % 2 === 0 ? { by: "ops", reason: "because" } : {}
          const record = { partition: PartitionId.make(0), offset: Offset.make(offset), timestamp: offset, headers }
          events.push(
            ...eventsOf(Histories.itemId, { record, command }, folded.outcomes[n]!, () => undefined, "told")
          )
        }
      }
      for (const event of events) valid(event.type, CloudEvent.write(event))
    }), { arbitrary: { runs: 200, size: 60 } })

  it("so is every other event", () => {
    valid("log.position", CloudEvent.writePosition(PartitionId.make(0), 0, 0))
    const refused = { itemId: Histories.itemId, refused: { sold_out: 3 } }
    valid("item.refused", CloudEvent.write({ id: "x", type: "item.refused", time: 0, sequence: 0, data: refused }))
  })
})
