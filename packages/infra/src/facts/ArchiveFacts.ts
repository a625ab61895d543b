/** What is known of the archive, before anybody judges it. Plain values. */
import type { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import type { EndpointStanding } from "@flash-sale/domain/webhooks/Standing"
import type { Looked } from "./Looked.ts"

export interface ArchiveFacts {
  /** Its address without the user and the password, or its file. */
  readonly place: string
  /** The version of its tables, 0 where there are none, and the latest that this build knows. */
  readonly tables: Looked<{ readonly version: number; readonly latest: number }>
  /** For each partition that was ever read, up to which offset of the log everything is in it. */
  readonly told: Looked<ReadonlyMap<PartitionId, Offset>>
  /** The partitions of which something may be missing before an offset of the log. */
  readonly gaps: Looked<ReadonlyMap<PartitionId, Offset>>
  /** Every endpoint of webhooks that was ever in the file. */
  readonly endpoints: Looked<ReadonlyArray<EndpointStanding>>
}

/** Undefined where there is no archive. */
export type ArchiveFound = ArchiveFacts | undefined
