/** What the admin API answers out of an archive, over HTTP. */
import { assert, layer } from "@effect/vitest"
import { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { Effect, Layer, Schedule } from "effect"
import * as TestArchive from "../../archive/TestArchive.ts"
import * as TestAdmin from "../TestAdmin.ts"

const TEST_TIMEOUT = 60_000

const orders = Array.from({ length: 450 }, (_, at) =>
  TestArchive.order({
    requestId: RequestId.make(at === 0 ? "=1+1" : `r-${at}`),
    userId: UserId.make(`u-${at % 3}`),
    status: at % 10 === 9 ? "EXPIRED" : "COMPLETED",
    createdAt: `2026-01-0${1 + (at % 5)}T00:00:00.000Z`
  }))
const archive = TestArchive.state({
  orders,
  history: [],
  audit: [{
    id: "adjusted-101-1",
    type: "item.adjusted",
    itemId: ItemId.make("101"),
    requestId: undefined,
    by: "ops",
    reason: "second delivery",
    time: "2026-01-01T00:00:00.000Z",
    data: { adjustment: { delta: 5 } }
  }],
  sums: {
    orders: [{ status: "COMPLETED", currency: "EUR", orders: 405, units: 405, money: 506_250n, restockedUnits: 0 }],
    refused: undefined,
    refundsDue: 0,
    retiredUntil: undefined,
    readUpTo: 1_000
  }
})

const ask = (path: string, headers: Readonly<Record<string, string>> = {}, key = "ops") =>
  Effect.flatMap(TestAdmin.TestAdmin, (admin) => admin.ask("GET", `/admin/v1${path}`, { key, headers }))
const wrong = (path: string, field: string) =>
  Effect.map(ask(path), ({ body, status, text }) => {
    assert.strictEqual(status, 400, text)
    assert.deepInclude(body, { code: "validation_failed", retryable: false })
    const errors = body["errors"] as ReadonlyArray<{ readonly field: string }>
    assert.deepStrictEqual(errors.map((error) => error.field), [field], text)
  })
/** What is known is looked at once a second. */
const untilAnswered = (path: string, wanted: number) =>
  Effect.tap(
    Effect.repeat(ask(path), {
      schedule: Schedule.spaced("100 millis"),
      until: ({ status }: TestAdmin.Answer) => status === wanted,
      times: 200
    }),
    ({ status, text }) => Effect.sync(() => assert.strictEqual(status, wanted, text))
  )
const listed = (answer: TestAdmin.Answer) => answer.body["orders"] as ReadonlyArray<Readonly<Record<string, unknown>>>

layer(TestAdmin.layer().pipe(Layer.provideMerge(TestArchive.layer(archive))), {
  excludeTestServices: true,
  timeout: TEST_TIMEOUT
})("The admin API with an archive", (it) => {
  it.effect("orders: page by page, by filter", () =>
    Effect.gen(function*() {
      const seen: Array<unknown> = []
      let next: unknown
      do {
        const page: TestAdmin.Answer = yield* ask(`/orders?limit=200${next === undefined ? "" : `&cursor=${next}`}`)
        assert.strictEqual(page.status, 200, page.text)
        seen.push(...listed(page).map((order) => order["request_id"]))
        next = page.body["next"]
      } while (next !== undefined)
      assert.deepStrictEqual(seen, orders.map(({ requestId }) => requestId))
      assert.strictEqual(listed(yield* ask("/orders")).length, 50)
      const few = yield* ask(
        "/orders?item=101&user=u-0&status=EXPIRED&from=2026-01-04T00:00:00Z&until=2026-01-06T00:00:00%2B00:00"
      )
      assert.isAbove(listed(few).length, 0)
      for (const order of listed(few)) assert.deepInclude(order, { user_id: "u-0", status: "EXPIRED" })
      assert.deepStrictEqual(listed(yield* ask("/orders?item=102")), [])
    }), TEST_TIMEOUT)

  it.effect("filters that make no sense: each is named", () =>
    Effect.gen(function*() {
      yield* wrong("/orders?item=a%20b", "item")
      yield* wrong("/orders?user=", "user")
      yield* wrong("/orders?status=SOLD", "status")
      yield* wrong("/orders?from=yesterday", "from")
      yield* wrong("/orders?until=2026-01-01", "until")
      yield* wrong("/orders?from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "until")
      yield* wrong("/orders?limit=201", "limit")
      yield* wrong("/orders?cursor=elsewhere", "cursor")
      yield* wrong("/orders?colour=red", "colour")
      yield* wrong("/orders/r-1?item=a%20b", "item")
      yield* wrong("/audit?since=1d", "since")
      yield* wrong("/audit?by=%20", "by")
      yield* wrong("/reports/101?limit=0", "limit")
    }), TEST_TIMEOUT)

  it.effect(
    "that nobody knows an order is said only where the archive has read what is final",
    () =>
      Effect.gen(function*() {
        const admin = yield* TestAdmin.TestAdmin
        const put = yield* admin.ask("POST", "/admin/v1/items/mug/stock", {
          key: "ops",
          body: { set: 3, reason: "new" }
        })
        assert.strictEqual(put.status, 200, put.text)
        const behind = yield* untilAnswered("/orders/nobody-knows", 503)
        assert.deepInclude(behind.body, { code: "store_unavailable", retryable: true })
        archive.told = new Map(Array.from({ length: 64 }, (_, id) => [PartitionId.make(id), Offset.make(1_000)]))
        yield* untilAnswered("/orders/nobody-knows", 404)
        archive.gaps = new Map([[PartitionId.make(0), Offset.make(5)]])
        yield* untilAnswered("/orders/nobody-knows", 503)
        archive.gaps = new Map()
        yield* untilAnswered("/orders/nobody-knows", 404)
      }),
    TEST_TIMEOUT
  )

  it.effect("one order, one that nobody knows, and who changed what", () =>
    Effect.gen(function*() {
      const found = yield* ask("/orders/r-1")
      assert.strictEqual(found.status, 200, found.text)
      assert.deepInclude(found.body, { archived: true, history: [] })
      const nobody = yield* untilAnswered("/orders/nobody-knows", 404)
      assert.deepInclude(nobody.body, { code: "unknown_order" })
      const audit = yield* ask("/audit?by=ops&item=101&since=2025-12-31T00:00:00Z")
      assert.deepStrictEqual(audit.body, {
        entries: [{
          id: "adjusted-101-1",
          type: "item.adjusted",
          item_id: "101",
          by: "ops",
          reason: "second delivery",
          time: "2026-01-01T00:00:00.000Z",
          data: { adjustment: { delta: 5 } }
        }]
      })
      assert.deepStrictEqual((yield* ask("/audit?by=nobody")).body, { entries: [] })
    }), TEST_TIMEOUT)

  it.effect("a report, as JSON and as a table with every order", () =>
    Effect.gen(function*() {
      const admin = yield* TestAdmin.TestAdmin
      assert.strictEqual((yield* ask("/reports/nobody")).status, 404)
      const set = yield* admin.ask("POST", "/admin/v1/items/101/stock", { key: "ops", body: { set: 10, reason: "a" } })
      assert.include([200, 202], set.status, set.text)
      const report = yield* Effect.repeat(ask("/reports/101?limit=2"), { until: ({ status }) => status !== 404 })
      assert.strictEqual(report.status, 200, report.text)
      assert.deepInclude(report.body, {
        item_id: "101",
        put_in: 10,
        sold: 0,
        balances: false,
        archive_behind: false,
        archive_read_up_to: Offset.make(1_000)
      })
      assert.deepStrictEqual(report.body["differences"], [{ what: "sold", item: 0, other: 405 }])
      assert.strictEqual(listed(report).length, 2)
      const table = yield* ask("/reports/101", { accept: "text/csv" })
      assert.strictEqual(table.status, 200, table.text)
      assert.strictEqual(table.headers["content-type"], "text/csv; charset=utf-8")
      const lines = table.text.split("\r\n")
      assert.strictEqual(lines.filter((line) => line.startsWith("order,")).length, orders.length)
      assert.strictEqual(lines.filter((line) => line.startsWith("order,'=1+1,")).length, 1)
      assert.strictEqual(lines.filter((line) => line.startsWith("does_not_balance,")).length, 1)
      for (const accept of ["*/*", "application/json", "text/csv;q=0.5, application/json", "text/csv;q=0"]) {
        assert.match(String((yield* ask("/reports/101", { accept })).headers["content-type"]), /json/, accept)
      }
    }), TEST_TIMEOUT)

  it.effect("an archive that is away is 503, and the rest goes on", () =>
    Effect.gen(function*() {
      archive.before = Effect.fail(new ArchiveUnavailable({ detail: "away" }))
      for (const path of ["/orders", "/orders/r-1", "/audit", "/reports/101"]) {
        const answer = yield* ask(path)
        assert.strictEqual(answer.status, 503, answer.text)
        assert.deepInclude(answer.body, { code: "store_unavailable", retryable: true })
      }
      assert.strictEqual((yield* ask("/items/101")).status, 200)
      const admin = yield* TestAdmin.TestAdmin
      assert.strictEqual((yield* admin.ask("GET", "/health")).status, 200)
      archive.before = Effect.void
    }), TEST_TIMEOUT)
})
