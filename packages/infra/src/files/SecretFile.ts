/** Reading a secret from a file, as containers are given theirs. */
import { isUtf8 } from "node:buffer"
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"
import { messageOf } from "../errors/MessageOf.ts"
import * as PrivateFiles from "./PrivateFiles.ts"

/** The longest file, in bytes. */
export const MAX_SECRET_BYTES = 64 * 1_024

/** What others than its owner may do with a file. */
export interface Rights {
  /** Bits of its mode that it must not have. */
  readonly tooWide: number
  /** What is wrong where it has one of them, and the widest mode that it may have. */
  readonly wrong: string
  readonly widest: string
}

/** A group may read it, as containers need that, and nobody else. */
const SECRET: Rights = { tooWide: 0o037, wrong: "is open to other users", widest: "0640" }
/** Anybody may read it, and nobody else may write it: keys that are public, by which others are recognised. */
export const PUBLIC: Rights = { tooWide: 0o022, wrong: "may be written by other users", widest: "0644" }

/** The text of a file, or what is wrong with it; `isMissing` where there is none at all. */
export type Found = { readonly text: string } | { readonly wrong: string; readonly isMissing?: boolean }

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT"

/** The text of the file without one newline at its end, or what is wrong with it. Never shows any of the text. */
export const read = (path: string, rights = SECRET): Found => {
  try {
    // A named pipe must not keep the start waiting for somebody who writes to it.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      return content(path, file, rights)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    return isMissing(error) ? { wrong: messageOf(error), isMissing: true } : { wrong: messageOf(error) }
  }
}

const content = (path: string, file: number, { tooWide, widest, wrong }: Rights): Found => {
  const stats = fstatSync(file)
  if (!stats.isFile()) return { wrong: `${path} is no file` }
  if ((stats.mode & tooWide) !== 0) {
    return { wrong: `${path} ${wrong} (mode ${PrivateFiles.show(stats.mode)}): chmod ${widest}, or less` }
  }
  const bytes = Buffer.alloc(MAX_SECRET_BYTES + 1)
  const length = readSync(file, bytes, 0, bytes.length, 0)
  if (length > MAX_SECRET_BYTES) return { wrong: `${path} is longer than ${MAX_SECRET_BYTES} bytes` }
  const held = bytes.subarray(0, length)
  if (!isUtf8(held)) return { wrong: `${path} is not UTF-8` }
  const text = held.toString("utf8").replace(/\r?\n$/, "")
  return text === "" ? { wrong: `${path} is empty` } : { text }
}
