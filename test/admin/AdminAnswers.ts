/** What each endpoint of the admin API answers, over HTTP and over any ports. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, layer, type Vitest } from "@effect/vitest"
import * as AdminClient from "@flash-sale/domain/api/admin/AdminClient"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { CorrelationId, ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, type Layer, Schedule } from "effect"
import { randomUUID } from "node:crypto"
import * as OrderAnswers from "./OrderAnswers.ts"
import * as TestAdmin from "./TestAdmin.ts"

const TEST_TIMEOUT = 30_000
const REASON = "a test"

const run = randomUUID().slice(0, 8)
const item = (name: string): string => `${run}-${name}`

const ask = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(TestAdmin.TestAdmin, (admin) => admin.ask(method, `/admin/v1${path}`, { key: "ops", body, headers }))

const stock = (name: string, change: object, headers?: Readonly<Record<string, string>>) =>
  ask("POST", `/items/${item(name)}/stock`, { reason: REASON, ...change }, headers)
const sale = (name: string, change: object, query = "") =>
  ask("PATCH", `/items/${item(name)}/sale${query}`, { reason: REASON, ...change })

/** A refusal with everything that each has. */
const refused = (answer: TestAdmin.Answer, status: number, code: string, retryable = false) => {
  assert.strictEqual(answer.status, status, answer.text)
  assert.match(String(answer.headers["content-type"]), /^application\/json/)
  assert.strictEqual(answer.body["code"], code, answer.text)
  assert.strictEqual(answer.body["retryable"], retryable)
  assert.isString(answer.body["error"])
  assert.strictEqual(answer.headers["x-correlation-id"], answer.body["correlation_id"])
}
const wrongField = (answer: TestAdmin.Answer, field: string) => {
  refused(answer, 400, "validation_failed")
  const fields = (answer.body["errors"] as ReadonlyArray<{ readonly field: string }>).map((error) => error.field)
  assert.include(fields, field, answer.text)
}

const everyItem = Effect.gen(function*() {
  const names: Array<string> = []
  let next: unknown
  do {
    const page: TestAdmin.Answer = yield* ask("GET", `/items?limit=3${next === undefined ? "" : `&cursor=${next}`}`)
    assert.strictEqual(page.status, 200, page.text)
    const items = page.body["items"] as ReadonlyArray<{ readonly item_id: string }>
    assert.isAtMost(items.length, 3)
    names.push(...items.map(({ item_id }) => item_id))
    next = page.body["next"]
  } while (next !== undefined)
  return names
})

const letterOf = (partition: number, offset: number, name: string) => ({
  partition: PartitionId.make(partition),
  offset: Offset.make(offset),
  key: item("letters"),
  value: new TextEncoder().encode(JSON.stringify({
    request_id: name,
    user_id: "u-1",
    item_id: item("letters"),
    amount: 1,
    payment_token: "tok_secret"
  })),
  error: "Payment Timeout" as const,
  requestId: RequestId.make(name),
  correlationId: CorrelationId.make(name),
  attempt: 1,
  timestamp: `2026-01-01T00:00:0${offset % 10}.000Z`
})

