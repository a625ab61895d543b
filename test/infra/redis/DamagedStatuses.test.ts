/** Status keys that hold what is no status: reported, and given way to. */
import { expect, layer } from "@effect/vitest"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { CorrelationId, ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { Effect } from "effect"
import * as OwnRedis from "./OwnRedis.ts"

const status = (requestId: RequestId, word: StatusRecord["status"]): StatusRecord => ({
  requestId,
  itemId: ItemId.make("101"),
  amount: 1,
  status: word,
  attempt: 1,
  correlationId: CorrelationId.make("c-1"),
  updatedAt: "2026-01-01T00:00:00.000Z",
  fingerprint: "u:101:1",
  placedAtOffset: Offset.make(7)
})

layer(OwnRedis.layer, { excludeTestServices: true })("RedisOrderStatuses: damaged status keys", (it) => {
  it.effect("a status key of another type gives way to the status, also for two of one batch", () =>
    Effect.gen(function*() {
      const { cli } = yield* OwnRedis.OwnRedis
      const { read, write } = yield* OrderStatuses
      const requestId = RequestId.make("damaged")
      yield* cli("RPUSH", Keys.orderStatus(requestId), "a list")
      yield* write([status(requestId, "RESERVED"), status(requestId, "COMPLETED"), status(requestId, "RESERVED")])
      expect(yield* read(requestId)).toEqual({ _tag: "Kept", record: status(requestId, "COMPLETED") })
    }))

  it.effect("a status key with text that is no status gives way to the status", () =>
    Effect.gen(function*() {
      const { cli } = yield* OwnRedis.OwnRedis
      const { read, write } = yield* OrderStatuses
      for (const text of ["{", "7", "[]", "{\"attempt\":\"1\"}"]) {
        const requestId = RequestId.make(`damaged ${text}`)
        yield* cli("SET", Keys.orderStatus(requestId), text)
        yield* write([status(requestId, "RESERVED")])
        expect(yield* read(requestId)).toEqual({ _tag: "Kept", record: status(requestId, "RESERVED") })
      }
    }))
})
