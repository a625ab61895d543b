/** The OpenAPI document of the admin API, as its port serves it. */
import * as AccessErrors from "@flash-sale/domain/api/AccessErrors"
import * as AdminAccess from "@flash-sale/domain/api/admin/access/AdminAccess"
import { AdminApi } from "@flash-sale/domain/api/admin/AdminApi"
import * as AdminErrors from "@flash-sale/domain/api/admin/AdminErrors"
import * as AdminOverview from "@flash-sale/domain/api/admin/AdminOverview"
import * as AdminSystem from "@flash-sale/domain/api/admin/AdminSystem"
import * as ArchiveBodies from "@flash-sale/domain/api/admin/archive/ArchiveBodies"
import * as AdminDoctor from "@flash-sale/domain/api/admin/doctor/AdminDoctor"
import * as ItemBodies from "@flash-sale/domain/api/admin/ItemBodies"
import * as ItemChanges from "@flash-sale/domain/api/admin/ItemChanges"
import * as LetterBodies from "@flash-sale/domain/api/admin/LetterBodies"
import * as OrderBodies from "@flash-sale/domain/api/admin/orders/OrderBodies"
import * as OrderErrors from "@flash-sale/domain/api/admin/orders/OrderErrors"
import * as WebhookBodies from "@flash-sale/domain/api/admin/webhooks/WebhookBodies"
import * as WebhookChanges from "@flash-sale/domain/api/admin/webhooks/WebhookChanges"
import * as WebhookErrors from "@flash-sale/domain/api/admin/webhooks/WebhookErrors"
import * as Errors from "@flash-sale/domain/api/Errors"
import * as HttpProblems from "@flash-sale/domain/api/HttpProblems"
import * as ArchiveErrors from "@flash-sale/domain/api/lists/ArchiveErrors"
import { StreamUnavailable } from "@flash-sale/domain/api/LiveApi"
import { OrderView } from "@flash-sale/domain/api/OrdersApi"
import * as SystemApi from "@flash-sale/domain/api/SystemApi"
import { Schema } from "effect"
import { OpenApi } from "effect/http-api"
import { describe, expect, it } from "vitest"

interface Described {
  readonly description?: string
}
interface Operation extends Described {
  readonly summary?: string
  readonly security: ReadonlyArray<object>
  readonly parameters: ReadonlyArray<Described & { readonly name: string }>
  readonly responses: Readonly<Record<string, Described & { readonly headers?: Readonly<Record<string, Described>> }>>
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Described & { readonly examples?: ReadonlyArray<unknown> }>>
    readonly securitySchemes: Readonly<Record<string, object>>
  }
}

const text = JSON.stringify(OpenApi.fromApi(AdminApi))
const { components, paths }: Document = JSON.parse(text)
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation }))
)
const answers = operations.flatMap(({ name, operation }) =>
  Object.entries(operation.responses).map(([status, answer]) => [`${name} ${status}`, answer] as const)
)

const schemas: Readonly<Record<string, unknown>> = {
  // Its public name: decision 0023.
  OrderStanding: OrderView,
  StreamUnavailable,
  ...Errors,
  ...AccessErrors,
  ...OrderErrors,
  ...OrderBodies,
  ...HttpProblems,
  ...SystemApi,
  ...AdminErrors,
  ...ArchiveErrors,
  ...AdminOverview,
  ...AdminSystem,
  ...AdminAccess,
  ...AdminDoctor,
  ...ItemBodies,
  ...ItemChanges,
  ...LetterBodies,
  ...ArchiveBodies,
  ...WebhookBodies,
  ...WebhookChanges,
  ...WebhookErrors,
  WebhookReplayCounted: WebhookChanges.ReplayCounted,
  WebhookReplayQueued: WebhookChanges.ReplayQueued,
  LettersHandled: LetterBodies.Handled
}

describe("The admin API's document", () => {
  it("describes every operation, parameter, answer, header and schema", () => {
    const parts: ReadonlyArray<readonly [string, Described]> = [
      ...operations.map(({ name, operation }) => [name, operation] as const),
      ...operations.flatMap(({ name, operation }) =>
        operation.parameters.map((parameter) => [`${name} ${parameter.name}`, parameter] as const)
      ),
      ...answers,
      ...answers.flatMap(([name, { headers = {} }]) =>
        Object.entries(headers).map(([header, about]) => [`${name} ${header}`, about] as const)
      ),
      ...Object.entries(components.schemas)
    ]
    expect(parts.length).toBeGreaterThan(200)
    expect(parts.flatMap(([name, { description }]) => /\w \w/.test(description ?? "") ? [] : [name])).toEqual([])
    expect(operations.filter(({ operation }) => operation.summary === undefined)).toEqual([])
    expect(text.match(/\w*Encoded\b|causeSchema|x-effect[\w-]*|effect\//g) ?? []).toEqual([])
  })

  it("asks for a key wherever something is operated, says which scope, and how one is refused", () => {
    expect(Object.keys(components.securitySchemes)).toEqual(["apiKey"])
    for (const { name, operation } of operations) {
      const isOperated = name.includes("/admin/v1/")
      expect(operation.security, name).toEqual(isOperated ? [{ apiKey: [] }] : [])
      if (!isOperated) continue
      expect(operation.description, name).toMatch(
        name.endsWith("/me") ? /Needs a key, whatever its scopes are\.$/ : /Needs a key with the scope `\w+`\.$/
      )
      expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(["401", "403", "429", "503"]))
      expect(Object.keys(operation.responses["401"]?.headers ?? {}), name).toContain("www-authenticate")
      expect(Object.keys(operation.responses["503"]?.headers ?? {}), name).toContain("retry-after")
    }
  })

  it("every body has an example, which is one", () => {
    for (const [name, { examples = [] }] of Object.entries(components.schemas)) {
      const schema = schemas[name]
      if (!Schema.isSchema(schema)) throw new Error(`which schema is ${name}?`)
      expect(examples, name).not.toEqual([])
      const read = Schema.decodeUnknownSync(schema as Schema.Codec<unknown>, { onExcessProperty: "error" })
      for (const example of examples) expect(() => read(example), name).not.toThrow()
    }
  })
})
