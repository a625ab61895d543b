/** The OpenAPI document, as the gateway serves it. */
import * as AccessErrors from "@flash-sale/domain/api/AccessErrors"
import { Api } from "@flash-sale/domain/api/Api"
import * as CheckoutApi from "@flash-sale/domain/api/checkout/CheckoutApi"
import * as CheckoutErrors from "@flash-sale/domain/api/checkout/CheckoutErrors"
import * as Errors from "@flash-sale/domain/api/Errors"
import * as HttpProblems from "@flash-sale/domain/api/HttpProblems"
import { ItemList, ItemView } from "@flash-sale/domain/api/ItemsApi"
import * as ArchiveErrors from "@flash-sale/domain/api/lists/ArchiveErrors"
import { PastOrder, PastOrders } from "@flash-sale/domain/api/lists/PastOrders"
import { ItemCounts, StreamUnavailable } from "@flash-sale/domain/api/LiveApi"
import { OrderQueued, OrderView } from "@flash-sale/domain/api/OrdersApi"
import * as SystemApi from "@flash-sale/domain/api/SystemApi"
import { Hold } from "@flash-sale/domain/records/checkout/Hold"
import { Order } from "@flash-sale/domain/records/Order"
import { Schema } from "effect"
import { OpenApi } from "effect/http-api"
import { describe, expect, it } from "vitest"

interface Described {
  readonly description?: string
}
interface Answer extends Described {
  readonly headers?: Readonly<Record<string, Described & { readonly required: boolean; readonly example?: unknown }>>
}
interface Operation extends Described {
  readonly summary?: string
  readonly parameters: ReadonlyArray<Described & { readonly name: string }>
  readonly responses: Readonly<Record<string, Answer>>
}
interface Component extends Described {
  readonly properties: Readonly<Record<string, { readonly format?: string }>>
  readonly examples?: ReadonlyArray<unknown>
}
interface Document {
  readonly servers?: ReadonlyArray<{ readonly url: string }>
  readonly tags: ReadonlyArray<Described>
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Component>> }
}

const text = JSON.stringify(OpenApi.fromApi(Api))
const document: Document = JSON.parse(text)
const { paths, components } = document
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation }))
)
const answers = operations.flatMap(({ name, operation }) =>
  Object.entries(operation.responses).map(([status, answer]) => ({ name: `${name} ${status}`, answer }))
)
const named = (name: string) => answers.find((each) => each.name === name)?.answer

/** The schemas by which bodies are read and written, by their names in the document. */
const schemas: Readonly<Record<string, unknown>> = {
  ...Errors,
  ...AccessErrors,
  ...HttpProblems,
  ...SystemApi,
  ...ArchiveErrors,
  ...CheckoutErrors,
  Hold,
  Confirm: CheckoutApi.ConfirmBody,
  Paid: CheckoutApi.PaidBody,
  Cancel: CheckoutApi.CancelBody,
  ConfirmQueued: CheckoutApi.ConfirmQueued,
  PaidQueued: CheckoutApi.PaidQueued,
  CancelQueued: CheckoutApi.CancelQueued,
  ItemCounts,
  StreamUnavailable,
  ItemStanding: ItemView,
  ItemList,
  Order,
  OrderQueued,
  OrderStanding: OrderView,
  PastOrder,
  PastOrders
}

