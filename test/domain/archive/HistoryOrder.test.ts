/** In which order a history is read. */
import type { HistoryEntry } from "@flash-sale/domain/archive/ArchivedOrder"
import * as HistoryOrder from "@flash-sale/domain/archive/HistoryOrder"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import { expect, it } from "vitest"

const entry = (type: HistoryEntry["type"], second: number, sequence = second): HistoryEntry => ({
  id: `${type}-${sequence}`,
  type,
  time: new Date(second * 1_000).toISOString(),
  partition: PartitionId.make(0),
  sequence,
  by: undefined,
  reason: undefined,
  data: {}
})

const typesOf = (...entries: ReadonlyArray<HistoryEntry>) => {
  const sorted = HistoryOrder.oldestFirst(entries)
  return sorted.map(({ type }) => type)
}

it("a letter stands behind the end that it is about, though it has the offset of the placing record", () => {
  expect(typesOf(
    entry("order.reserved", 1),
    entry("letter.put", 9, 1),
    entry("letter.replayed", 90_000, 1),
    entry("order.failed", 9, 7),
    entry("order.completed", 90_001, 20)
  )).toEqual(["order.reserved", "order.failed", "letter.put", "letter.replayed", "order.completed"])
})

it("events stay in the order of the log where clocks say otherwise", () => {
  expect(typesOf(entry("order.reserved", 9, 1), entry("order.completed", 4, 2))).toEqual([
    "order.reserved",
    "order.completed"
  ])
})

it("letters alone are in the order of their times", () => {
  expect(typesOf(entry("letter.discarded", 5, 1), entry("letter.put", 2, 1))).toEqual([
    "letter.put",
    "letter.discarded"
  ])
})
