/** What becomes of each record of a log that is copied into another number of partitions. */
import { describe, expect, it } from "@effect/vitest"
import * as RecordCopy from "@flash-sale/audit/RecordCopy"
import * as Strays from "@flash-sale/audit/Strays"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home, Offset, PartitionId } from "@flash-sale/domain/records/Partition"

const ITEM = ItemId.make("shoes")
const COUNT = 12
const PARTITIONS = 5
const HOME = home(ITEM, COUNT)
const AWAY = PartitionId.make((HOME + 1) % COUNT)
const ORDER = JSON.stringify({ request_id: "r-1", user_id: "u-1", item_id: ITEM, amount: 1 })

const record = (change: Partial<LogRecord.LogRecord> = {}): LogRecord.LogRecord => ({
  partition: HOME,
  offset: Offset.make(17),
  timestamp: 1_700_000_000_000,
  key: ITEM,
  value: new TextEncoder().encode(ORDER),
  headers: {},
  ...change
})

const copyOf = (one: LogRecord.LogRecord, hasLetter = false) =>
  RecordCopy.of(one, { topic: "orders", count: COUNT, partitions: PARTITIONS, hasLetter: () => hasLetter })

describe("RecordCopy", () => {
  it("an order goes to its item's home, and is decoded there as it was", () => {
    const bare = record()
    const copied = copyOf(bare)!
    expect(copied.partition).toBe(home(ITEM, PARTITIONS))
    expect(copied.record).toMatchObject({ key: ITEM, value: bare.value, timestamp: bare.timestamp })
    // As it is read from the copy: by another place, and a broker's own clock.
    const moved = { ...copied.record, partition: copied.partition, offset: Offset.make(3), timestamp: 5 }
    expect(LogRecord.decode(ITEM, moved)).toEqual(LogRecord.decode(ITEM, bare))
  })

  it("what its headers say stays", () => {
    const headers = { accepted_at: "1000", correlation_id: "c-1", attempt: "2", traceparent: "t", request_id: "r-1" }
    expect(copyOf(record({ headers }))?.record.headers).toEqual(headers)
  })

  it("a record away from its item's home is left out, and one of no item kept unless it has a letter", () => {
    expect(copyOf(record({ partition: AWAY }))).toBeUndefined()
    expect(copyOf(record({ key: undefined }))?.partition).toBe(HOME % PARTITIONS)
    expect(copyOf(record({ key: undefined }), true)).toBeUndefined()
  })

  it("a forwarded record says of which topic its origin is", () => {
    const once = copyOf(record({ headers: { origin: `${AWAY}:4` } }))!.record
    expect(once.headers["origin"]).toBe(`orders/${AWAY}:4`)
    expect(copyOf({ ...once, partition: HOME })?.record.headers["origin"]).toBe(`orders/${AWAY}:4`)
  })
})

describe("Strays", () => {
  const waiting = (records: ReadonlyArray<LogRecord.LogRecord>, hasLetter = false) => {
    const strays = Strays.make(COUNT, () => hasLetter)
    records.forEach(strays.look)
    return strays.waiting()
  }
  const stray = record({ partition: AWAY })

  it("a record away from home waits, until it was forwarded or has a letter", () => {
    expect(waiting([record()])).toBe(0)
    expect(waiting([stray])).toBe(1)
    expect(waiting([stray], true)).toBe(0)
    const forwarded = record({ offset: Offset.make(20), headers: { origin: `${AWAY}:17` } })
    expect(waiting([stray, forwarded])).toBe(0)
    expect(waiting([forwarded, stray])).toBe(0)
  })

  it("an origin in a topic that was the log before is no record of this one", () => {
    const moved = record({ offset: Offset.make(20), headers: { origin: `orders/${AWAY}:17` } })
    expect(waiting([stray, moved])).toBe(1)
  })
})
