/** Who may do what, asked over HTTP: each row of the table of callers, in both modes, on both ways in. */
import { assert, describe, it as test, layer } from "@effect/vitest"
import type { AuthMode } from "@flash-sale/domain/access/MayDo"
import { Api } from "@flash-sale/domain/api/Api"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { fingerprint } from "@flash-sale/domain/records/Order"
import { Offset } from "@flash-sale/domain/records/Partition"
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import * as CallerTable from "../CallerTable.ts"
import * as TestGateway from "../TestGateway.ts"

const DOCUMENT = "docs/callers.md"
/** Beside the endpoints of the API. */
const OTHERS = ["GET /openapi.json", "GET /asyncapi.json", "GET /metrics"]
/** As a plain request, which the hot route takes where it is an order; and so that the framework serves it. */
const WAYS = ["plain", "by the framework"] as const

const ITEM = "wanted"
const ORDER = "alice-1"
const BUYER = "alice"

/** The holds that were planted, the last of them still open. */
const HOLDS: Array<string> = []
const plant = Effect.gen(function*() {
  const order = { userId: UserId.make(BUYER), itemId: ItemId.make(ITEM), amount: 1 }
  const requestId = RequestId.make(`alice-hold-${HOLDS.length}`)
  yield* Effect.orDie((yield* OrderStatuses).write([{
    ...order,
    requestId,
    status: "RESERVED",
    attempt: 1,
    correlationId: CorrelationId.make("planted"),
    updatedAt: "2026-01-01T00:00:00.000Z",
    fingerprint: fingerprint(order, true),
    placedAtOffset: Offset.make(1)
  }]))
  HOLDS.push(requestId)
})

let sent = 0
const bodyOf = ({ asked, endpoint }: CallerTable.Row): string => {
  if (asked === "a body that is no order") return "[]"
  if (endpoint.includes("/orders/")) return endpoint.endsWith("/paid") ? "{\"reference\":\"pi_1\"}" : "{}"
  return TestGateway.order({ request_id: `sent-${sent++}`, user_id: BUYER, item_id: ITEM })
}

/** A hold that somebody has ended already would be answered 409, so each call is of a new one. */
const idOf = (asked: string): string => asked === "a hold of the buyer" ? HOLDS.at(-1)! : ORDER

const pathOf = ({ asked, endpoint }: CallerTable.Row): string =>
  `${endpoint.split(" ")[1]!}${asked.startsWith("those of the buyer") ? `?user=${BUYER}` : ""}`
    .replace(":request_id", asked === "an order that nobody knows" ? "nobody-knows" : idOf(asked))
    .replace(":item_id", ITEM)

/** Each row is asked from an address of its own: so many wrong keys of one address would be told so. */
const PROXY = [{ address: "127.0.0.1", prefix: 32, family: "ipv4" as const }]
const addressOf = (row: CallerTable.Row): string => `10.0.0.${CallerTable.PUBLIC_API.rows.indexOf(row)}`

/** The answer's head, and its body where it is one that ends. */
const ask = (row: CallerTable.Row, authorization: string | undefined, way: typeof WAYS[number]) =>
  Effect.flatMap(TestGateway.TestGateway, ({ port }) =>
    Effect.promise(async () => {
      const body = row.endpoint.startsWith("POST") ? bodyOf(row) : undefined
      const response = await fetch(`http://127.0.0.1:${port}${pathOf(row)}`, {
        method: row.endpoint.split(" ")[0]!,
        headers: {
          "x-forwarded-for": addressOf(row),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(authorization === undefined ? {} : { authorization })
        },
        ...(body === undefined ? {} : way === "plain" ? { body } : { body: new Blob([body]).stream(), duplex: "half" })
      })
      const isJson = response.headers.get("content-type")?.startsWith("application/json") === true
      const read = isJson ? await response.json() : await response.body?.cancel()
      return { status: response.status, headers: response.headers, body: read }
    }))

/** As the table writes it. */
const wordsOf = ({ body, status }: { readonly status: number; readonly body: unknown }): string => {
  const code = typeof body === "object" && body !== null && "code" in body ? body.code : undefined
  return code === undefined ? String(status) : `${status} ${code}`
}

const suite = (auth: AuthMode) =>
  layer(TestGateway.layer({ auth, trustedProxies: PROXY }), { excludeTestServices: true })(
    `Callers with AUTH=${auth}`,
    (it) => {
      it.effect("the order that is read is there", () =>
        Effect.gen(function*() {
          const gateway = yield* TestGateway.TestGateway
          yield* TestGateway.stock(ITEM, 1_000)
          const headers = {
            "content-type": "application/json",
            authorization: CallerTable.CALLERS["a key with `orders`"]
          }
          const body = TestGateway.order({ request_id: ORDER, user_id: BUYER, item_id: ITEM })
          assert.strictEqual((yield* gateway.send(body, headers)).status, 202)
          const asked = Effect.promise(async () => {
            const answer = await fetch(`http://127.0.0.1:${gateway.port}/orders/${ORDER}`, { headers })
            return (await answer.text()).includes("COMPLETED")
          })
          yield* Effect.repeat(asked, { until: (isCompleted) => isCompleted })
        }))

      for (const row of CallerTable.PUBLIC_API.rows) {
        it.effect(`${row.endpoint}: ${row.asked}`, () =>
          Effect.gen(function*() {
            for (const kind of CallerTable.KINDS) {
              for (const way of row.endpoint.startsWith("POST") ? WAYS : WAYS.slice(0, 1)) {
                if (row.asked === "a hold of the buyer") yield* plant
                const answer = yield* ask(row, CallerTable.CALLERS[kind], way)
                assert.strictEqual(wordsOf(answer), row.answers[auth][kind], `${kind}, ${way}`)
                const challenge = answer.headers.get("www-authenticate")
                if (answer.status === 401) assert.match(challenge ?? "", /^Bearer realm="flash-sale"/)
                else assert.isNull(challenge)
                if (wordsOf(answer) === "403 missing_scope") assert.propertyVal(answer.body, "scope", "orders")
              }
            }
          }))
      }
    }
  )

suite("open")
suite("required")

describe("The table of callers", () => {
  test("has a row for every endpoint, and no other", () => {
    const rows = new Set(CallerTable.PUBLIC_API.rows.map(({ endpoint }) => endpoint))
    assert.deepStrictEqual([...rows].toSorted(), [...CallerTable.endpointsOf(Api), ...OTHERS].toSorted())
  })

  test("is what docs/callers.md says", () => {
    const document = CallerTable.document([CallerTable.PUBLIC_API])
    if (process.env["WRITE_DOCS"] === "true") writeFileSync(DOCUMENT, document)
    assert.strictEqual(readFileSync(DOCUMENT, "utf8"), document)
  })
})