const itemsSuite = (it: Vitest.MethodsNonLive<TestAdmin.Engine>) => {
  it.effect("stock: the counts once the change counts, and what was not taken", () =>
    Effect.gen(function*() {
      const set = yield* stock("mug", { set: 100 })
      assert.strictEqual(set.status, 200, set.text)
      const { position, ...counts } = set.body
      assert.deepStrictEqual(counts, {
        item_id: item("mug"),
        available: 100,
        held: 0,
        sold: 0,
        stocked: 100,
        sale: { paused: false }
      })
      assert.hasAllKeys(position, ["partition", "offset"])
      const taken = yield* stock("mug", { add: -1_000 })
      assert.deepStrictEqual(taken.body["shortfall"], { asked: 1_000, taken: 100 })
      assert.strictEqual(taken.body["available"], 0)
      const added = yield* stock("mug", { add: 27 })
      assert.strictEqual(added.body["available"], 27)
      assert.notProperty(added.body, "shortfall")
    }), TEST_TIMEOUT)

  it.effect("stock: what is wrong is named, and nothing is done", () =>
    Effect.gen(function*() {
      refused(yield* stock("nobody", { add: 1 }), 404, "unknown_item")
      wrongField(yield* stock("mug", { set: 1, add: 1 }), "set")
      wrongField(yield* stock("mug", {}), "set")
      wrongField(yield* stock("mug", { set: -1 }), "set")
      wrongField(yield* stock("mug", { add: 1.5 }), "add")
      wrongField(yield* stock("mug", { set: 1, sett: 2 }), "sett")
      wrongField(yield* stock("mug", { set: 1, reason: " " }), "reason")
      wrongField(yield* stock("mug", { set: 1, reason: "x".repeat(501) }), "reason")
      wrongField(yield* stock("mug", { set: 1, reason: undefined }), "reason")
      wrongField(yield* ask("POST", "/items/no%20item/stock", { set: 1, reason: REASON }), "item_id")
      refused(yield* ask("POST", `/items/${item("mug")}/stock`, "{"), 400, "invalid_body")
      assert.strictEqual((yield* ask("GET", `/items/${item("mug")}`)).body["available"], 27)
      assert.strictEqual((yield* ask("GET", `/items/${item("nobody")}`)).status, 404)
    }), TEST_TIMEOUT)

  it.effect("an item: what is left, how it is sold, where it is, and how fast it goes", () =>
    Effect.gen(function*() {
      const first = yield* ask("GET", `/items/${item("mug")}`)
      assert.strictEqual(first.status, 200, first.text)
      assert.deepInclude(first.body, {
        item_id: item("mug"),
        available: 27,
        stocked: 27,
        sale: { paused: false },
        refused: {}
      })
      assert.isNumber(first.body["partition"])
      assert.isAtLeast(Number(first.body["position"]), 2)
      const rated = yield* ask("GET", `/items/${item("mug")}`).pipe(
        Effect.repeat({ schedule: Schedule.spaced("50 millis"), until: ({ body }) => body["rates"] !== undefined })
      )
      assert.deepInclude(rated.body["rates"], { sold: 0, left: 0, records: 0 })
    }), TEST_TIMEOUT)

  it.effect("sale: what is given changes, null takes away, and the rest stays", () =>
    Effect.gen(function*() {
      const opens_at = "2026-12-01T19:00:00+01:00"
      const set = yield* sale("mug", { opens_at, per_user_limit: 2, price: 1250, currency: "EUR" })
      assert.strictEqual(set.status, 200, set.text)
      assert.deepStrictEqual(set.body["sale"], {
        paused: false,
        opens_at: "2026-12-01T18:00:00.000Z",
        per_user_limit: 2,
        price: 1250,
        currency: "EUR"
      })
      const changed = yield* sale("mug", { opens_at: null, price: null, currency: null, paused: true })
      assert.deepStrictEqual(changed.body["sale"], { paused: true, per_user_limit: 2 })
      assert.deepStrictEqual((yield* sale("mug", { per_user_limit: null, paused: false })).body["sale"], {
        paused: false
      })
      const held = yield* sale("mug", { hold_seconds: 600, max_hold_seconds: 900 })
      assert.deepStrictEqual(held.body["sale"], { paused: false, hold_seconds: 600, max_hold_seconds: 900 })
      const shown = yield* ask("GET", `/items/${item("mug")}`)
      assert.deepStrictEqual(shown.body["sale"], held.body["sale"])
      const longer = yield* sale("mug", { hold_seconds: null, price: 1_000_000_000_000, currency: "IDR" })
      assert.deepStrictEqual(longer.body["sale"], {
        paused: false,
        price: 1_000_000_000_000,
        currency: "IDR",
        max_hold_seconds: 900
      })
      const bare = yield* sale("mug", { max_hold_seconds: null, price: null })
      assert.deepStrictEqual(bare.body["sale"], { paused: false })
    }), TEST_TIMEOUT)

  it.effect("sale: an item that nobody knows is begun only where that is said", () =>
    Effect.gen(function*() {
      refused(yield* sale("begun", { paused: true }), 404, "unknown_item")
      refused(yield* sale("begun", { paused: true }, "?create=false"), 404, "unknown_item")
      assert.strictEqual((yield* sale("begun", { paused: true }, "?create=true")).status, 200)
      assert.strictEqual((yield* ask("GET", `/items/${item("begun")}`)).status, 200)
      wrongField(yield* sale("begun", { paused: true }, "?create=maybe"), "create")
      wrongField(yield* sale("begun", { paused: true }, "?creat=true"), "creat")
    }), TEST_TIMEOUT)

  it.effect("sale: what is wrong is named, and nothing is done", () =>
    Effect.gen(function*() {
      wrongField(yield* sale("mug", {}), "paused")
      for (const alone of ["price", "currency"]) {
        yield* sale("mug", { price: 1250, currency: "EUR" })
        const cleared = yield* sale("mug", { [alone]: null })
        assert.strictEqual(cleared.status, 200, cleared.text)
        assert.deepStrictEqual(cleared.body["sale"], { paused: false })
      }
      const misspelt = yield* sale("mug", { limit: 2 })
      wrongField(misspelt, "limit")
      assert.include(misspelt.text, "unknown field; known are opens_at, closes_at, paused, per_user_limit, price")
      wrongField(yield* sale("mug", { price: 100 }), "currency")
      wrongField(yield* sale("mug", { currency: "EUR" }), "price")
      wrongField(yield* sale("mug", { price: 100, currency: null }), "currency")
      wrongField(yield* sale("mug", { price: 100, currency: "XXX" }), "currency")
      wrongField(yield* sale("mug", { price: -1, currency: "EUR" }), "price")
      wrongField(yield* sale("mug", { paused: null }), "paused")
      wrongField(yield* sale("mug", { opens_at: "2026-12-01T18:00:00" }), "opens_at")
      wrongField(yield* sale("mug", { opens_at: "2026-02-30T18:00:00Z" }), "opens_at")
      wrongField(yield* sale("mug", { opens_at: "3122-01-01T00:00:00Z" }), "opens_at")
      wrongField(yield* sale("mug", { closes_at: "3122-01-01T00:00:00Z" }), "closes_at")
      wrongField(yield* sale("mug", { hold_seconds: 0 }), "hold_seconds")
      wrongField(yield* sale("mug", { hold_seconds: 1.5 }), "hold_seconds")
      wrongField(yield* sale("mug", { max_hold_seconds: 3_601 }), "max_hold_seconds")
      wrongField(yield* sale("mug", { hold_seconds: 600, max_hold_seconds: 599 }), "hold_seconds")
      wrongField(
        yield* sale("mug", { opens_at: "2026-12-01T18:00:00Z", closes_at: "2026-12-01T18:00:00Z" }),
        "closes_at"
      )
      // Also by what is set already.
      assert.strictEqual((yield* sale("mug", { opens_at: "2026-12-01T18:00:00Z" })).status, 200)
      wrongField(yield* sale("mug", { closes_at: "2026-12-01T17:59:59Z" }), "closes_at")
      assert.deepStrictEqual((yield* ask("GET", `/items/${item("mug")}`)).body["sale"], {
        paused: false,
        opens_at: "2026-12-01T18:00:00.000Z"
      })
      assert.strictEqual((yield* sale("mug", { opens_at: null })).status, 200)
    }), TEST_TIMEOUT)

  it.effect("every item is on one page", () =>
    Effect.gen(function*() {
      for (const name of ["a", "b", "c", "d", "e", "f", "g"]) yield* stock(name, { set: 1 })
      const names = (yield* everyItem).filter((name) => name.startsWith(run))
      const others = names.filter((name) => !name.startsWith(item("first-")))
      assert.sameMembers(others, ["mug", "begun", "a", "b", "c", "d", "e", "f", "g"].map(item))
      assert.strictEqual(new Set(names).size, names.length)
      wrongField(yield* ask("GET", "/items?limit=0"), "limit")
      wrongField(yield* ask("GET", "/items?limit=201"), "limit")
      wrongField(yield* ask("GET", "/items?limit=x"), "limit")
    }), TEST_TIMEOUT)

  it.effect("every sale is paused, and resumed", () =>
    Effect.gen(function*() {
      const total = (yield* everyItem).length
      const paused = yield* ask("POST", "/sales/pause-all", { reason: REASON })
      assert.deepStrictEqual(paused.body, { total, done: total, failed: [] }, paused.text)
      const isPaused = (name: string) =>
        Effect.map(ask("GET", `/items/${item(name)}`), ({ body }) => (body["sale"] as { paused: boolean }).paused)
      yield* Effect.repeat(isPaused("a"), { schedule: Schedule.spaced("20 millis"), until: (is) => is })
      const resumed = yield* ask("POST", "/sales/resume-all", { reason: REASON })
      assert.deepStrictEqual(resumed.body, { total, done: total, failed: [] }, resumed.text)
      yield* Effect.repeat(isPaused("begun"), { schedule: Schedule.spaced("20 millis"), until: (is) => !is })
      wrongField(yield* ask("POST", "/sales/pause-all", {}), "reason")
    }), TEST_TIMEOUT)
}

