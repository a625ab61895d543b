/** A claim outlasts its append, whatever the order waits for: docs/decisions/0019-a-lease-is-not-renewed.md. */
import { assert, describe, it } from "@effect/vitest"
import { LEASE_MILLIS } from "@flash-sale/gateway/buy/Claims"
import { TIMEOUT_MILLIS } from "@flash-sale/gateway/guards/StoreBreaker"
import { BATCH_TIMEOUT_MILLIS, LINE_TIMEOUT_MILLIS } from "@flash-sale/infra/kafka/append/Appender"
import { READY_TIMEOUT_MILLIS, SEND_TIMEOUT_MILLIS } from "@flash-sale/infra/kafka/append/PartitionSender"
import { BUSY_TIMEOUT_MILLIS } from "@flash-sale/infra/sqlite/database/Connection"
import { WRITE_BATCH, WRITE_LINE_CAPACITY } from "@flash-sale/infra/sqlite/database/SqliteDatabase"

/** What is left for an event loop that is busy, and for a disk that is slow, in milliseconds. */
const SPARE = 5_000

describe("The lease of a claim", () => {
  it("is longer than the answer of the store, the line, the batch and the send of its record in Kafka", () => {
    // Where the time of its record is refused it is sent once more.
    const sends = 2 * (READY_TIMEOUT_MILLIS + SEND_TIMEOUT_MILLIS)
    const append = LINE_TIMEOUT_MILLIS + BATCH_TIMEOUT_MILLIS + sends
    assert.isBelow(TIMEOUT_MILLIS + append + SPARE, LEASE_MILLIS)
  })

  it("is longer than the answer of the store and a full line of commits to a busy file", () => {
    const append = (Math.ceil(WRITE_LINE_CAPACITY / WRITE_BATCH) + 1) * BUSY_TIMEOUT_MILLIS
    assert.isBelow(TIMEOUT_MILLIS + append + SPARE, LEASE_MILLIS)
  })
})
