/**
 * Whether an engine's folder is still its own. A file that was deleted or replaced stays open, and what is written to
 * it is gone at the end; a lock that was deleted keeps nobody out.
 */
import { statSync } from "node:fs"

/** The folder is not this engine's any more. The message says why. */
export class FolderLost extends Error {}

/** How often the folder is looked at, in milliseconds. An engine that finds no lock waits longer for its owner. */
export const LOOK_MILLIS = 100

export interface FolderOwnership {
  /** Looks at the folder. What is lost once stays lost, until the process starts again. */
  readonly look: () => void
  /** The error of every statement from then on; undefined while the folder is the engine's. */
  readonly lost: () => FolderLost | undefined
}

/** `path` is the file, which has been opened by now; `lockLost` says why the lock is not held any more. */
export const make = (path: string, lockLost: () => string | undefined): FolderOwnership => {
  const opened = identityOf(path)
  let lost: FolderLost | undefined
  // The file comes first: in a folder that took the place of the engine's own, no lock is to be taken.
  const why = () =>
    identityOf(path) === opened
      ? lockLost()
      : `${path} was deleted or replaced while the engine ran: what is written to it would be lost`
  return {
    lost: () => lost,
    look: () => {
      if (lost !== undefined) return
      const found = why()
      if (found !== undefined) lost = new FolderLost(found)
    }
  }
}

/** The same for the same file, whatever it is called; undefined where there is none, or nobody can say. */
export const identityOf = (path: string): string | undefined => {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? undefined : `${stat.dev}:${stat.ino}`
}
