/** Reads a write-ahead log from its file, in pieces: it may be longer than what fits into memory. */
import { closeSync, existsSync, openSync, readSync } from "node:fs"
import * as WalScan from "./WalScan.ts"

/** Frames that are read at once. */
const FRAMES_AT_ONCE = 256
/**
 * What the log at this path holds; nothing where there is none. Throws what the file system throws.
 *
 * **Gotchas**: a process that closes a file gives up its locks on it. SQLite locks the file itself and the shared
 * memory, never the log: so this is the only one of the three that is read beside it.
 */
export const read = (path: string): WalScan.WalContent => {
  if (!existsSync(path)) return WalScan.EMPTY
  const file = openSync(path, "r")
  try {
    const header = Buffer.alloc(WalScan.HEADER_BYTES)
    if (readSync(file, header, 0, header.length, 0) < header.length) return WalScan.EMPTY
    const scanner = WalScan.make(viewOf(header))
    const { frameBytes } = scanner
    const piece = Buffer.alloc(frameBytes * FRAMES_AT_ONCE)
    for (let at = WalScan.HEADER_BYTES;; at += piece.length) {
      const frames = Math.floor(readSync(file, piece, 0, piece.length, at) / frameBytes)
      for (let frame = 0; frame < frames; frame++) scanner.add(viewOf(piece, frame * frameBytes, frameBytes))
      if (frames < FRAMES_AT_ONCE) return scanner.content()
    }
  } finally {
    closeSync(file)
  }
}

const viewOf = (bytes: Buffer, at = 0, length = bytes.length): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset + at, length)
