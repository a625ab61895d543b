/** An admin port with a processor behind it, over adapters that can be made to fail, and keys that a test knows. */
import * as Admin from "@flash-sale/admin/Admin"
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import { type Caller, nobody } from "@flash-sale/domain/access/Caller"
import type { Scope } from "@flash-sale/domain/access/Scope"
import { Callers, type Identity } from "@flash-sale/domain/ports/Callers"
import { UserId } from "@flash-sale/domain/records/Ids"
import * as PartitionCount from "@flash-sale/gateway/guards/PartitionCount"
import * as StoreBreaker from "@flash-sale/gateway/guards/StoreBreaker"
import * as Unconfirmed from "@flash-sale/gateway/guards/Unconfirmed"
import * as UnknownOutcomes from "@flash-sale/gateway/guards/UnknownOutcomes"
import * as ArchiveReads from "@flash-sale/gateway/reads/ArchiveReads"
import * as KnownOrders from "@flash-sale/gateway/reads/KnownOrders"
import type * as Infra from "@flash-sale/infra/Infra"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Config, Context, Effect, Layer, Metric, References, Schema } from "effect"
import { request as httpRequest } from "node:http"
import * as FaultSwitches from "../gateway/FaultSwitches.ts"
import * as TestGateway from "../gateway/TestGateway.ts"
import { freePort } from "../servers/Ports.ts"

/** The callers that there are, by what they send. Its name says what a key may do. */
export const KEYS: Readonly<Record<string, ReadonlyArray<Scope>>> = {
  reader: ["read"],
  stocker: ["stock"],
  seller: ["sale"],
  shop: ["orders"],
  refunder: ["refunds"],
  mender: ["dlq"],
  ops: ["admin"]
}
const BUYER: Caller = { _tag: "Buyer", userId: UserId.make("u-1") }
/** What a buyer's token is in these tests. */
export const TOKEN = "a.buyers.token"

/** A key with `read` that a test revokes. */
export const LEAVER = "leaver"
export const revoked = new Set<string>()

const rejected: Identity = { _tag: "Rejected", code: "unauthenticated", why: "Not a key that is known" }

const identityOf = (authorization: string | undefined): Identity => {
  if (authorization === undefined) return { _tag: "Identified", caller: nobody }
  const [, sent = ""] = /^Bearer (.+)$/i.exec(authorization) ?? []
  if (sent === TOKEN) return { _tag: "Identified", caller: BUYER }
  if (sent === "unchecked") return { _tag: "CannotTell", why: "the keys cannot be read" }
  const scopes = revoked.has(sent) ? undefined : sent === LEAVER ? KEYS["reader"] : KEYS[sent]
  return scopes === undefined
    ? rejected
    : { _tag: "Identified", caller: { _tag: "Key", name: KeyName.make(sent), scopes } }
}

/** Callers by `KEYS`; none at all where there are no keys. */
export const callers = (hasKeys = true): Layer.Layer<Callers> =>
  Layer.succeed(Callers, {
    known: (authorization) => authorization === "Bearer unchecked" ? undefined : identityOf(authorization),
    identify: (authorization) => Effect.succeed(identityOf(authorization)),
    keys: () =>
      hasKeys
        ? [...Object.entries(KEYS), [LEAVER, KEYS["reader"] ?? []] as const].map(([name, scopes]) => ({
          name: KeyName.make(name),
          scopes,
          expiresAt: Number.POSITIVE_INFINITY
        }))
        : []
  })

export interface Asked {
  /** The name of a key; undefined sends none. */
  readonly key?: string | undefined
  /** Sent as JSON, or as it is where it is text or bytes. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: Readonly<Record<string, unknown>>
  readonly text: string
}

export class TestAdmin extends Context.Service<TestAdmin, {
  readonly port: number
  readonly ask: (method: string, path: string, asked?: Asked) => Effect.Effect<Answer>
}>()("test/admin/TestAdmin") {}

const decodeBody = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

const bytesOf = (body: unknown): string | Uint8Array | undefined =>
  body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body)

/** `fetch` would leave some headers out. */
const ask = (port: number): TestAdmin["Service"]["ask"] => (method, path, { body, headers = {}, key } = {}) =>
  Effect.callback((resume) => {
    const bytes = bytesOf(body)
    const sent = httpRequest({
      host: "127.0.0.1",
      port,
      path,
      method,
      agent: false,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(bytes === undefined
          ? {}
          : { "content-type": "application/json", "content-length": String(Buffer.byteLength(bytes)) }),
        ...headers
      }
    }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString()
        const decoded = decodeBody(text)
        resume(Effect.succeed({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: decoded._tag === "Some" ? decoded.value : {}
        }))
      })
    })
    sent.on("error", (error) => resume(Effect.die(error)))
    sent.end(bytes)
    return Effect.sync(() => void sent.destroy())
  })

/** What the gateway of the same process would know of its orders. */
const knownOrders = KnownOrders.layer.pipe(
  Layer.provide([ArchiveReads.layer, Unconfirmed.layer, UnknownOutcomes.layer]),
  Layer.provide([PartitionCount.layer, StoreBreaker.layer])
)

/** Where no engine has worked: a test that is about what `doctor` says names another place. */
const NOWHERE = Config.succeed({ dataDir: "/nowhere/at-all" })

const SETTINGS = {
  host: "127.0.0.1",
  allowedHosts: undefined,
  trustedProxies: [],
  docs: false,
  patient: NOWHERE
} satisfies Partial<Admin.Settings>

/** The admin port over ports that are given, for those who `who` knows, and how a test speaks to it. */
export const layerAdminFor = <E, R>(
  who: Layer.Layer<Callers, E, R>,
  change: Partial<Admin.Settings> = {},
  level: typeof References.MinimumLogLevel.Service = "None"
) =>
  Layer.unwrap(Effect.map(Effect.promise(freePort), (port) => {
    const settings = { ...SETTINGS, port, ...change }
    return Layer.succeed(TestAdmin, { port, ask: ask(port) }).pipe(
      Layer.provideMerge(Admin.layer(settings).pipe(Layer.provide(knownOrders))),
      Layer.provideMerge(who),
      Layer.provideMerge(Telemetry.layerMetrics()),
      Layer.provideMerge(Layer.sync(Metric.MetricRegistry, () => new Map())),
      Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, level))
    )
  }))

/** The same for the callers of `KEYS`. */
export const layerAdmin = (
  change: Partial<Admin.Settings> = {},
  hasKeys = true,
  level?: typeof References.MinimumLogLevel.Service
) => layerAdminFor(callers(hasKeys), change, level)

/** What a test of the whole may use. */
export type Engine = TestAdmin | FaultSwitches.Faults | Infra.Ports

/** The admin port and a processor over these ports, which can be made to fail. */
export const layerOver = <E, R>(
  ports: Layer.Layer<Infra.Ports, E, R>,
  change: Partial<Admin.Settings> = {},
  hasKeys = true
) =>
  layerAdmin(change, hasKeys).pipe(
    Layer.provideMerge(TestGateway.processor()),
    Layer.provideMerge(FaultSwitches.layer(ports)),
    Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
  )

/** The ports of a file that is gone with its scope. */
export const memory = SqliteInfra.layerMemory

/** Everything, over SQLite in memory. */
export const layer = (change: Partial<Admin.Settings> = {}) => layerOver(memory, change)