const lettersSuite = (it: Vitest.MethodsNonLive<TestAdmin.Engine>) => {
  it.effect(
    "letters: listed, shown without the token, tried, replayed, and handled from then on",
    () =>
      Effect.gen(function*() {
        const letters = yield* DeadLetters
        yield* stock("letters", { set: 1 })
        const names = [0, 1, 2].map((n) => `${run}-letter-${n}`)
        for (const [n, name] of names.entries()) yield* letters.put(letterOf(1, 900_000 + n, name))
        const mine = `item=${item("letters")}`
        const list = yield* ask("GET", `/dead-letters?${mine}&limit=2`)
        assert.strictEqual(list.status, 200, list.text)
        const rows = list.body["letters"] as ReadonlyArray<Readonly<Record<string, unknown>>>
        assert.deepStrictEqual(rows.map(({ id }) => id), ["1-900000", "1-900001"])
        const counts = list.body["open"] as { readonly total: number; readonly by_reason: Record<string, number> }
        assert.isAtLeast(counts.by_reason["Payment Timeout"] ?? 0, 3)
        assert.strictEqual(Object.values(counts.by_reason).reduce((sum, one) => sum + one, 0), counts.total)
        const rest = yield* ask("GET", `/dead-letters?${mine}&limit=2&cursor=${list.body["next"]}`)
        assert.deepStrictEqual((rest.body["letters"] as ReadonlyArray<{ id: string }>).map(({ id }) => id), [
          "1-900002"
        ])
        assert.notProperty(rest.body, "next")
        assert.strictEqual(
          (yield* ask("GET", `/dead-letters?${mine}&older_than=1d`)).text,
          (yield* ask("GET", `/dead-letters?${mine}`)).text
        )
        const ofOther = yield* ask("GET", "/dead-letters?item=nothing")
        assert.deepStrictEqual(ofOther.body["letters"], [])

        const one = yield* ask("GET", "/dead-letters/1-900000")
        assert.strictEqual(one.body["state"], "open", one.text)
        assert.notInclude(one.text, "tok_secret")
        assert.deepInclude(one.body["value"], { request_id: names[0], payment_token: "(not shown)" })

        const ids = ["1-900000", "1-900001"]
        const tried = yield* ask("POST", "/dead-letters/replay", { ids, dry_run: true, reason: REASON })
        assert.deepInclude(tried.body, {
          dry_run: true,
          total: 2,
          sums: { would_reserve: 1, sold_out: 1 }
        }, tried.text)
        assert.strictEqual((yield* ask("GET", "/dead-letters/1-900000")).body["state"], "open")

        const done = yield* ask("POST", "/dead-letters/replay", { ids: ["1-900000"], reason: REASON })
        const [replayed] = done.body["letters"] as ReadonlyArray<object>
        assert.deepInclude(replayed, { id: "1-900000", outcome: "replayed", item_id: item("letters"), attempt: 2 })
        const again = yield* ask("POST", "/dead-letters/replay", { ids: ["1-900000"], reason: REASON })
        const [repeated] = again.body["letters"] as ReadonlyArray<object>
        assert.deepInclude(repeated, { id: "1-900000", outcome: "done_before" })
        assert.containsAllKeys(repeated, ["handling"])
        const handled = yield* ask("GET", "/dead-letters/1-900000")
        assert.deepInclude(handled.body["handling"], { action: "replayed", by: "ops", reason: REASON })
      }),
    TEST_TIMEOUT
  )

  it.effect("letters: discarded, all or none of those that are named", () =>
    Effect.gen(function*() {
      const none = yield* ask("POST", "/dead-letters/discard", { ids: ["1-900001", "1-900000"], reason: REASON })
      assert.deepStrictEqual(none.body["sums"], { left: 1, handled: 1 }, none.text)
      assert.strictEqual((yield* ask("GET", "/dead-letters/1-900001")).body["state"], "open")
      const filter = { item: item("letters") }
      const all = yield* ask("POST", "/dead-letters/discard", { filter, reason: REASON })
      assert.deepStrictEqual(all.body["sums"], { discarded: 2 }, all.text)
      const list = yield* ask("GET", `/dead-letters?item=${item("letters")}`)
      assert.deepStrictEqual(list.body["letters"], [])
    }), TEST_TIMEOUT)

  it.effect("letters: what is wrong is named", () =>
    Effect.gen(function*() {
      refused(yield* ask("GET", "/dead-letters/9999-1"), 404, "unknown_letter")
      refused(yield* ask("GET", "/dead-letters/1-9999999999999999"), 404, "unknown_letter")
      wrongField(yield* ask("GET", "/dead-letters/nothing"), "id")
      wrongField(yield* ask("GET", "/dead-letters?reason=Boredom"), "reason")
      wrongField(yield* ask("GET", "/dead-letters?older_than=long"), "older_than")
      wrongField(yield* ask("POST", "/dead-letters/replay", { reason: REASON }), "ids")
      wrongField(yield* ask("POST", "/dead-letters/replay", { ids: [], reason: REASON }), "ids")
      wrongField(yield* ask("POST", "/dead-letters/replay", { ids: ["1-1"], filter: {}, reason: REASON }), "ids")
      wrongField(
        yield* ask("POST", "/dead-letters/discard", { ids: ["1-1"], dry_run: true, reason: REASON }),
        "dry_run"
      )
    }), TEST_TIMEOUT)
}