describe("The OpenAPI document", () => {
  it("says where it is served, and describes every operation, parameter, answer and header", () => {
    expect(document.servers).toMatchObject([{ url: "/" }])
    const parts: ReadonlyArray<readonly [string, Described]> = [
      ...document.tags.map((tag, index) => [`tag ${index}`, tag] as const),
      ...operations.map(({ name, operation }) => [name, operation] as const),
      ...operations.flatMap(({ name, operation }) =>
        operation.parameters.map((parameter) => [`${name} ${parameter.name}`, parameter] as const)
      ),
      ...answers.map(({ answer, name }) => [name, answer] as const),
      ...answers.flatMap(({ answer, name }) =>
        Object.entries(answer.headers ?? {}).map(([header, about]) => [`${name} ${header}`, about] as const)
      ),
      ...Object.entries(components.schemas)
    ]
    expect(parts.length).toBeGreaterThan(100)
    // A word alone is the name of a class, and no sentence.
    expect(parts.flatMap(([name, { description }]) => /\w \w/.test(description ?? "") ? [] : [name])).toEqual([])
    expect(operations.filter(({ operation }) => operation.summary === undefined)).toEqual([])
  })

  it("has no names of the framework's own, and no reference that leads nowhere", () => {
    expect(text.match(/\w*Encoded\b|causeSchema|x-effect[\w-]*|effect\//g) ?? []).toEqual([])
    const references = Array.from(text.matchAll(/"\$ref":"([^"]*)"/g), ([, name = ""]) => name)
    expect(references.length).toBeGreaterThan(30)
    const known = Object.keys(components.schemas).map((name) => `#/components/schemas/${name}`)
    expect(references.filter((name) => !known.includes(name))).toEqual([])
  })

  it("times are date-times", () => {
    const properties = Array.from(
      text.matchAll(/"(\w+_at)":(\{[^{}]*\})/g),
      ([, name, schema = ""]) => ({ name, schema })
    )
    expect(new Set(properties.map(({ name }) => name))).toEqual(
      new Set(["opens_at", "closes_at", "created_at", "updated_at", "expires_at"])
    )
    expect(properties.filter(({ schema }) => JSON.parse(schema).format !== "date-time")).toEqual([])
  })

  it("every answer has a correlation id, and Retry-After where its body has a time", () => {
    const without = answers.filter(({ answer }) => answer.headers?.["x-correlation-id"]?.required !== true)
    expect(without.map(({ name }) => name)).toEqual([])
    const required = (name: string) => named(name)?.headers?.["retry-after"]?.required
    expect(required("post /buy 429")).toBe(true)
    expect(required("post /buy 503")).toBe(true)
    expect(required("get /items/{item_id}/events 503")).toBe(true)
    // Only where the sale opens later.
    expect(required("post /buy 403")).toBe(false)
    expect(required("post /buy 202")).toBeUndefined()
    expect(required("get /health 503")).toBeUndefined()
    expect(Object.keys(named("post /buy 429")?.headers ?? {})).toContain("ratelimit-policy")
    expect(Object.keys(named("post /buy 202")?.headers ?? {})).toEqual(
      expect.arrayContaining(["location", "ratelimit-policy", "ratelimit"])
    )
  })

  it("says what is answered beside the endpoints: a body that is too large, a bug, a stream that is over", () => {
    const lacking = operations.filter(({ operation }) =>
      !("413" in operation.responses && "500" in operation.responses)
    )
    expect(lacking.map(({ name }) => name)).toEqual([])
    expect(named("get /orders/{request_id}/events 204")).toBeDefined()
  })

  it("every body has an example, which is one", () => {
    for (const [name, { examples = [] }] of Object.entries(components.schemas)) {
      const schema = schemas[name]
      if (!Schema.isSchema(schema)) throw new Error(`which schema is ${name}?`)
      expect(examples, name).not.toEqual([])
      for (const example of examples) {
        const read = Schema.decodeUnknownSync(schema as Schema.Codec<unknown>, { onExcessProperty: "error" })
        expect(() => read(example), name).not.toThrow()
      }
    }
  })

  it("what is sent may have fields that nobody knows, and a call about an order may be without a body", () => {
    for (const name of ["Order", "Hold", "Confirm", "Paid", "Cancel"]) {
      expect(components.schemas[name], name).toMatchObject({ additionalProperties: true })
    }
    const bodyOf = (action: string) => paths[`/orders/{request_id}/${action}`]?.["post"]
    const content = (name: string) => ({ "application/json": { schema: { $ref: `#/components/schemas/${name}` } } })
    expect(bodyOf("confirm")).toMatchObject({ requestBody: { required: false, content: content("Confirm") } })
    expect(bodyOf("cancel")).toMatchObject({ requestBody: { required: false, content: content("Cancel") } })
    expect(bodyOf("paid")).toMatchObject({ requestBody: { required: true, content: content("Paid") } })
  })

  it("has an example of each code that says why an order cannot be changed, or the engine cannot serve", () => {
    const codesIn = (name: string) =>
      new Set(components.schemas[name]?.examples?.map((example) => (example as { readonly code: string }).code))
    expect(codesIn("OrderConflict")).toEqual(new Set(CheckoutErrors.ConflictCode.literals))
    expect(codesIn("Unavailable")).toEqual(new Set(Errors.UnavailableCode.literals))
  })

  it("says that payments are told of by a key alone", () => {
    const securityOf = (path: string) =>
      (paths[path]?.["post"] as { readonly security?: unknown } | undefined)?.security
    expect(securityOf("/orders/{request_id}/paid")).toEqual([{ apiKey: [] }])
    expect(securityOf("/orders/{request_id}/confirm")).toEqual([{ apiKey: [] }, { buyerToken: [] }, {}])
  })
})
