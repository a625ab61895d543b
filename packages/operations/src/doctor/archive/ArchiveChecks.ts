/** Judges the archive: whether it answers, its tables, how far it is behind, and whether anything is missing. Pure. */
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import type { ArchiveFacts, ArchiveFound } from "@flash-sale/infra/facts/ArchiveFacts"
import * as Looked from "@flash-sale/infra/facts/Looked"
import type { CheckId, Finding } from "../Check.ts"
import * as Check from "../Check.ts"
import * as WebhookChecks from "./WebhookChecks.ts"

/** The offset that the processors read next. */
export interface Processed {
  readonly partition: PartitionId
  readonly next: Offset
}

export interface ArchiveState {
  readonly archive: ArchiveFound
  readonly processed: Looked.Looked<ReadonlyArray<Processed>>
  /** Where there would be one. */
  readonly named: string
  /** What starts the one who fills it. */
  readonly start: string
}

/** So many records of the log are a backlog; fewer are on their way. */
const BACKLOG = 1_000
/** Partitions that one line names. */
const NAMED = 4

const NOTHING = "there is no archive"

const address = ({ place, tables }: ArchiveFacts): Finding =>
  "found" in tables
    ? Check.ok("archive.address", place)
    : Check.wrong(
      "archive.address",
      `${place}: ${tables.why}`,
      "orders go on, and events wait for a month: docs/operations.md, FlashSaleArchiveBehind"
    )

const tables = (facts: ArchiveFacts, start: string): Finding =>
  Check.judged("archive.tables", withoutReason(facts.tables), ({ latest, version }) => {
    if (version > latest) {
      return Check.wrong(
        "archive.tables",
        `version ${version}, and this build knows versions up to ${latest}`,
        "use the release that made them, or a later one"
      )
    }
    if (version === latest) return Check.ok("archive.tables", `version ${version}`)
    return version === 0
      ? Check.warning("archive.tables", "it holds no tables yet: nobody has filled it", start)
      : Check.warning("archive.tables", `version ${version}, and this build writes version ${latest}`, start)
  })

const lag = ({ told }: ArchiveFacts, { processed, start }: ArchiveState): Finding =>
  Check.judged("archive.lag", withoutReason(told), (read) =>
    Check.judged("archive.lag", processed, (partitions) => {
      const behind = partitions.map(({ next, partition }) => ({
        partition,
        records: Math.max(0, next - (read.get(partition) ?? 0))
      }))
      const total = behind.reduce((sum, { records }) => sum + records, 0)
      const detail = `${Check.count(total, "record")} to read`
      if (total < BACKLOG) return Check.ok("archive.lag", detail)
      const worst = behind.toSorted((a, b) => b.records - a.records).slice(0, NAMED).filter((one) => one.records > 0)
      return Check.warning(
        "archive.lag",
        `${detail}, most of them in partition ${worst.map((one) => `${one.partition} (${one.records})`).join(", ")}`,
        `look again in a minute: where it does not shrink, ${start}; after recover --accept-log: ` +
          "flash-sale archive rebuild"
      )
    }))

const gaps = (facts: ArchiveFacts): Finding =>
  Check.judged("archive.gaps", withoutReason(facts.gaps), (found) => {
    if (found.size === 0) return Check.ok("archive.gaps", "nothing is missing")
    const some = [...found].slice(0, NAMED).map(([partition, before]) => `${before} of partition ${partition}`)
    return Check.warning(
      "archive.gaps",
      `orders of records before ${some.join(", before ")} may be missing, and no order is said to be unknown`,
      "flash-sale archive rebuild"
    )
  })

/** Why it does not answer is said once, under its address. */
const withoutReason = <A>(looked: Looked.Looked<A>): Looked.Looked<A> =>
  "found" in looked ? looked : Looked.notLooked("the archive cannot be read")

const NONE: ReadonlyArray<CheckId> = ["archive.tables", "archive.lag", "archive.gaps"]

/** All findings on the archive. To have none is a choice, and nothing to mend. */
export const judge = (state: ArchiveState): ReadonlyArray<Finding> => {
  const { archive, named, start } = state
  return archive === undefined
    ? [
      Check.ok("archive.address", `no archive (${named}): no lists of orders, histories and reports of long ago`),
      ...NONE.map((id) => Check.ok(id, NOTHING)),
      ...WebhookChecks.judge(archive)
    ]
    : [address(archive), tables(archive, start), lag(archive, state), gaps(archive), ...WebhookChecks.judge(archive)]
}
