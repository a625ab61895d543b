/** What is in the folder of the embedded file, before anybody judges it. Plain values. */
import type { Looked } from "./Looked.ts"

/** Who holds the engine's lock: the id of a process, another one that is not named, or nobody. */
export type LockHolder = number | "somebody" | "nobody"

export interface FolderFacts {
  /** The whole path. */
  readonly folder: string
  /** Whether an engine has ever worked there. */
  readonly hasEngine: boolean
  /** The first path that other users may read or write, in words with the remedy; undefined where there is none. */
  readonly exposed: Looked<{ readonly path: string; readonly detail: string } | undefined>
  /** Bytes that this user may still write to the disk. */
  readonly freeBytes: Looked<number>
  /** Sizes in bytes. */
  readonly fileBytes: number
  readonly walBytes: number
  /** Whether the file was read as a whole, for losses and damage. Else both were not looked at. */
  readonly isReadWhole: boolean
  /** What the file has lost of what was acknowledged, in words. */
  readonly losses: Looked<ReadonlyArray<string>>
  /** The version of its tables, and the latest that this build knows. */
  readonly tables: Looked<{ readonly version: number; readonly latest: number }>
  /** What SQLite's own check finds first; undefined where it finds nothing. */
  readonly damage: Looked<string | undefined>
  readonly lock: Looked<LockHolder>
}
