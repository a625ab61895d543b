/** What the admin API answers about webhooks, over HTTP. */
import { assert, layer } from "@effect/vitest"
import { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Effect, Layer } from "effect"
import * as ScriptedWebhooks from "../../operations/webhooks/ScriptedWebhooks.ts"
import * as TestAdmin from "../TestAdmin.ts"

const TEST_TIMEOUT = 60_000
const REASON = "the shop was away"

const shop = ScriptedWebhooks.endpoint("shop", {
  waiting: 3,
  dead: 2,
  oldestAt: ScriptedWebhooks.NOW,
  lastFailure: "503"
})
const gone = ScriptedWebhooks.endpoint("gone", { condition: "gone", goneAt: ScriptedWebhooks.NOW, holder: undefined })
const webhooks = ScriptedWebhooks.state({
  endpoints: [gone, shop],
  deliveries: [
    ...[5, 4, 3].map((n) => ScriptedWebhooks.delivery("shop", n)),
    ...[2, 1].map((n) => ScriptedWebhooks.delivery("shop", n, { state: "dead", dueAt: undefined, attempts: 10 }))
  ],
  count: { events: 4_100, isAll: true }
})

const ask = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(TestAdmin.TestAdmin, (admin) => admin.ask(method, `/admin/v1${path}`, { key: "ops", body, headers }))
const get = (path: string) => ask("GET", path)
const replay = (body: object, headers?: Readonly<Record<string, string>>) =>
  ask("POST", "/webhooks/shop/replay", { reason: REASON, ...body }, headers)

const refused = (answer: TestAdmin.Answer, status: number, code: string, retryable = false) => {
  assert.strictEqual(answer.status, status, answer.text)
  assert.deepInclude(answer.body, { code, retryable })
  assert.strictEqual(answer.headers["x-correlation-id"], answer.body["correlation_id"])
}
const wrongField = (answer: TestAdmin.Answer, field: string) => {
  refused(answer, 400, "validation_failed")
  const fields = (answer.body["errors"] as ReadonlyArray<{ readonly field: string }>).map((error) => error.field)
  assert.include(fields, field, answer.text)
}
const idsIn = ({ body }: TestAdmin.Answer) =>
  (body["deliveries"] as ReadonlyArray<{ readonly event_id: string }>).map(({ event_id }) => event_id)

