/** What a shop notes on an order: in its record, wherever it came in, and never a reason for another order. */
import { assert, layer } from "@effect/vitest"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Effect, Layer } from "effect"
import * as HistorySeeds from "../../domain/HistorySeeds.ts"
import * as RecordedAppends from "../RecordedAppends.ts"
import * as TestGateway from "../TestGateway.ts"

const ITEM = ItemId.make("noted")
const WAYS = ["sendTo", "sendInChunksTo"] as const
const PATHS = ["/buy", "/holds"] as const

const TYPE = "must be an object"
const RULE =
  "must be an object of at most 20 texts of at most 500 well-formed characters without NUL, under names of " +
  "1 to 40 characters out of letters, digits, '_', '.' and '-', and of at most 2048 bytes in all as JSON"

/** What was given to the log, in order. */
const sent: Array<LogRecord.NewRecord> = []
const recordsOf = (requestId: string) => sent.filter(({ headers }) => headers["request_id"] === requestId)

const recorded = RecordedAppends.layer((record) => sent.push(record)).pipe(Layer.provideMerge(SqliteInfra.layerMemory))

const stored = ({ headers, itemId, value }: LogRecord.NewRecord): LogRecord.LogRecord => ({
  partition: PartitionId.make(0),
  offset: Offset.make(0),
  timestamp: 0,
  key: itemId,
  value: new TextEncoder().encode(value),
  headers
})

/** An object as JSON whose names are there in this order, and may be any. */
const withMetadata = (request_id: string, metadata: string): string =>
  TestGateway.order({ request_id, user_id: `u-${request_id}`, item_id: ITEM }).replace(
    /\}$/,
    `,"metadata":${metadata}}`
  )

layer(TestGateway.layerOver(recorded), { excludeTestServices: true })("Metadata of an order", (it) => {
  for (const path of PATHS) {
    for (const way of WAYS) {
      it.effect(`is in the header of its record alone: ${path}, ${way}`, () =>
        Effect.gen(function*() {
          const gateway = yield* TestGateway.TestGateway
          yield* TestGateway.stock(ITEM, 20)
          for (const [n, metadata] of HistorySeeds.metadata.entries()) {
            const id = `${path.slice(1)}-${way}-${n}`
            const answer = yield* gateway[way](path, withMetadata(id, metadata ?? "{}"))
            assert.strictEqual(answer.status, 202, answer.text)
            const [record, ...others] = recordsOf(id)
            assert.deepStrictEqual(others, [])
            assert.strictEqual(record!.headers["metadata"], metadata)
            assert.notInclude(record!.value, "metadata")
            const command = LogRecord.decode(ITEM, stored(record!))
            assert.strictEqual("metadata" in command ? command.metadata : undefined, metadata)
            assert.notInclude((yield* gateway.get(`/orders/${id}`)).text, "metadata")
          }
        }))

      it.effect(`that cannot be is refused by one error, and nothing is ordered: ${path}, ${way}`, () =>
        Effect.gen(function*() {
          const gateway = yield* TestGateway.TestGateway
          const cases = [
            "null",
            "7",
            "\"a\"",
            "[]",
            "{\"a\":1,\"b\":2,\"c d\":3}",
            `{"a":"${"x".repeat(501)}"}`,
            "{\"a\":\"\\u0000\"}",
            "{\"a\":\"\\ud800\"}",
            JSON.stringify(Object.fromEntries(Array.from({ length: 21 }, (_, n) => [n, ""]))),
            JSON.stringify({ a: "x".repeat(500), b: "é".repeat(500), c: "é".repeat(500) })
          ]
          for (const metadata of cases) {
            const answer = yield* gateway[way](path, withMetadata("refused", metadata))
            assert.strictEqual(answer.status, 400, metadata.slice(0, 40))
            assert.strictEqual(answer.body["code"], "validation_failed")
            const [error, ...more] = answer.body["errors"] as ReadonlyArray<{ field: string; message: string }>
            assert.deepStrictEqual(more, [])
            assert.strictEqual(error!.field, "metadata")
            assert.include([TYPE, RULE], error!.message)
          }
          const twice = yield* gateway[way](path, withMetadata("refused", "{\"a\":\"1\",\"\\u0061\":\"2\"}"))
          assert.deepStrictEqual([twice.status, twice.body["errors"]], [
            400,
            [{ field: "metadata.a", message: "is there twice" }]
          ])
          assert.deepStrictEqual(recordsOf("refused"), [])
        }))
    }

    it.effect(`that is another one the second time makes no other order, and the first counts: ${path}`, () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        yield* TestGateway.stock(ITEM, 1)
        const id = `${path.slice(1)}-again`
        assert.strictEqual((yield* gateway.sendTo(path, withMetadata(id, "{\"a\":\"1\"}"))).status, 202)
        for (const metadata of ["{\"a\":\"2\"}", "{}"]) {
          const again = yield* gateway.sendTo(path, withMetadata(id, metadata))
          assert.deepStrictEqual([again.status, again.body["code"]], [409, "duplicate_request"])
        }
        const records = recordsOf(id)
        assert.deepStrictEqual(records.map(({ headers }) => headers["metadata"]), ["{\"a\":\"1\"}"])
      }))
  }
})