export const suite = <E>(name: string, engine: Layer.Layer<TestAdmin.Engine, E>) =>
  layer(engine, { excludeTestServices: true, timeout: 120_000 })(`The admin API: ${name}`, (it) => {
    // A consumer group takes a while to begin.
    it.effect("202 until a processor runs, and 200 from then on", () =>
      Effect.gen(function*() {
        const names = ["mug", "begun", "letters", "nobody", ..."abcdefg"].map((name) => `first-${name}`)
        for (const name of names) {
          const answer = yield* Effect.repeat(stock(name, { set: 0 }), { until: ({ status }) => status !== 202 })
          assert.strictEqual(answer.status, 200, answer.text)
        }
      }), TEST_TIMEOUT)
    itemsSuite(it)
    OrderAnswers.suite(run)(it)
    lettersSuite(it)

    it.effect("what is asked of the archive is 503, as there is none", () =>
      Effect.gen(function*() {
        for (const path of ["/orders", "/orders/r-1", "/audit", "/reports/101"]) {
          refused(yield* ask("GET", path), 503, "no_archive")
        }
      }), TEST_TIMEOUT)

    it.effect("the overview", () =>
      Effect.gen(function*() {
        const answer = yield* ask("GET", "/overview")
        assert.strictEqual(answer.status, 200, answer.text)
        assert.containsAllKeys(answer.body, ["now", "status", "problems", "gateways", "processors", "instances"])
      }), TEST_TIMEOUT)

    it.effect("a typed client has the same answers", () =>
      Effect.gen(function*() {
        const { port } = yield* TestAdmin.TestAdmin
        const client = yield* AdminClient.make(`http://127.0.0.1:${port}`, "ops")
        const item_id = ItemId.make(item("typed"))
        const changed = yield* client.items.stock({
          params: { item_id },
          headers: {},
          payload: { set: 5, reason: REASON }
        })
        assert.propertyVal(changed, "available", 5)
        const error = yield* Effect.flip(
          client.items.item({ params: { item_id: ItemId.make("nobody-knows-it") } })
        )
        assert.propertyVal(error, "code", "unknown_item")
      }).pipe(Effect.provide(NodeHttpClient.layerUndici)), TEST_TIMEOUT)
  })
