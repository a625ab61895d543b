/** Letters of a topic that was the log before: positions begin again in the next one, and none is taken for another. */
import { describe, expect, it } from "@effect/vitest"
import type { DeadLetter, Handling } from "@flash-sale/domain/ports/DeadLetters"
import { CorrelationId } from "@flash-sale/domain/records/Ids"
import type { LogRecord } from "@flash-sale/domain/records/LogRecord"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import type { Appendable } from "@flash-sale/infra/kafka/client/KafkaRecords"
import * as DeadLetterFold from "@flash-sale/infra/kafka/letters/DeadLetterFold"
import * as DeadLetterRecords from "@flash-sale/infra/kafka/letters/DeadLetterRecords"
import { Option } from "effect"

const place = { partition: PartitionId.make(3), offset: Offset.make(17) }
const letter: DeadLetter = {
  ...place,
  value: Uint8Array.of(1),
  error: "Payment Timeout",
  correlationId: CorrelationId.make("c"),
  attempt: 1,
  timestamp: "2025-11-29T21:56:00.000Z"
}
const handling: Handling = {
  ...place,
  action: "discarded",
  by: "ann",
  why: "a test",
  timestamp: "2025-11-29T22:00:00.000Z"
}

const recordOf = ({ headers, value }: Appendable): LogRecord => ({
  ...place,
  timestamp: 0,
  key: undefined,
  value: typeof value === "string" ? new TextEncoder().encode(value) : value,
  headers
})

/** What a process sees for which `log` is the log. */
const foldIn = (log: string, ...records: ReadonlyArray<Appendable>) => {
  const fold = DeadLetterFold.make()
  for (const record of records) Option.map(DeadLetterRecords.decode(recordOf(record), log), fold.add)
  return fold
}

describe("dead letters of a log that was moved", () => {
  it("a handled letter of the old topic hides none at the same place in the new one", () => {
    const old = [DeadLetterRecords.ofLetter(letter, "orders"), DeadLetterRecords.ofHandling(handling, "orders")]
    const fold = foldIn("orders-24", ...old, DeadLetterRecords.ofLetter(letter, "orders-24"))
    expect(fold.find(place)).toMatchObject({ _tag: "Open" })
    expect(fold.find({ ...place, topic: "orders" })).toMatchObject({ _tag: "Handled" })
    expect(fold.stats().size).toBe(1)
  })

  it("a letter that is handled before it is put never opens, and names its topic to whoever comes from another", () => {
    const marked = DeadLetterRecords.ofHandling({ ...handling, topic: "orders-24" }, "orders")
    const put = DeadLetterRecords.ofLetter(letter, "orders-24")
    expect(foldIn("orders-24", marked, put).find(place)).toMatchObject({ _tag: "Handled" })
    expect(foldIn("orders", marked, put).find({ ...place, topic: "orders-24" })).toMatchObject({ _tag: "Handled" })
    expect(foldIn("orders", marked, put).find(place)).toEqual({ _tag: "Unknown" })
  })

  it("letters of the topic orders are written as older releases write them", () => {
    expect(DeadLetterRecords.ofLetter(letter, "orders").headers).not.toHaveProperty("origin_topic")
    expect(JSON.parse(String(DeadLetterRecords.ofHandling(handling, "orders").value))).not.toHaveProperty("topic")
    expect(DeadLetterRecords.ofLetter(letter, "orders-24").headers).toMatchObject({ origin_topic: "orders-24" })
  })
})
