/** Splits a text that comes in pieces into lines, which end with CR, LF or CRLF. */

/** The longest line, in UTF-16 units. The engine's are shorter than 2,000. */
export const MAX_LINE = 64 * 1024

/** A line is longer than any of the engine's. */
export class TooLong extends Error {
  constructor(what: string, most: number) {
    super(`${what} is longer than ${most} characters`)
    this.name = "TooLong"
  }
}

export class LineSplitter {
  readonly #most: number
  #line = ""
  /** A CR has ended the last line; an LF right after it belongs to it. */
  #isAfterCr = false

  /** `most` is the longest line that is taken. */
  constructor(most = MAX_LINE) {
    this.#most = most
  }

  /** The lines that this piece completes, without their ends. Throws `TooLong`. */
  push(piece: string): ReadonlyArray<string> {
    if (piece === "") return []
    const text = this.#isAfterCr && piece.startsWith("\n") ? piece.slice(1) : piece
    this.#isAfterCr = piece.endsWith("\r")
    const [first = "", ...others] = text.split(/\r\n|\r|\n/)
    const lines = [this.#line + first, ...others]
    if (lines.some(({ length }) => length > this.#most)) throw new TooLong("a line of the stream", this.#most)
    this.#line = lines.pop() ?? ""
    return lines
  }
}
