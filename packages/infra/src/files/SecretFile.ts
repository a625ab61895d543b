/** Reading a secret from a file, as containers are given theirs. */
import { isUtf8 } from "node:buffer"
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"
import { messageOf } from "../errors/MessageOf.ts"
import * as PrivateFiles from "./PrivateFiles.ts"

/** The longest file, in bytes. */
export const MAX_SECRET_BYTES = 64 * 1_024
/** Bits of a mode beyond 0640: a group may read it, as containers need that, and nobody else. */
const TOO_WIDE = 0o037

/** The text of the file without one newline at its end, or what is wrong with it. Never shows any of the text. */
export const read = (path: string): { readonly text: string } | { readonly wrong: string } => {
  try {
    // A named pipe must not keep the start waiting for somebody who writes to it.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      return content(path, file)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    return { wrong: messageOf(error) }
  }
}

const content = (path: string, file: number): ReturnType<typeof read> => {
  const stats = fstatSync(file)
  if (!stats.isFile()) return { wrong: `${path} is no file` }
  if ((stats.mode & TOO_WIDE) !== 0) {
    return { wrong: `${path} is open to other users (mode ${PrivateFiles.show(stats.mode)}): chmod 0640, or less` }
  }
  const bytes = Buffer.alloc(MAX_SECRET_BYTES + 1)
  const length = readSync(file, bytes, 0, bytes.length, 0)
  if (length > MAX_SECRET_BYTES) return { wrong: `${path} is longer than ${MAX_SECRET_BYTES} bytes` }
  const held = bytes.subarray(0, length)
  if (!isUtf8(held)) return { wrong: `${path} is not UTF-8` }
  const text = held.toString("utf8").replace(/\r?\n$/, "")
  return text === "" ? { wrong: `${path} is empty` } : { text }
}
