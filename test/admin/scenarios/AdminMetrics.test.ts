/** What is counted at the admin port, right to the number. */
import { assert, layer } from "@effect/vitest"
import { BOUNDS } from "@flash-sale/admin/http/AdminServer"
import * as Telemetry from "@flash-sale/infra/observability/Telemetry"
import { Effect } from "effect"
import { connect } from "node:net"
import * as TestAdmin from "../TestAdmin.ts"

const ask = (method: string, path: string, asked: TestAdmin.Asked = {}) =>
  Effect.flatMap(TestAdmin.TestAdmin, (admin) => admin.ask(method, `/admin/v1${path}`, asked))

/** The value of a series. */
const valueOf = (series: string) =>
  Effect.map(Effect.flatMap(Telemetry.Telemetry, ({ collect }) => collect), (text) => {
    const line = text.split("\n").find((one) => one.startsWith(`${series} `))
    assert.isDefined(line, `${series} is missing`)
    return Number(line.split(" ")[1])
  })

layer(TestAdmin.layer(), { excludeTestServices: true, timeout: 60_000 })("Metrics of the admin port", (it) => {
  it.effect("answers by status, changes by kind, and who was not let in", () =>
    Effect.gen(function*() {
      const body = { set: 5, reason: "a test" }
      yield* ask("POST", "/items/mug/stock", { key: "ops", body })
      yield* ask("POST", "/items/mug/stock", { key: "reader", body })
      yield* ask("POST", "/items/mug/stock", { body })
      yield* ask("POST", "/items/mug/stock", { key: "wrong", body })
      yield* ask("POST", "/items/nobody/stock", { key: "ops", body: { add: 1, reason: "a test" } })
      yield* ask("GET", "/nothing", { key: "ops" })
      assert.strictEqual(yield* valueOf(`admin_answers_total{status="200"}`), 1)
      assert.strictEqual(yield* valueOf(`admin_answers_total{status="401"}`), 2)
      assert.strictEqual(yield* valueOf(`admin_answers_total{status="403"}`), 1)
      assert.strictEqual(yield* valueOf(`admin_answers_total{status="404"}`), 2)
      assert.strictEqual(yield* valueOf(`admin_answers_total{status="500"}`), 0)
      assert.strictEqual(yield* valueOf(`admin_changes_total{change="stock"}`), 2)
      assert.strictEqual(yield* valueOf(`admin_changes_total{change="sale"}`), 0)
      assert.strictEqual(yield* valueOf(`admin_auth_failures_total{reason="unauthenticated"}`), 2)
      assert.strictEqual(yield* valueOf(`admin_auth_failures_total{reason="missing_scope"}`), 1)
    }))

  it.effect("connections against their bound, also of one address", () =>
    Effect.gen(function*() {
      const { port } = yield* TestAdmin.TestAdmin
      assert.strictEqual(yield* valueOf("admin_connections_max"), BOUNDS.max)
      const sockets = Array.from({ length: BOUNDS.maxPerAddress + 1 }, () => connect(port, "127.0.0.1"))
      for (const socket of sockets) socket.on("error", () => undefined)
      yield* Effect.repeat(valueOf(`admin_connections_dropped_total{reason="address"}`), {
        until: (dropped) => dropped === 1
      })
      yield* Effect.repeat(valueOf("admin_connections"), { until: (open) => open === BOUNDS.maxPerAddress })
      for (const socket of sockets) socket.destroy()
      yield* Effect.repeat(valueOf("admin_connections"), { until: (open) => open === 0 })
    }))
})
