/** What the result codes of SQLite say of the file. */
import { FolderLost } from "../folder/FolderOwnership.ts"

/** Primary result codes (https://sqlite.org/rescode.html) that an operator can repair: a full disk, a busy file. */
const OPERATING = new Map<number, string>([
  [5, "busy"],
  [6, "locked"],
  [7, "out of memory"],
  [8, "read-only"],
  [10, "I/O error"],
  [11, "corrupt"],
  [13, "disk full"],
  [14, "cannot open"],
  [15, "locking protocol"],
  [26, "not a database"]
])

/** The primary result code of an error of SQLite; undefined for any other. */
export const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : undefined

/** Whether another connection holds a lock that this one needs. */
export const isBusy = (error: unknown): boolean => {
  const code = codeOf(error)
  return code === 5 || code === 6
}

/** What an operator can do about a file that SQLite cannot read any more. */
export const REMEDY =
  "bring back a backup of the whole folder, or one that flash-sale backup has made: flash-sale restore"

/** The error in words, where it is a file's or the disk's; undefined where it is the program's. */
export const fileError = (error: unknown): string | undefined => {
  if (error instanceof FolderLost) return error.message
  const code = codeOf(error)
  const kind = code === undefined ? undefined : OPERATING.get(code)
  return kind === undefined ? undefined : `SQLite: ${kind} (${String(error)})`
}

/** The same of an engine's own file, with what can be done where it is damaged. */
export const operatingError = (error: unknown): string | undefined => {
  const words = fileError(error)
  return words !== undefined && isDamage(error) ? `${words}; ${REMEDY}` : words
}

/** Whether the error says that the file is damaged for good. */
export const isDamage = (error: unknown): boolean => {
  const code = codeOf(error)
  return code === 11 || code === 26
}
