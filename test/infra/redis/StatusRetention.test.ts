/** How long each status is kept in Redis, and what it takes there: docs/operations.md has the sum. */
import { expect, layer } from "@effect/vitest"
import {
  ENDED_KEPT_MILLIS,
  HeldKeptMillis,
  OrderStatuses,
  TURNED_AWAY_KEPT_MILLIS,
  UNDER_WAY_KEPT_MILLIS
} from "@flash-sale/domain/ports/OrderStatuses"
import { CorrelationId, ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Offset } from "@flash-sale/domain/records/Partition"
import * as Keys from "@flash-sale/infra/redis/Keys"
import { Effect, Layer } from "effect"
import * as OwnRedis from "./OwnRedis.ts"

const HELD_MILLIS = 3 * ENDED_KEPT_MILLIS
/** How late the question may come, in milliseconds. */
const LATE = 60_000
/** What docs/operations.md says of a status whose ids are UUIDs, in bytes. */
const BYTES = 490

const uuid = (n: number) => `2f1a7c52-6a5e-4f1c-9d3b-${String(n).padStart(12, "0")}`

const record = (n: number, change: Pick<StatusRecord, "status"> & Partial<StatusRecord>): StatusRecord => ({
  requestId: RequestId.make(uuid(n)),
  itemId: ItemId.make("sku-12345"),
  amount: 1,
  attempt: 1,
  correlationId: CorrelationId.make(uuid(n + 1_000)),
  updatedAt: "2026-01-01T00:00:00.000Z",
  fingerprint: `${uuid(n + 2_000)}:sku-12345:1`,
  placedAtOffset: Offset.make(1_234_567),
  ...change
})

const kept: ReadonlyArray<readonly [StatusRecord, number]> = [
  [record(11, { status: "PENDING" }), UNDER_WAY_KEPT_MILLIS],
  [record(1, { status: "RESERVED" }), UNDER_WAY_KEPT_MILLIS],
  [record(9, { status: "COMPLETED", refund: "pending" }), UNDER_WAY_KEPT_MILLIS],
  [record(10, { status: "REFUNDED" }), HELD_MILLIS],
  [record(2, { status: "COMPLETED" }), HELD_MILLIS],
  [record(3, { status: "CANCELLED" }), HELD_MILLIS],
  [record(4, { status: "FAILED_PAYMENT", reason: "Payment Declined" }), HELD_MILLIS],
  [record(5, { status: "FAILED_SOLD_OUT", reason: "Sold Out", attempt: 2 }), HELD_MILLIS],
  [record(6, { status: "FAILED_SOLD_OUT", reason: "Sold Out" }), TURNED_AWAY_KEPT_MILLIS],
  [record(7, { status: "FAILED_LIMIT", reason: "Limit Per Buyer" }), TURNED_AWAY_KEPT_MILLIS],
  [record(8, { status: "FAILED", reason: "Sale Closed" }), TURNED_AWAY_KEPT_MILLIS]
]

layer(Layer.provide(OwnRedis.layer, Layer.succeed(HeldKeptMillis, HELD_MILLIS)), { excludeTestServices: true })(
  "Statuses in Redis",
  (it) => {
    it.effect("each status is kept for its time, and takes no more than the documents say", () =>
      Effect.gen(function*() {
        const statuses = yield* OrderStatuses
        const { cli } = yield* OwnRedis.OwnRedis
        yield* statuses.write(kept.map(([one]) => one))
        for (const [{ requestId, status }, millis] of kept) {
          const left = Number(yield* cli("PTTL", Keys.orderStatus(requestId)))
          expect([status, left > millis - LATE && left <= millis]).toEqual([status, true])
          expect([status, Number(yield* cli("MEMORY", "USAGE", Keys.orderStatus(requestId))) <= BYTES])
            .toEqual([status, true])
        }
      }))
  }
)
