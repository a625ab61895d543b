/** What each fact of the archive is worth, and how it is mended. */
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import type { ArchiveFacts } from "@flash-sale/infra/facts/ArchiveFacts"
import * as ArchiveChecks from "@flash-sale/operations/doctor/archive/ArchiveChecks"
import type { CheckId, Finding } from "@flash-sale/operations/doctor/Check"
import { expect, it } from "vitest"

const told = (...offsets: ReadonlyArray<number>) => ({
  found: new Map(offsets.map((offset, partition) => [PartitionId.make(partition), Offset.make(offset)]))
})
const processed = (...offsets: ReadonlyArray<number>) => ({
  found: offsets.map((next, partition) => ({ partition: PartitionId.make(partition), next: Offset.make(next) }))
})
const facts: ArchiveFacts = {
  place: "db:5432/archive",
  tables: { found: { version: 2, latest: 2 } },
  told: told(5_000, 7),
  gaps: { found: new Map() },
  endpoints: { found: [] }
}
const state: ArchiveChecks.ArchiveState = {
  archive: facts,
  processed: processed(5_010, 7, 0),
  named: "ARCHIVE_URL is not set",
  start: "start one"
}
const of = (id: CheckId, change: Partial<ArchiveFacts>, more: Partial<ArchiveChecks.ArchiveState> = {}): Finding =>
  ArchiveChecks.judge({ ...state, archive: { ...facts, ...change }, ...more }).find((one) => one.id === id)!

it("has nothing to mend where all is as it should be", () => {
  expect(ArchiveChecks.judge(state)).toEqual([
    { id: "archive.address", verdict: "ok", detail: "db:5432/archive" },
    { id: "archive.tables", verdict: "ok", detail: "version 2" },
    { id: "archive.lag", verdict: "ok", detail: "10 records to read" },
    { id: "archive.gaps", verdict: "ok", detail: "nothing is missing" },
    { id: "webhooks.endpoints", verdict: "ok", detail: "0 endpoints" },
    { id: "webhooks.deliveries", verdict: "ok", detail: "0 wait for another attempt" }
  ])
})

it("says what there is not where there is no archive, and finds no fault in that", () => {
  expect(ArchiveChecks.judge({ ...state, archive: undefined })).toEqual([
    {
      id: "archive.address",
      verdict: "ok",
      detail: "no archive (ARCHIVE_URL is not set): no lists of orders, histories and reports of long ago"
    },
    { id: "archive.tables", verdict: "ok", detail: "there is no archive" },
    { id: "archive.lag", verdict: "ok", detail: "there is no archive" },
    { id: "archive.gaps", verdict: "ok", detail: "there is no archive" },
    { id: "webhooks.endpoints", verdict: "ok", detail: "there is no archive" },
    { id: "webhooks.deliveries", verdict: "ok", detail: "there is no archive" }
  ])
})

it("says once why it does not answer", () => {
  const why = { why: "connect ECONNREFUSED" }
  expect(of("archive.address", { tables: why, told: why, gaps: why })).toMatchObject({
    verdict: "wrong",
    detail: "db:5432/archive: connect ECONNREFUSED",
    mend: expect.stringContaining("FlashSaleArchiveBehind")
  })
  for (const id of ["archive.tables", "archive.lag", "archive.gaps"] as const) {
    const detail = "the archive cannot be read"
    expect(of(id, { tables: why, told: why, gaps: why })).toEqual({ id, verdict: "not_looked_at", detail })
  }
})

it.each<readonly [string, number, Finding["verdict"], RegExp, RegExp]>([
  ["no tables", 0, "warning", /no tables yet/, /^start one$/],
  ["older tables", 1, "warning", /^version 1, and this build writes version 2$/, /^start one$/],
  ["newer tables", 3, "wrong", /^version 3, and this build knows versions up to 2$/, /a later one$/]
])("tells of %s", (_, version, verdict, detail, mend) => {
  const found = of("archive.tables", { tables: { found: { version, latest: 2 } } })
  expect(found).toMatchObject({
    verdict,
    detail: expect.stringMatching(detail),
    mend: expect.stringMatching(mend)
  })
})

it("counts what it has still to read of each partition, also of one that it never read", () => {
  expect(of("archive.lag", {}, { processed: processed(5_000, 907, 93) })).toMatchObject({
    verdict: "ok",
    detail: "993 records to read"
  })
  expect(of("archive.lag", {}, { processed: processed(5_000, 907, 100) })).toMatchObject({
    verdict: "warning",
    detail: "1000 records to read, most of them in partition 1 (900), 2 (100)",
    mend: expect.stringMatching(/start one; after recover --accept-log: flash-sale archive rebuild$/)
  })
  // Of a log that was made anew it has read more than there is.
  expect(of("archive.lag", {}, { processed: processed(10, 7) }).detail).toBe("0 records to read")
})

it("names where something may be missing", () => {
  const found = new Map([[PartitionId.make(3), Offset.make(1_200)], [PartitionId.make(5), Offset.make(40)]])
  expect(of("archive.gaps", { gaps: { found } })).toEqual({
    id: "archive.gaps",
    verdict: "warning",
    detail: "orders of records before 1200 of partition 3, before 40 of partition 5 may be missing, and no order is " +
      "said to be unknown",
    mend: "flash-sale archive rebuild"
  })
})

it("does not judge how far it is where nobody knows how far the processors are", () => {
  expect(of("archive.lag", {}, { processed: { why: "Kafka is away" } })).toMatchObject({
    verdict: "not_looked_at",
    detail: "Kafka is away"
  })
})
