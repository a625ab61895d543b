/** Webhooks at the admin API over the databases of an archive. */
import { assert, layer } from "@effect/vitest"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import { Effect, Layer } from "effect"
import { timeAt } from "../../contract/archive/Telling.ts"
import * as OwnDatabase from "../../infra/archive/OwnDatabase.ts"
import * as Folders from "../../infra/sqlite/Folders.ts"
import * as KnownWebhooks from "../../operations/webhooks/KnownWebhooks.ts"
import { needed, postgresAddr } from "../../servers/servers.ts"
import * as TestAdmin from "../TestAdmin.ts"

const TEST_TIMEOUT = 60_000
const reason = "the shop was away"

const ask = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(
    TestAdmin.TestAdmin,
    (admin) => admin.ask(method, `/admin/v1/webhooks${path}`, { key: "ops", body, headers })
  )

const suite = <E>(name: string, archives: Layer.Layer<ArchiveLayers.Ports, E>) =>
  layer(TestAdmin.layer().pipe(Layer.provideMerge(archives)), { excludeTestServices: true, timeout: TEST_TIMEOUT })(
    `webhooks in ${name}`,
    (it) => {
      it.effect("are shown, tried, sent events again, and enabled", () =>
        Effect.gen(function*() {
          const ids = yield* KnownWebhooks.make(204)
          const list = yield* ask("GET", "")
          const [gone, shop] = list.body["webhooks"] as ReadonlyArray<object>
          assert.deepInclude(gone, { name: "gone", condition: "gone", url: "https://gone.example" })
          assert.deepInclude(shop, { name: "shop", condition: "delivering", waiting: 2, dead: 3, replays_open: 0 })
          const first = yield* ask("GET", "/shop/deliveries?dead=true&limit=2")
          const rest = yield* ask("GET", `/shop/deliveries?dead=true&limit=2&cursor=${first.body["next"]}`)
          const dead = [first, rest].flatMap(({ body }) => body["deliveries"] as ReadonlyArray<{ event_id: string }>)
          assert.deepStrictEqual(dead.map(({ event_id }) => event_id), ids.slice(0, 3).toReversed())
          const test = yield* ask("POST", "/shop/test", {})
          assert.deepInclude(test.body, { outcome: "delivered", status: 204, took_ms: 31 }, test.text)
          const again = yield* ask("GET", `/shop/tests/${test.body["id"]}`)
          assert.deepStrictEqual(again.body, test.body)
          const counted = yield* ask("POST", "/shop/replay", { dead: true, dry_run: true, reason })
          assert.deepStrictEqual(counted.body, { dry_run: true, events: 3, more: false })
          const times = { from: new Date(timeAt(2)).toISOString(), until: new Date(timeAt(4)).toISOString() }
          const some = yield* ask("POST", "/shop/replay", { ...times, dry_run: true, reason })
          assert.deepStrictEqual(some.body, { dry_run: true, events: 2, more: false })
          const key = { "idempotency-key": "again-1" }
          const queued = yield* ask("POST", "/shop/replay", { dead: true, reason }, key)
          assert.strictEqual(queued.status, 202, queued.text)
          assert.deepStrictEqual((yield* ask("POST", "/shop/replay", { dead: true, reason }, key)).body, queued.body)
          const { body } = yield* ask("GET", "/shop")
          const replays = body["replays"] as ReadonlyArray<object>
          assert.lengthOf(replays, 1)
          assert.deepInclude(replays[0], { id: queued.body["id"], dead: true, by: "ops", reason, sent: 0 })
          const enabled = yield* ask("POST", "/gone/enable", { reason })
          assert.deepInclude(enabled.body, { name: "gone", condition: "delivering" }, enabled.text)
        }), TEST_TIMEOUT)
    }
  )

suite("SQLite", Layer.unwrap(Effect.map(Folders.temporary, ArchiveLayers.layerFile)))
suite(
  "PostgreSQL",
  Layer.unwrap(Effect.map(OwnDatabase.make(needed(postgresAddr())), ArchiveLayers.layerPostgres))
)
