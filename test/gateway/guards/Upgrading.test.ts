/** A gateway of this release before processors of the last one, and items before their first hold. */
import { assert, layer } from "@effect/vitest"
import { type Backlog, Backlogs } from "@flash-sale/domain/ports/Backlogs"
import type { NewRecord } from "@flash-sale/domain/records/LogRecord"
import type { PartitionId } from "@flash-sale/domain/records/Partition"
import * as ItemRules from "@flash-sale/gateway/guards/ItemRules"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Context, Effect, Layer } from "effect"
import * as Samples from "../../infra/observability/metrics/Samples.ts"
import { Faults } from "../FaultSwitches.ts"
import * as RecordedAppends from "../RecordedAppends.ts"
import * as TestGateway from "../TestGateway.ts"

/** What processors say that they know, and what was appended. */
class World extends Context.Service<World, { rules: number; readonly appended: Array<NewRecord> }>()(
  "test/gateway/guards/Upgrading/World"
) {}

/** The log notes what it is given; the backlogs are those of processors that are other processes. */
const ports = Layer.mergeAll(
  Layer.unwrap(Effect.map(World, ({ appended }) => RecordedAppends.layer((record) => appended.push(record)))),
  Layer.effect(
    Backlogs,
    Effect.map(World, (world) => ({
      publish: () => Effect.void,
      read: Effect.sync(() =>
        new Map<PartitionId, Backlog>(
          Array.from({ length: 64 }, (_, partition) => [
            partition as PartitionId,
            { folded: 0, perSecond: 0, rules: world.rules }
          ])
        )
      )
    }))
  )
).pipe(Layer.provideMerge(SqliteInfra.layerMemory))

const engine = TestGateway.layerOver(ports).pipe(
  Layer.provideMerge(Layer.sync(World, () => ({ rules: 1, appended: [] })))
)

let sent = 0
const body = (item: string, more: object = {}) => ({
  request_id: `up-${sent++}`,
  user_id: "u",
  item_id: item,
  amount: 1,
  ...more
})
const post = (path: string, fields: object) =>
  Effect.flatMap(
    TestGateway.TestGateway,
    (gateway) =>
      gateway.sendTo(path, JSON.stringify(fields), { "content-type": "application/json", authorization: "Bearer shop" })
  )
/** The kinds of the item's records, in their order. */
const kindsOf = (item: string) =>
  Effect.map(
    World,
    ({ appended }) => appended.filter(({ itemId }) => itemId === item).map(({ headers }) => headers["type"] ?? "place")
  )
const wordOf = ({ body, status }: TestGateway.Answer) => status === 202 ? "202" : `${status} ${body["code"]}`

/** What version 1 does not know. */
const NEWS = (item: string) =>
  [
    ["/holds", body(item)],
    ["/buy", body(item, { user_id: "u@example.com" })],
    ["/buy", body(`${item}.wide`)],
    ["/orders/any/confirm", { item_id: item, user_id: "u" }],
    ["/orders/any/paid", { item_id: item, user_id: "u", reference: "pi" }]
  ] as const

layer(engine, { excludeTestServices: true, timeout: 60_000 })("A gateway before its processors", (it) => {
  it.effect("takes what they know, and refuses what they do not until they say so", () =>
    Effect.gen(function*() {
      const world = yield* World
      const gateway = yield* TestGateway.TestGateway
      yield* TestGateway.stock("old", 100)
      yield* TestGateway.stock("old.wide", 100)
      for (const [path, fields] of NEWS("old")) {
        assert.strictEqual(wordOf(yield* post(path, fields)), "503 upgrading", path)
      }
      assert.strictEqual(wordOf(yield* post("/buy", body("old"))), "202")
      assert.deepStrictEqual(yield* kindsOf("old"), ["adjust", "place"])
      const metrics = Samples.parse((yield* gateway.get("/metrics")).text)
      assert.strictEqual(metrics.get("gateway_orders_failures_total{reason=\"upgrading\"}"), 3)
      assert.strictEqual(metrics.get("gateway_order_actions_total{action=\"paid\",code=\"upgrading\"}"), 1)
      world.rules = 2
      yield* TestGateway.until(post("/holds", body("old")), ({ status }) => status === 202)
      for (const [path, fields] of NEWS("old")) {
        assert.strictEqual(wordOf(yield* post(path, fields)), "202", path)
      }
    }))

  it.effect("raises an item before its first hold, once, and no more when it is seen", () =>
    Effect.gen(function*() {
      ;(yield* World).rules = 2
      yield* TestGateway.stock("new", 100)
      yield* TestGateway.until(post("/holds", body("new")), ({ status }) => status === 202)
      const many = Array.from({ length: 20 }, () => post("/holds", body("new")))
      const answers = yield* Effect.all(many, { concurrency: "unbounded" })
      assert.deepStrictEqual([...new Set(answers.map(wordOf))], ["202"])
      const kinds = yield* kindsOf("new")
      assert.deepStrictEqual(kinds.slice(0, 2), ["adjust", "rules"])
      assert.strictEqual(kinds.filter((kind) => kind === "rules").length, 1)
      assert.strictEqual(kinds.filter((kind) => kind === "hold").length, 21)
    }))

  it.effect("raises it where nobody can see what it has, before the hold and before a payment", () =>
    Effect.gen(function*() {
      ;(yield* World).rules = 2
      const faults = yield* Faults
      for (
        const [item, path, fields] of [
          ["away-1", "/holds", body("away-1")],
          ["away-2", "/orders/any/paid", { item_id: "away-2", user_id: "u", reference: "pi" }]
        ] as const
      ) {
        yield* TestGateway.stock(item, 100)
        faults.store = "away"
        const answer = yield* post(path, fields)
        faults.store = "fine"
        assert.strictEqual(wordOf(answer), "202", path)
        assert.deepStrictEqual((yield* kindsOf(item)).slice(1, 2), ["rules"])
        assert.strictEqual((yield* kindsOf(item)).length, 3)
      }
      assert.isAtLeast(ItemRules.REMEMBERED_FOR, 1_000)
    }))

  it.effect("sends no hold where the item's record is refused, and gives the id back", () =>
    Effect.gen(function*() {
      ;(yield* World).rules = 2
      const faults = yield* Faults
      yield* TestGateway.stock("refused", 100)
      const order = body("refused")
      faults.log = "full"
      assert.strictEqual(wordOf(yield* post("/holds", order)), "503 overloaded")
      faults.log = "fine"
      assert.strictEqual(wordOf(yield* post("/holds", order)), "202")
      assert.deepStrictEqual(yield* kindsOf("refused"), ["adjust", "rules", "hold"])
    }))
})
