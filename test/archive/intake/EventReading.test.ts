/** What a record of events is to the archive. */
import { assert, describe, it } from "@effect/vitest"
import * as EventReading from "@flash-sale/archive/intake/EventReading"
import * as CloudEvent from "@flash-sale/domain/events/CloudEvent"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { recordOf, sold } from "../Events.ts"

const partition = PartitionId.make(2)
type Values = ReadonlyArray<{ value: string | Uint8Array; next?: string }>
const read = (...values: Values) =>
  EventReading.read(
    partition,
    values.map(({ next, value }, index) => recordOf(partition, 7 + index, value, next === undefined ? {} : { next }))
  )

describe("reading records of events", () => {
  it("events are read with their own text, and where reading goes on", () => {
    const text = sold("r-1", 12)
    const { batch, unreadable } = read({ value: text, next: "13" }, { value: sold("r-2", 14), next: "15" })
    assert.deepStrictEqual(unreadable, [])
    assert.strictEqual(batch.source, "order-events")
    assert.strictEqual(batch.partition, partition)
    assert.strictEqual(batch.next, 9)
    assert.strictEqual(batch.told, 15)
    assert.deepStrictEqual(batch.events.map(({ event }) => event.id), ["2-12-3", "2-14-3"])
    assert.strictEqual(batch.events[0]!.text, text)
  })

  it("a mark says how far everything is told, and is no event", () => {
    const { batch } = read({ value: CloudEvent.writePosition(partition, 40, 1_000), next: "40" })
    assert.deepStrictEqual(batch.events, [])
    assert.strictEqual(batch.told, 40)
  })

  it("the newest mark counts, also where a log that was cut has less, and none is none", () => {
    assert.strictEqual(read({ value: sold("r-1", 1), next: "9" }, { value: sold("r-2", 2), next: "3" }).batch.told, 3)
    assert.strictEqual(read({ value: sold("r-1", 1), next: "9" }, { value: sold("r-2", 2) }).batch.told, 9)
    assert.isUndefined(read({ value: sold("r-1", 1) }, { value: sold("r-2", 2), next: "soon" }).batch.told)
  })

  it("before which record something may be missing, as far as anything that was read says", () => {
    const strange = (sequence: unknown) =>
      JSON.stringify({ ...JSON.parse(sold("r-1", 1)), type: "order.painted", sequence })
    const missing = (...values: Values) => read(...values).missingBefore
    assert.isUndefined(missing({ value: sold("r-1", 12), next: "13" }))
    // An order that is being paid for holds up what is told, so that a record behind it may be the one.
    assert.strictEqual(missing({ value: strange("40"), next: "13" }), 41)
    assert.strictEqual(missing({ value: strange("40") }, { value: sold("r-2", 50) }), 52)
    assert.strictEqual(missing({ value: strange("40"), next: "60" }), 60)
    assert.strictEqual(missing({ value: strange(40), next: "13" }), 13)
    assert.strictEqual(missing({ value: strange("1e999"), next: "13" }), 13)
    assert.isUndefined(missing({ value: "{" }))
    assert.strictEqual(read({ value: strange("40"), next: "13" }).batch.told, 13)
  })

  it("what makes no sense is passed over by what is wrong with it, and the rest is read", () => {
    const strange = JSON.stringify({ ...JSON.parse(sold("r-1", 1)), type: "order.painted" })
    const incomplete = JSON.stringify({ ...JSON.parse(sold("r-1", 1)), data: {} })
    const { batch, unreadable } = read(
      { value: "{" },
      { value: "[]" },
      { value: strange },
      { value: incomplete },
      { value: Uint8Array.of(0xff, 0xfe) },
      { value: sold("r-2", 3) }
    )
    assert.deepStrictEqual(unreadable, [
      { kind: "no JSON object with a type", offset: 7 },
      { kind: "no JSON object with a type", offset: 8 },
      { kind: "unknown type order.painted", offset: 9 },
      { kind: "type order.completed, with other fields than it has", offset: 10 },
      { kind: "no UTF-8", offset: 11 }
    ])
    assert.deepStrictEqual(batch.events.map(({ event }) => event.id), ["2-3-3"])
    assert.strictEqual(batch.next, 13)
  })
})
