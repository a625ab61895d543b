/**
 * What a write-ahead log of SQLite holds, by its own checksums (https://sqlite.org/fileformat2.html#walformat). SQLite
 * itself reads up to the first frame that does not verify, and says nothing of what comes behind it. Pure.
 */

export const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
/** The magic says in which byte order checksums are made. */
const MAGIC_LITTLE = 0x377f0682
const MAGIC_BIG = 0x377f0683
/** The pages of the embedded file: SQLite's default. Counts where the header is damaged. */
const PAGE_BYTES = 4_096
const MIN_PAGE_BYTES = 512
const MAX_PAGE_BYTES = 65_536

/** Two running sums over 32-bit words. */
interface Checksum {
  readonly left: number
  readonly right: number
}

/** What a log holds. Frames count from 1; frame 0 is the header. */
export interface WalContent {
  /** Frames up to the last commit that verifies from the header on: what SQLite reads. */
  readonly committed: number
  /** The first frame that does not verify, and its place in the file; undefined where all do. */
  readonly broken: { readonly frame: number; readonly byte: number } | undefined
  /**
   * Commits behind the broken frame that are whole: frames of this generation of the log, of which each follows from
   * the one before it. A write that was interrupted leaves none.
   */
  readonly commitsBehind: number
  /** Whether anything of this generation follows the last commit that SQLite reads. */
  readonly hasTail: boolean
}

/** One generation of the log: SQLite begins anew over old frames, with other salts. */
interface Generation {
  readonly pageBytes: number
  readonly isLittle: boolean
  readonly salts: readonly [number, number]
  readonly isWhole: boolean
  /** The checksum of the header as it should be, and as the header itself says. */
  readonly due: Checksum
  readonly said: Checksum
}

/** Takes frames in the order of the file. */
export interface WalScanner {
  /** How many bytes a frame has. */
  readonly frameBytes: number
  readonly add: (frame: DataView) => void
  readonly content: () => WalContent
}

/** `start` begins with the header. */
export const make = (start: DataView): WalScanner => {
  const generation = generationOf(start)
  const frameBytes = FRAME_HEADER_BYTES + generation.pageBytes
  let frame = 0
  let committed = 0
  let commitsBehind = 0
  let hasTail = false
  let broken: WalContent["broken"] = generation.isWhole ? undefined : { frame: 0, byte: 0 }
  // From which the next frame may follow: what the one before it says of itself, and what it should say.
  let said: Checksum | undefined = generation.said
  let due: Checksum | undefined = generation.due
  let salts = generation.salts
  return {
    frameBytes,
    add: (view) => {
      frame++
      const own = checksumAt(view, 16)
      const ownSalts = saltsAt(view, 8)
      const isOurs = ownSalts[0] === salts[0] && ownSalts[1] === salts[1]
      // A header that is damaged does not say which generation it is: each frame goes by the one before it.
      if (!generation.isWhole) salts = ownSalts
      const isCommit = view.getUint32(4) !== 0
      const follows = (before: Checksum | undefined) =>
        before !== undefined && isOurs && isSame(frameSum(view, generation, before), own)
      if (broken === undefined && follows(due)) {
        due = own
        hasTail = !isCommit
        if (isCommit) committed = frame
      } else {
        if (isOurs) hasTail = true
        if (broken !== undefined && isCommit && (follows(said) || follows(due))) commitsBehind++
        // A checksum that is damaged itself hides nothing: the next frame follows from what it should be.
        due = broken === undefined && isOurs && due !== undefined ? frameSum(view, generation, due) : undefined
        broken ??= { frame, byte: HEADER_BYTES + (frame - 1) * frameBytes }
      }
      said = own
    },
    // Frames of an earlier generation are none that are broken: the log has begun anew over them.
    content: () => ({ committed, commitsBehind, hasTail, broken: hasTail || commitsBehind > 0 ? broken : undefined })
  }
}

/** Scans a log that is in memory. */
export const scan = (bytes: Uint8Array): WalContent => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_BYTES) return EMPTY
  const scanner = make(view)
  const { frameBytes } = scanner
  for (let at = HEADER_BYTES; at + frameBytes <= bytes.length; at += frameBytes) {
    scanner.add(new DataView(bytes.buffer, bytes.byteOffset + at, frameBytes))
  }
  return scanner.content()
}

export const EMPTY: WalContent = { committed: 0, broken: undefined, commitsBehind: 0, hasTail: false }

const generationOf = (view: DataView): Generation => {
  const magic = view.getUint32(0)
  const isLittle = magic !== MAGIC_BIG
  const pageBytes = view.getUint32(8)
  const due = sum(view, 0, HEADER_BYTES - 8, isLittle, { left: 0, right: 0 })
  const said = checksumAt(view, 24)
  const isKnown = (magic === MAGIC_LITTLE || magic === MAGIC_BIG) && isPageSize(pageBytes)
  const salts = saltsAt(view, 16)
  return isKnown && isSame(due, said)
    ? { pageBytes, isLittle, salts, isWhole: true, due, said }
    : { pageBytes: PAGE_BYTES, isLittle: true, salts, isWhole: false, due, said }
}

const saltsAt = (view: DataView, at: number) => [view.getUint32(at), view.getUint32(at + 4)] as const

const isPageSize = (bytes: number): boolean =>
  bytes >= MIN_PAGE_BYTES && bytes <= MAX_PAGE_BYTES && (bytes & (bytes - 1)) === 0

const checksumAt = (view: DataView, at: number): Checksum => ({
  left: view.getUint32(at),
  right: view.getUint32(at + 4)
})

const isSame = (one: Checksum, other: Checksum): boolean => one.left === other.left && one.right === other.right

/** Of the first two words of the frame's header, and its page. */
const frameSum = (view: DataView, { isLittle, pageBytes }: Generation, before: Checksum): Checksum =>
  sum(view, FRAME_HEADER_BYTES, pageBytes, isLittle, sum(view, 0, 8, isLittle, before))

const sum = (view: DataView, at: number, length: number, isLittle: boolean, before: Checksum): Checksum => {
  let { left, right } = before
  for (let byte = at; byte < at + length; byte += 8) {
    left = (left + view.getUint32(byte, isLittle) + right) | 0
    right = (right + view.getUint32(byte + 4, isLittle) + left) | 0
  }
  return { left: left >>> 0, right: right >>> 0 }
}
