/**
 * How far the log has come, in a file of its own beside the embedded one: a log that is shorter, or another, was cut,
 * lost or brought back from an older copy. SQLite cannot say so, as each of them is a whole database.
 */
import { Schema } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { open, rename } from "node:fs/promises"
import { join } from "node:path"
import { crc32 } from "node:zlib"
import { FILE_MODE } from "../../files/PrivateFiles.ts"
import type { Tail } from "./LogChain.ts"

/** The name of the file in the data folder. */
export const FILE_NAME = "orders.high"
const NEW_SUFFIX = ".new"
const BOOT_ID = "/proc/sys/kernel/random/boot_id"

export interface HighWaterMark {
  /** The run of the kernel in which it was written; undefined where the system does not name it. */
  readonly boot: string | undefined
  /** The end of each partition. */
  readonly tails: ReadonlyArray<Tail>
}

const Body = Schema.fromJsonString(Schema.Struct({
  boot: Schema.optionalKey(Schema.String),
  tails: Schema.Array(Schema.Struct({ end: Schema.Int, digest: Schema.Int }))
}))
const encodeBody = Schema.encodeSync(Body)
const decodeBody = Schema.decodeOption(Body)

/** The text of the file: a line, and the checksum of it. */
export const encode = ({ boot, tails }: HighWaterMark): string => {
  const body = encodeBody({ tails, ...(boot === undefined ? {} : { boot }) })
  return `${body}\n${crc32(body)}\n`
}

/** Undefined where the text is none that was written here. */
export const decode = (text: string): HighWaterMark | undefined => {
  const [body, checksum, end] = text.split("\n")
  if (body === undefined || end !== "" || String(crc32(body)) !== checksum) return undefined
  const decoded = decodeBody(body)
  return decoded._tag === "None" ? undefined : { boot: decoded.value.boot, tails: decoded.value.tails }
}

/** The mark of the folder; `absent` where an older build has written it, `damaged` where it makes no sense. */
export const read = (folder: string): HighWaterMark | "absent" | "damaged" => {
  const path = join(folder, FILE_NAME)
  return existsSync(path) ? decode(readFileSync(path, "utf8")) ?? "damaged" : "absent"
}

/** A kill or a power cut in the middle leaves the mark that was there: the new one takes its name when it is whole. */
export const write = async (folder: string, mark: HighWaterMark): Promise<void> => {
  const path = join(folder, FILE_NAME)
  const file = await open(path + NEW_SUFFIX, "w", FILE_MODE)
  try {
    await file.writeFile(encode(mark))
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(path + NEW_SUFFIX, path)
}

/** The present run of the kernel. As long as it lasts, what a killed process has written is in the file. */
export const currentBoot = (): string | undefined => {
  try {
    return readFileSync(BOOT_ID, "utf8").trim()
  } catch {
    return undefined
  }
}
