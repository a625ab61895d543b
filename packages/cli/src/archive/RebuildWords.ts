/** What a rebuild of the archive has done, in words. */
import type { RebuiltPartition } from "@flash-sale/archive/rebuild/RebuildPartition"
import * as Check from "@flash-sale/operations/doctor/Check"

/** The lines of one partition. */
export const ofPartition = (
  { deleted, end, isLeftAlone, partition, start, stopped, told }: RebuiltPartition
): ReadonlyArray<string> => [
  `partition ${partition}: ${Check.count(end - start, "record")} from ${start} to ${end}, ` +
  `${Check.count(told, "event")} told, ${Check.count(deleted, "event")} deleted that the log does not explain`,
  ...(isLeftAlone
    ? [
      `partition ${partition}: the log begins at ${start}: what is older is left alone, and nothing was deleted that ` +
      "was told from there on. After recover --accept-log add --from-start"
    ]
    : start > 0
    ? [`partition ${partition}: the log begins at ${start}: what is older is left alone`]
    : []),
  ...stopped.map((line) => `partition ${partition}: ${line}`)
]

/** Of an archive that had not read all that was told when the rebuild began. */
export const behind = (partitions: ReadonlyArray<number>): string =>
  `partition ${
    partitions.join(", ")
  }: the archive had not read all that was told before: where the log was accepted as it ` +
  "is, type this again when archive_lag_seconds is 0"