layer(TestAdmin.layer().pipe(Layer.provideMerge(ScriptedWebhooks.layer(webhooks))), {
  excludeTestServices: true,
  timeout: TEST_TIMEOUT
})("The admin API with webhooks", (it) => {
  it.effect("shows each with how it does, and of its url nothing that may be a secret", () =>
    Effect.gen(function*() {
      const list = yield* get("/webhooks")
      assert.strictEqual(list.status, 200, list.text)
      const [first, second] = list.body["webhooks"] as ReadonlyArray<object>
      assert.deepInclude(first, { name: "gone", condition: "gone", gone_at: "2026-12-01T18:00:00.000Z" })
      assert.deepStrictEqual(second, {
        name: "shop",
        url: "https://shop.example",
        events: ["order.*"],
        condition: "delivering",
        waiting: 3,
        dead: 2,
        oldest_at: "2026-12-01T18:00:00.000Z",
        last_failure: "503",
        holder: "one",
        replays_open: 0
      })
      const one = yield* get("/webhooks/shop")
      assert.deepStrictEqual(one.body, { ...second, replays: [] })
      for (const { text } of [list, one]) assert.notMatch(text, /password|secret|user/)
    }), TEST_TIMEOUT)

  it.effect("shows deliveries that wait and those that are dead, page by page", () =>
    Effect.gen(function*() {
      const all = yield* get("/webhooks/shop/deliveries")
      assert.deepStrictEqual(idsIn(all), ["3-5-3", "3-4-3", "3-3-3", "3-2-3", "3-1-3"], all.text)
      assert.notProperty(all.body, "next")
      const [waiting] = all.body["deliveries"] as ReadonlyArray<object>
      assert.deepStrictEqual(waiting, {
        event_id: "3-5-3",
        type: "order.completed",
        item_id: "mug",
        request_id: "r-5",
        state: "waiting",
        attempts: 2,
        due_at: "2026-12-01T18:05:00.000Z",
        since: "2026-12-01T18:00:00.000Z",
        last_attempt_at: "2026-12-01T18:00:05.000Z",
        status: 503
      })
      assert.deepStrictEqual(idsIn(yield* get("/webhooks/shop/deliveries?dead=true")), ["3-2-3", "3-1-3"])
      assert.deepStrictEqual(idsIn(yield* get("/webhooks/shop/deliveries?dead=false")), ["3-5-3", "3-4-3", "3-3-3"])
      const first = yield* get("/webhooks/shop/deliveries?limit=3")
      const rest = yield* get(`/webhooks/shop/deliveries?limit=3&cursor=${first.body["next"]}`)
      assert.deepStrictEqual([...idsIn(first), ...idsIn(rest)], idsIn(all))
      assert.deepStrictEqual(idsIn(yield* get("/webhooks/gone/deliveries")), [])
    }), TEST_TIMEOUT)

  it.effect("names what is wrong with a question", () =>
    Effect.gen(function*() {
      for (const path of ["", "/deliveries"]) refused(yield* get(`/webhooks/nobody${path}`), 404, "unknown_webhook")
      refused(yield* get(`/webhooks/shop/tests/test-${"0".repeat(36)}`), 404, "unknown_test")
      wrongField(yield* get("/webhooks/Shop"), "name")
      wrongField(yield* get(`/webhooks/${"a".repeat(41)}/deliveries`), "name")
      wrongField(yield* get("/webhooks/shop/tests/1"), "id")
      wrongField(yield* get("/webhooks/shop/deliveries?dead=yes"), "dead")
      wrongField(yield* get("/webhooks/shop/deliveries?limit=201"), "limit")
      wrongField(yield* get("/webhooks/shop/deliveries?cursor=elsewhere"), "cursor")
      wrongField(yield* get("/webhooks/shop/deliveries?state=dead"), "state")
    }), TEST_TIMEOUT)

  it.effect("sends a test event: its outcome, or 202 while nobody has sent it", () =>
    Effect.gen(function*() {
      webhooks.sends = { isDelivered: false, status: 500, error: "500", tookMillis: 31 }
      const failed = yield* ask("POST", "/webhooks/shop/test", {})
      assert.strictEqual(failed.status, 200, failed.text)
      const { asked_at, done_at, id, ...rest } = failed.body
      assert.deepStrictEqual(rest, { webhook: "shop", outcome: "failed", status: 500, error: "500", took_ms: 31 })
      assert.match(String(id), /^test-[0-9a-f]{8}-[0-9a-f-]{27}$/)
      assert.isBelow(Date.parse(String(asked_at)), Date.parse(String(done_at)))
      webhooks.sends = undefined
      const pending = yield* ask("POST", "/webhooks/shop/test", {})
      assert.strictEqual(pending.status, 202, pending.text)
      assert.hasAllKeys(pending.body, ["id", "webhook", "outcome", "asked_at"])
      const path = `/webhooks/shop/tests/${pending.body["id"]}`
      assert.deepStrictEqual((yield* get(path)).body, pending.body)
      const known = webhooks.tests.get(String(pending.body["id"]))!
      webhooks.tests.set(known.id, { ...known, isDelivered: true, status: 204, tookMillis: 7 })
      assert.deepInclude((yield* get(path)).body, { outcome: "delivered", status: 204, took_ms: 7 })
      refused(yield* get(path.replace("shop", "gone")), 404, "unknown_test")
      refused(yield* ask("POST", "/webhooks/nobody/test", {}), 404, "unknown_webhook")
      wrongField(yield* ask("POST", "/webhooks/shop/test", { reason: "" }), "reason")
    }), TEST_TIMEOUT)

  it.effect("sends events again: by time, by id, what was given up; with who and why", () =>
    Effect.gen(function*() {
      const from = "2026-12-01T16:00:00+01:00"
      const counted = yield* replay({ from, dry_run: true })
      assert.strictEqual(counted.status, 200, counted.text)
      assert.deepStrictEqual(counted.body, { dry_run: true, events: 4_100, more: false })
      webhooks.count = { events: 9, isAll: false }
      assert.deepInclude((yield* replay({ dead: true, dry_run: true })).body, { events: 9, more: true })
      assert.deepStrictEqual(webhooks.replays, [])
      const before = Date.now()
      const queued = yield* replay({ from })
      assert.strictEqual(queued.status, 202, queued.text)
      assert.deepStrictEqual(queued.body, { status: "Replay Queued", id: 1, webhook: "shop" })
      const [times] = webhooks.replays
      assert.deepInclude(times, { by: "ops", reason: REASON })
      if (times?.replayed._tag !== "Times") return assert.fail("not by time")
      assert.strictEqual(times.replayed.from, Date.UTC(2026, 11, 1, 15))
      assert.isAtLeast(times.replayed.until, before)
      yield* replay({ from, until: "2026-12-01T18:00:00Z" })
      assert.strictEqual((yield* replay({ ids: ["3-1-3", "3-2-3"] })).body["id"], 3)
      yield* replay({ dead: true })
      const { body } = yield* get("/webhooks/shop")
      const shown = body["replays"] as ReadonlyArray<Readonly<Record<string, unknown>>>
      assert.deepInclude(shown[0], { id: 4, dead: true, by: "ops", reason: REASON, sent: 0 })
      assert.deepInclude(shown[1], { id: 3, ids: ["3-1-3", "3-2-3"] })
      assert.deepInclude(shown[2], { from: "2026-12-01T15:00:00.000Z", until: "2026-12-01T18:00:00.000Z" })
      webhooks.replays.length = 0
    }), TEST_TIMEOUT)

  it.effect(
    "sends them again once under an Idempotency-Key, and refuses another replay under it",
    () =>
      Effect.gen(function*() {
        const key = { "idempotency-key": "again-1" }
        const first = yield* replay({ dead: true }, key)
        assert.strictEqual(first.status, 202, first.text)
        assert.deepStrictEqual((yield* replay({ dead: true }, key)).body, first.body)
        assert.strictEqual(webhooks.replays.length, 1)
        refused(yield* replay({ ids: ["3-1-3"] }, key), 422, "idempotency_key_reused")
        yield* replay({ dead: true }, { "idempotency-key": "again-2" })
        yield* replay({ dead: true })
        assert.strictEqual(webhooks.replays.length, 3)
        for (let n = 3; n < 10; n++) yield* replay({ dead: true })
        refused(yield* replay({ dead: true }), 409, "webhook_busy", true)
        webhooks.replays.length = 0
      }),
    TEST_TIMEOUT
  )

  it.effect("names what is wrong with a replay, and sends nothing", () =>
    Effect.gen(function*() {
      const from = "2026-12-01T16:00:00Z"
      wrongField(yield* replay({}), "from")
      wrongField(yield* replay({ from, dead: true }), "from")
      wrongField(yield* replay({ ids: ["1"], dead: true }), "from")
      wrongField(yield* replay({ dead: true, until: from }), "until")
      wrongField(yield* replay({ from, until: from }), "until")
      wrongField(yield* replay({ dead: false }), "dead")
      wrongField(yield* replay({ from: "2h" }), "from")
      wrongField(yield* replay({ from: "2026-12-01T16:00:00" }), "from")
      wrongField(yield* replay({ ids: [] }), "ids")
      wrongField(yield* replay({ ids: Array.from({ length: 201 }, (_, at) => `1-${at}-3`) }), "ids")
      wrongField(yield* replay({ ids: [""] }), "ids.0")
      for (const dry_run of [true, false]) {
        const answer = yield* replay({ ids: ["3-1-3", ...Array.from({ length: 7 }, (_, n) => `nosuch-${n}`)], dry_run })
        wrongField(answer, "ids")
        assert.include(answer.text, String.raw`under \"nosuch-0\", `)
        assert.include(answer.text, "and 2 more: nothing is sent again")
      }
      wrongField(yield* replay({ dead: true, reason: " " }), "reason")
      wrongField(yield* replay({ dead: true, dryrun: true }), "dryrun")
      refused(yield* ask("POST", "/webhooks/nobody/replay", { dead: true, reason: REASON }), 404, "unknown_webhook")
      assert.deepStrictEqual(webhooks.replays, [])
    }), TEST_TIMEOUT)

  it.effect("delivers again to one that was gone", () =>
    Effect.gen(function*() {
      wrongField(yield* ask("POST", "/webhooks/gone/enable", {}), "reason")
      const enabled = yield* ask("POST", "/webhooks/gone/enable", { reason: REASON })
      assert.strictEqual(enabled.status, 200, enabled.text)
      assert.deepInclude(enabled.body, { name: "gone", condition: "delivering" })
      assert.notProperty(enabled.body, "gone_at")
      refused(yield* ask("POST", "/webhooks/nobody/enable", { reason: REASON }), 404, "unknown_webhook")
    }), TEST_TIMEOUT)

  it.effect(
    "is 503 where the archive is away: of a change nobody knows the outcome once it was begun",
    () =>
      Effect.gen(function*() {
        webhooks.before = Effect.fail(new ArchiveUnavailable({ detail: "away" }))
        for (const path of ["/webhooks", "/webhooks/shop", "/webhooks/shop/deliveries"]) {
          refused(yield* get(path), 503, "store_unavailable", true)
        }
        refused(yield* ask("POST", "/webhooks/shop/test", {}), 503, "store_unavailable", true)
        refused(yield* replay({ dead: true }), 503, "store_unavailable", true)
        let looks = 0
        webhooks.before = Effect.suspend(() =>
          ++looks === 1 ? Effect.void : Effect.fail(new ArchiveUnavailable({ detail: "away" }))
        )
        refused(yield* replay({ dead: true }), 503, "outcome_unknown", true)
        webhooks.before = Effect.void
        assert.strictEqual((yield* get("/items?limit=1")).status, 200)
      }),
    TEST_TIMEOUT
  )
})

layer(TestAdmin.layer(), { excludeTestServices: true, timeout: TEST_TIMEOUT })("without an archive", (it) => {
  it.effect("all of it is 503 no_archive", () =>
    Effect.gen(function*() {
      for (const path of ["", "/shop", "/shop/deliveries", `/shop/tests/test-${"0".repeat(36)}`]) {
        refused(yield* get(`/webhooks${path}`), 503, "no_archive")
      }
      refused(yield* ask("POST", "/webhooks/shop/test", {}), 503, "no_archive")
      refused(yield* replay({ dead: true }), 503, "no_archive")
      refused(yield* replay({ dead: true, dry_run: true }), 503, "no_archive")
      refused(yield* ask("POST", "/webhooks/shop/enable", { reason: REASON }), 503, "no_archive")
    }), TEST_TIMEOUT)
})
