/** Who asks, and which keys there are: by a file of keys that changes under a running admin port. */
import { assert, layer } from "@effect/vitest"
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import type { Scope } from "@flash-sale/domain/access/Scope"
import type { Callers } from "@flash-sale/domain/ports/Callers"
import * as AccessCallers from "@flash-sale/infra/access/AccessCallers"
import * as ApiKeys from "@flash-sale/infra/access/keys/ApiKeys"
import { Context, Effect, Layer, Schedule } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as TestGateway from "../../gateway/TestGateway.ts"
import * as Folders from "../../infra/sqlite/Folders.ts"
import * as TestAdmin from "../TestAdmin.ts"

const DAY = 24 * 60 * 60 * 1_000
const FAR = Date.UTC(2199, 0, 1)

/** The file of the keys, and the keys in it that nobody else knows. */
class KeyFile extends Context.Service<KeyFile, {
  readonly path: string
  readonly duty: string
  readonly shop: string
}>()("test/admin/scenarios/AdminKeys/KeyFile") {}

const keyOf = (name: string, scopes: ReadonlyArray<Scope>, expiresAt?: number): ApiKeys.NewKey => ({
  name: KeyName.make(name),
  scopes,
  expiresAt
})

const keyFile = Layer.effect(
  KeyFile,
  Effect.gen(function*() {
    const path = join(yield* Folders.temporary, "keys.json")
    const duty = yield* ApiKeys.create(path, keyOf("duty", ["read", "dlq"], Date.now() + 3 * DAY))
    const shop = yield* ApiKeys.create(path, keyOf("shop", ["orders"]))
    yield* ApiKeys.create(path, keyOf("old", ["admin"], Date.now() - DAY))
    yield* ApiKeys.create(path, keyOf("spare", ["admin"], FAR))
    return { path, duty, shop }
  })
)

const callers: Layer.Layer<Callers, unknown, KeyFile> = Layer.unwrap(
  Effect.map(KeyFile, ({ path }) => AccessCallers.layer({ keysFile: path, buyerTokens: undefined }))
)

const ask = (path: string, key: string) =>
  Effect.flatMap(TestAdmin.TestAdmin, (admin) => admin.ask("GET", `/admin/v1${path}`, { key }))

layer(
  TestAdmin.layerAdminFor(callers).pipe(
    Layer.provideMerge(keyFile),
    Layer.provideMerge(TestGateway.processor()),
    Layer.provideMerge(TestAdmin.memory)
  ),
  { excludeTestServices: true, timeout: 60_000 }
)("Keys at the admin API", (it) => {
  it.effect("a key learns its name, what it may do and until when, whatever its scopes are", () =>
    Effect.gen(function*() {
      const { duty, shop } = yield* KeyFile
      const me = yield* ask("/me", duty)
      assert.deepInclude(me.body, { name: "duty", scopes: ["read", "dlq"], state: "soon" }, me.text)
      assert.match(String(me.body["expires_at"]), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      assert.deepStrictEqual((yield* ask("/me", shop)).body, { name: "shop", scopes: ["orders"], state: "ok" })
    }))

  it.effect("all keys, with those that have expired; nothing of what they are made of", () =>
    Effect.gen(function*() {
      const { duty, path, shop } = yield* KeyFile
      const list = yield* ask("/keys", duty)
      const keys = list.body["keys"] as ReadonlyArray<Readonly<Record<string, unknown>>>
      assert.deepStrictEqual(keys.map(({ name, scopes, state }) => [name, scopes, state]), [
        ["duty", ["read", "dlq"], "soon"],
        ["shop", ["orders"], "ok"],
        ["old", ["admin"], "expired"],
        ["spare", ["admin"], "ok"]
      ])
      assert.deepStrictEqual(keys.at(-1)?.["expires_at"], "2199-01-01T00:00:00.000Z")
      const stored: ReadonlyArray<{ readonly hash: string }> = JSON.parse(readFileSync(path, "utf8"))
      for (const secret of [duty, shop, ...stored.map(({ hash }) => hash.replace("sha256:", ""))]) {
        assert.notInclude(list.text, secret)
      }
      const refused = yield* ask("/keys", shop)
      assert.deepInclude(refused.body, { code: "missing_scope", scope: "read" })
    }))

  it.effect(
    "a key that is made or revoked is seen within a second, and one that is revoked sees nothing",
    () =>
      Effect.gen(function*() {
        const { duty, path, shop } = yield* KeyFile
        const names = Effect.map(
          ask("/keys", duty),
          ({ body }) => (body["keys"] as ReadonlyArray<{ readonly name: string }>).map(({ name }) => name)
        )
        yield* ApiKeys.create(path, keyOf("new", ["read"]))
        yield* ApiKeys.revoke(path, KeyName.make("shop"))
        const seen = yield* Effect.repeat(names, {
          schedule: Schedule.spaced("20 millis"),
          until: (found) => found.includes("new")
        })
        assert.deepStrictEqual(seen, ["duty", "old", "spare", "new"])
        assert.strictEqual((yield* ask("/me", shop)).status, 401)
      }),
    10_000
  )
})
