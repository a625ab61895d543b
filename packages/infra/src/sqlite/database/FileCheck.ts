/**
 * Looks at a data folder before SQLite opens its file, and says what is lost of what was acknowledged. Changes nothing,
 * and may be asked beside a running engine.
 */
import { Effect } from "effect"
import { existsSync, statSync } from "node:fs"
import { join } from "node:path"
import { WAL_SUFFIX } from "../folder/EngineFiles.ts"
import * as WalFile from "../wal/WalFile.ts"
import type { WalContent } from "../wal/WalScan.ts"
import * as Connection from "./Connection.ts"
import * as HighWaterMark from "./HighWaterMark.ts"
import * as LogChain from "./LogChain.ts"
import * as Migrations from "./Migrations.ts"

/** The name of the file in the data folder. */
export const FILE_NAME = "engine.sqlite"

/** What is wrong with one file of the folder, in words. */
export interface Problem {
  readonly path: string
  readonly detail: string
  /** Where in the file, by which it is known again. */
  readonly place: string
}

export interface Checked {
  readonly problems: ReadonlyArray<Problem>
  /** Whether the write-ahead log ends in something that was never committed. */
  readonly hasTail: boolean
}

/**
 * How long after a look that found damage the next one comes. An engine may be writing meanwhile, so that a frame is
 * read before it is whole and those behind it after that: the same place is not damaged twice by chance.
 */
const LOOK_AGAIN = "100 millis"

/** What an operator can do, in one line. */
export const REMEDY = "bring back a backup of the whole folder, or go on with what is left: " +
  "flash-sale recover --accept-log says what that is"

/** Opens the file to read it. SQLite makes files beside one that nobody has open, and may leave them. */
type Open = (path: string) => Connection.Connection
const openBeside: Open = (path) => Connection.open(path, Connection.BUSY_TIMEOUT_MILLIS, true)

/** Dies with what the file system or SQLite throw: `ResultCode.operatingError` has words for it. */
export const inspect = Effect.fnUntraced(function*(folder: string, open: Open = openBeside) {
  const first = look(folder, open)
  if (first.problems.length === 0) return first
  yield* Effect.sleep(LOOK_AGAIN)
  const { hasTail, problems } = look(folder, open)
  const isKnown = ({ path, place }: Problem) =>
    first.problems.some((before) => before.path === path && before.place === place)
  return { hasTail, problems: problems.filter(isKnown) }
})

const look = (folder: string, open: Open): Checked => {
  // First the mark: what the engine commits meanwhile is more than it says, never less.
  const mark = HighWaterMark.read(folder)
  const path = join(folder, FILE_NAME)
  const wal = WalFile.read(path + WAL_SUFFIX)
  const inWal = typeof mark === "string" ? undefined : damageOf(wal, mark)
  const problems = [
    ...(mark === "damaged"
      ? [{ path: join(folder, HighWaterMark.FILE_NAME), detail: "it is not what an engine has written", place: "" }]
      : []),
    ...(inWal === undefined
      ? []
      : [{ path: path + WAL_SUFFIX, detail: inWal, place: String(wal.broken?.byte) }]),
    ...(typeof mark === "string" ? [] : missing(path, mark, open))
  ]
  return { problems, hasTail: wal.hasTail }
}

/**
 * Whether commits follow a frame that does not verify. While the kernel runs on, a process that was killed leaves no
 * such thing: what it wrote is in the file, in its order. A power cut may, of commits that did not wait for the disk.
 */
const damageOf = ({ broken, commitsBehind }: WalContent, { boot }: HighWaterMark.HighWaterMark): string | undefined =>
  broken !== undefined && commitsBehind > 0 && boot !== undefined && boot === HighWaterMark.currentBoot()
    ? `frame ${broken.frame} at byte ${broken.byte} is damaged, and ${commitsBehind} commits follow it`
    : undefined

/** What the mark knows and the log does not hold. */
const missing = (
  path: string,
  { tails }: HighWaterMark.HighWaterMark,
  open: Open
): ReadonlyArray<Problem> => {
  if (tails.every(({ end }) => end === 0)) return []
  const all = (detail: string) => [{ path, detail, place: "" }]
  if (!existsSync(path)) return all(`it is gone, but ${HighWaterMark.FILE_NAME} knows of its log`)
  if (statSync(path).size === 0) return all(`it is empty, but ${HighWaterMark.FILE_NAME} knows of its log`)
  const connection = open(path)
  try {
    return Migrations.versionOf(connection) < Migrations.CHAINED
      ? all(`it is of an older build, and older than ${HighWaterMark.FILE_NAME}`)
      : tails.flatMap((tail, partition) => {
        const detail = lost(connection, partition, tail)
        return detail === undefined ? [] : [{ path, detail, place: String(partition) }]
      })
  } finally {
    connection.close()
  }
}

const lost = (connection: Connection.Connection, partition: number, { digest, end }: LogChain.Tail) => {
  if (end === 0) return undefined
  const found = LogChain.tail(connection, partition)
  if (found.end < end) {
    return `partition ${partition} of its log ends at ${found.end}, but reached ${end} by ${HighWaterMark.FILE_NAME}`
  }
  return LogChain.digestAt(connection, partition, end - 1) === digest
    ? undefined
    : `partition ${partition} of its log holds another record at ${end - 1} than the one that ` +
      `${HighWaterMark.FILE_NAME} knows`
}
