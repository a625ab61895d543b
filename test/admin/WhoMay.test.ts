/** Who may do what at the admin port: every endpoint of its definition, by every kind of caller. */
import { assert, describe, it as plain, layer } from "@effect/vitest"
import type { Needed } from "@flash-sale/domain/access/Scope"
import { AdminApi } from "@flash-sale/domain/api/admin/AdminApi"
import { NeededScope } from "@flash-sale/domain/api/admin/NeededScope"
import { Context, Effect } from "effect"
import { readFileSync } from "node:fs"
import * as TestAdmin from "./TestAdmin.ts"

interface Row {
  readonly method: string
  /** As the API has it. */
  readonly path: string
  readonly scope: Needed | "nobody"
}

/** Written down a second time, on purpose: an endpoint that is not here, or needs another scope, fails. */
const TABLE: ReadonlyArray<readonly [request: string, scope: Needed | "nobody"]> = [
  ["GET /admin/v1/items", "read"],
  ["GET /admin/v1/items/:item_id", "read"],
  ["POST /admin/v1/items/:item_id/stock", "stock"],
  ["PATCH /admin/v1/items/:item_id/sale", "sale"],
  ["POST /admin/v1/sales/pause-all", "sale"],
  ["POST /admin/v1/sales/resume-all", "sale"],
  ["POST /admin/v1/orders/:request_id/cancel", "orders"],
  ["POST /admin/v1/orders/:request_id/refund", "refunds"],
  ["GET /admin/v1/dead-letters", "dlq"],
  ["GET /admin/v1/dead-letters/:id", "dlq"],
  ["POST /admin/v1/dead-letters/replay", "dlq"],
  ["POST /admin/v1/dead-letters/discard", "dlq"],
  ["GET /admin/v1/overview", "read"],
  ["GET /admin/v1/overview/events", "read"],
  ["GET /admin/v1/overview/history", "read"],
  ["GET /admin/v1/orders", "orders"],
  ["GET /admin/v1/orders/:request_id", "orders"],
  ["GET /admin/v1/audit", "read"],
  ["GET /admin/v1/reports/:item_id", "read"],
  ["GET /admin/v1/webhooks", "read"],
  ["GET /admin/v1/webhooks/:name", "read"],
  ["GET /admin/v1/webhooks/:name/deliveries", "read"],
  ["GET /admin/v1/webhooks/:name/tests/:id", "read"],
  ["POST /admin/v1/webhooks/:name/test", "admin"],
  ["POST /admin/v1/webhooks/:name/replay", "admin"],
  ["POST /admin/v1/webhooks/:name/enable", "admin"],
  ["GET /admin/v1/me", "any"],
  ["GET /admin/v1/keys", "read"],
  ["GET /admin/v1/doctor", "read"],
  ["GET /health", "nobody"],
  ["GET /livez", "nobody"]
]

const rowOf = ([request, scope]: (typeof TABLE)[number]): Row => {
  const [method = "", path = ""] = request.split(" ")
  return { method, path, scope }
}

/** A path that no item, order or letter has: what is asked must not depend on it. */
const pathOf = ({ path }: Row): string => path.replaceAll(/:\w+/g, "nobody")

/** A stream would not end; who may not open it is told at once. */
const isStream = ({ path }: Row): boolean => path.endsWith("/events")

/** Sent without a body that fits: who may is told what is wrong with it, and who may not learns nothing of that. */
const send = (row: Row, key?: string) =>
  Effect.flatMap(
    TestAdmin.TestAdmin,
    (admin) => admin.ask(row.method, pathOf(row), { key, ...(row.method === "GET" ? {} : { body: {} }) })
  )

describe("the table", () => {
  plain("has every endpoint, with the scope that it needs", () => {
    const defined = Object.values(AdminApi.groups).flatMap((group) =>
      Object.values(group.endpoints).map((
        { annotations, method, path }: {
          readonly annotations: Context.Context<never>
          readonly method: string
          readonly path: string
        }
      ) => [`${method} ${path}`, path.startsWith("/admin/") ? Context.get(annotations, NeededScope) : "nobody"])
    )
    assert.sameDeepMembers(defined, TABLE.map(([request, scope]) => [request, scope]))
  })

  plain("is what the documentation says", () => {
    const text = readFileSync("docs/admin-api.md", "utf8")
    const rows = [...text.matchAll(/^\| `(\w+) (\/[^`]*)` \|.*\| `(\w+)` \|$/gm)]
    assert.sameDeepMembers(
      rows.map(([, method, path, scope]) => [`${method} /admin/v1${path}`, scope]),
      TABLE.filter(([, scope]) => scope !== "nobody").map(([request, scope]) => [request, scope])
    )
  })

  plain("names a scope that is not everything for each, but for what makes the engine call other servers", () => {
    const forAll = TABLE.map(rowOf).filter(({ scope }) => scope === "admin")
    for (const { method, path } of forAll) assert.match(`${method} ${path}`, /^POST \/admin\/v1\/webhooks\//)
  })
})

layer(TestAdmin.layer(), { excludeTestServices: true, timeout: 60_000 })("who may do what", (it) => {
  for (const row of TABLE.map(rowOf)) {
    it.effect(`${row.method} ${row.path}: ${row.scope}`, () =>
      Effect.gen(function*() {
        const nobody = yield* send(row)
        if (row.scope === "nobody") return assert.strictEqual(nobody.status, 200, nobody.text)
        assert.strictEqual(nobody.status, 401, nobody.text)
        assert.strictEqual(nobody.body["code"], "unauthenticated")
        assert.match(String(nobody.headers["www-authenticate"]), /^Bearer realm="flash-sale"/)
        const wrong = yield* send(row, "fs_ops_wrong")
        assert.strictEqual(wrong.status, 401, wrong.text)
        assert.match(String(wrong.headers["www-authenticate"]), /error="invalid_token"/)
        const buyer = yield* send(row, TestAdmin.TOKEN)
        assert.strictEqual(buyer.status, 403, buyer.text)
        // A buyer's token has no scope at all: the least one is named where any would do.
        assert.deepInclude(buyer.body, { code: "missing_scope", scope: row.scope === "any" ? "read" : row.scope })
        const unchecked = yield* send(row, "unchecked")
        assert.strictEqual(unchecked.status, 503, unchecked.text)
        assert.strictEqual(unchecked.body["code"], "keys_unavailable")
        for (const [key, scopes] of Object.entries(TestAdmin.KEYS)) {
          const may = row.scope === "any" || scopes.includes(row.scope) || scopes.includes("admin")
          if (may && isStream(row)) continue
          const answer = yield* send(row, key)
          if (may) {
            assert.notInclude([401, 403, 500], answer.status, `${key}: ${answer.text}`)
          } else {
            assert.strictEqual(answer.status, 403, `${key}: ${answer.text}`)
            assert.deepInclude(answer.body, { code: "missing_scope", scope: row.scope, retryable: false })
          }
        }
      }))
  }
})

layer(
  TestAdmin.layerOver(TestAdmin.memory, {}, false),
  { excludeTestServices: true, timeout: 60_000 }
)("while there are no keys", (it) => {
  it.effect("nobody may ask, whatever is sent", () =>
    Effect.gen(function*() {
      for (const row of TABLE.map(rowOf).filter(({ scope }) => scope !== "nobody")) {
        for (const key of [undefined, "ops", "fs_ops_wrong", TestAdmin.TOKEN]) {
          const answer = yield* send(row, key)
          assert.strictEqual(answer.status, 503, answer.text)
          assert.deepInclude(answer.body, { code: "no_keys", retryable: false })
        }
      }
    }))
})
