/** Changing a keys' file: one command after the other, and a file that is always whole. Decision 0039. */
import { Data, Effect } from "effect"
import { randomUUID } from "node:crypto"
import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync
} from "node:fs"
import { dirname } from "node:path"
import { messageOf } from "../../errors/MessageOf.ts"
import * as PrivateFiles from "../../files/PrivateFiles.ts"
import * as SecretFile from "../../files/SecretFile.ts"
import { CannotUseFile } from "../../watch/WatchedFile.ts"
import * as KeyFile from "./KeyFile.ts"
import * as KeyFileLock from "./KeyFileLock.ts"
import * as KeyList from "./KeyList.ts"

/** The keys are not as the change wants them: nothing was written. */
export class KeysNotChanged extends Data.TaggedError("KeysNotChanged")<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}

const cannotUse = (detail: string) => new CannotUseFile({ what: KeyFile.WHAT, detail })

/** What a file of keys may be open to. */
const WIDEST = 0o640

/** The keys of the file; undefined where there is none. Throws where it holds something else. */
const keysIn = (path: string): KeyList.KeyList | undefined => {
  const found = SecretFile.read(path)
  if ("wrong" in found) {
    if (found.isMissing === true) return undefined
    throw cannotUse(found.wrong)
  }
  const keys = KeyList.parse(found.text)
  if (typeof keys === "string") throw cannotUse(`${path}: ${keys}`)
  return keys
}

const sync = (path: string): void => {
  const file = openSync(path, "r")
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * The file takes its name when it is whole and on disk, with the owner of the one before, and its rights as far as
 * `widest` goes: a service that runs as another user reads it by these. Where root makes the first one its owner is the
 * folder's.
 */
export const replace = (path: string, text: string, widest: number): void => {
  const before = statSync(path, { throwIfNoEntry: false })
  const owner = before ?? (KeyFileLock.isRoot() ? statSync(dirname(path)) : undefined)
  const part = `${path}.${randomUUID()}`
  const file = openSync(part, "wx", PrivateFiles.FILE_MODE)
  try {
    const own = fstatSync(file)
    if (owner !== undefined && (own.uid !== owner.uid || own.gid !== owner.gid)) fchownSync(file, owner.uid, owner.gid)
    if (before !== undefined) fchmodSync(file, before.mode & widest)
    writeSync(file, text)
    fsyncSync(file)
    renameSync(part, path)
    sync(dirname(path))
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
}

/** The keys of the file at this path; undefined where there is none. */
export const read = (path: string): Effect.Effect<KeyList.KeyList | undefined, CannotUseFile> =>
  Effect.try({
    try: () => keysIn(path),
    catch: (error) => error instanceof CannotUseFile ? error : cannotUse(messageOf(error))
  })

/**
 * Writes what `change` makes of the keys, or fails with why it makes nothing of them. It gets undefined where there is
 * no file, which is made then; its folder is not. Where the path is a link, what it leads to is changed.
 */
export const update = (
  path: string,
  change: (keys: KeyList.KeyList | undefined) => KeyList.KeyList | string
): Effect.Effect<void, CannotUseFile | KeysNotChanged> =>
  Effect.try({
    try: () => {
      const real = existsSync(path) ? realpathSync(path) : path
      KeyFileLock.holding(`${real}.lock`, () => {
        const changed = change(keysIn(real))
        if (typeof changed === "string") throw new KeysNotChanged({ detail: changed })
        replace(real, KeyList.write(changed), WIDEST)
      })
    },
    catch: (error) =>
      error instanceof CannotUseFile || error instanceof KeysNotChanged ? error : cannotUse(messageOf(error))
  })
