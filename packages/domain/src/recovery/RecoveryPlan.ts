/**
 * Every start is a recovery: decides from log, consumer group and store where a worker begins to fold. Pure.
 *
 * The store may have lost its last writes, or everything (decision 0006); the log is the truth. Folding is idempotent,
 * so beginning early is always safe and beginning late never is. Halts are the cases of decision 0008.
 */
import type { LogDamaged, PartitionBounds } from "../ports/OrderLog.ts"
import type { AcceptedLog, Mark } from "../ports/RecoveryMarks.ts"
import type { PartitionId } from "../records/Partition.ts"

/** What is known at a start. `committed` is undefined where the group has never committed. */
export interface RecoveryInput {
  readonly bounds: PartitionBounds
  readonly committed: number | undefined
  readonly mark: Mark | undefined
  /** The log that an operator accepted in place of the one that was folded; counts where there is no mark. */
  readonly accepted: AcceptedLog | undefined
  /** Before which offset everything is told, as the last event says; undefined where there is none. */
  readonly told: number | undefined
}

/**
 * Why a partition is halted: the log cannot give what the store is missing, and guessing would lose or double orders.
 *
 * - `AheadOfLog`: the log ends before a record that was folded, or that was there when an operator accepted the log.
 * - `CommittedAhead`: the log ends before the offset that the consumer group has committed.
 * - `TrimmedLog`: the log begins behind the first record that has to be folded.
 * - `ReplacedLog`: the log has another record, or none, at the offset of the record that the store saw last.
 * - `DamagedLog`: a record is not the one that was appended, or is missing though the log does not end before it.
 */
export type Halt =
  | { readonly _tag: "AheadOfLog"; readonly end: number; readonly reached: number; readonly by: "fold" | "acceptance" }
  | { readonly _tag: "CommittedAhead"; readonly end: number; readonly committed: number }
  | { readonly _tag: "TrimmedLog"; readonly start: number; readonly wanted: number; readonly by: "fold" | "acceptance" }
  | { readonly _tag: "ReplacedLog"; readonly offset: number; readonly found: "nothing" | "another" }
  | { readonly _tag: "DamagedLog"; readonly offset: number; readonly found: "nothing" | "another" }

/** The stable names of these reasons, for health, log lines and the runbook. */
export const HALT_CODES = {
  AheadOfLog: "ahead_of_log",
  CommittedAhead: "committed_ahead",
  TrimmedLog: "trimmed_log",
  ReplacedLog: "replaced_log",
  DamagedLog: "damaged_log"
} as const satisfies Readonly<Record<Halt["_tag"], string>>
export type HaltCode = (typeof HALT_CODES)[Halt["_tag"]]

export const codeOf = ({ _tag }: Halt): HaltCode => HALT_CODES[_tag]

/** The halt of a partition whose log is damaged. */
export const damaged = ({ found, offset }: LogDamaged): Halt => ({ _tag: "DamagedLog", offset, found })

/** The halt in words, with its numbers. */
export const describe = (halt: Halt): string => {
  switch (halt._tag) {
    case "AheadOfLog":
      return halt.by === "fold"
        ? `the log ends at ${halt.end}, but the store has folded it up to ${halt.reached}`
        : `the log ends at ${halt.end}, but reached ${halt.reached} when it was accepted`
    case "CommittedAhead":
      return `the log ends at ${halt.end}, but the group has committed ${halt.committed}`
    case "TrimmedLog":
      return halt.by === "fold"
        ? `the log begins at ${halt.start}, but the store needs it from ${halt.wanted} on`
        : `the log begins at ${halt.start}, but was accepted from ${halt.wanted} on`
    case "ReplacedLog":
      return halt.found === "nothing"
        ? `the log does not hold record ${halt.offset} any more, which the store has folded`
        : `the log holds another record at ${halt.offset} than the one that the store has folded: ` +
          "it was cut and written on"
    case "DamagedLog":
      return halt.found === "nothing"
        ? `record ${halt.offset} of the log is missing, and the log does not end before it`
        : `record ${halt.offset} of the log is not the one that was written: the file was changed or is damaged`
  }
}

/** What an operator can do about a halted partition, in one line. */
export const remedy = (partition: PartitionId): string =>
  "bring back the log and the store that fit each other, or accept the log as it is: " +
  `flash-sale recover --accept-log --partition ${partition}`

/**
 * - `Fold`: take records from `from` on. What is before `publishFrom` was published already, and what is before
 *   `tellFrom` was told. Records before `foldFrom` are read for their events alone. Until everything before `until` is
 *   folded no payment starts. With `setBack` the group goes on at `publishFrom`, whatever it has committed.
 * - `Halt`: nothing may be folded.
 */
export type Plan =
  | {
    readonly _tag: "Fold"
    readonly from: number
    readonly foldFrom: number
    readonly publishFrom: number
    readonly tellFrom: number
    /** Records that were not told, and are gone from the log: from this offset on. */
    readonly untoldFrom: number | undefined
    readonly until: number
    readonly setBack: boolean
  }
  | { readonly _tag: "Halt"; readonly halt: Halt }

export const plan = ({ accepted, bounds, committed, mark, told }: RecoveryInput): Plan => {
  if (mark === undefined && accepted !== undefined) return planAccepted(bounds, accepted)
  const { end, start } = bounds
  const publishFrom = committed ?? start
  const wanted = mark === undefined ? 0 : Math.min(publishFrom, mark.checkpoint)
  const reached = mark === undefined ? 0 : Math.max(mark.checkpoint, (mark.seen?.offset ?? -1) + 1)
  if (reached > end) return halted({ _tag: "AheadOfLog", end, reached, by: "fold" })
  if (committed !== undefined && committed > end) return halted({ _tag: "CommittedAhead", end, committed })
  if (wanted < start) return halted({ _tag: "TrimmedLog", start, wanted, by: "fold" })
  const tellFrom = toTellFrom({ bounds, committed, told })
  return {
    _tag: "Fold",
    from: Math.min(wanted, Math.max(tellFrom, start)),
    foldFrom: wanted,
    publishFrom,
    tellFrom: Math.max(tellFrom, start),
    untoldFrom: tellFrom < start ? tellFrom : undefined,
    until: end,
    setBack: false
  }
}

/**
 * The least of what was told and what was committed: an older build commits, and tells nothing. Where nobody has ever
 * committed, or the group was deleted, what was told counts alone, unless it is of a longer log.
 */
const toTellFrom = ({ bounds, committed, told }: Pick<RecoveryInput, "bounds" | "committed" | "told">): number => {
  if (committed !== undefined) return Math.min(told ?? committed, committed)
  return told === undefined || told > bounds.end ? bounds.start : told
}

const planAccepted = ({ end, start }: PartitionBounds, { from }: AcceptedLog): Plan => {
  if (from < start) return halted({ _tag: "TrimmedLog", start, wanted: from, by: "acceptance" })
  if (from > end) return halted({ _tag: "AheadOfLog", end, reached: from, by: "acceptance" })
  return {
    _tag: "Fold",
    from,
    foldFrom: from,
    publishFrom: from,
    tellFrom: from,
    untoldFrom: undefined,
    until: end,
    setBack: true
  }
}

const halted = (halt: Halt): Plan => ({ _tag: "Halt", halt })
