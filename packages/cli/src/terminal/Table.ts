/** Aligned columns under their headings, as a person reads them. */

const GAP = "  "

/** What stands where there is nothing. */
export const ABSENT = "-"

/** A line for each row, without headings. All have as many cells. */
export const lines = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)))
  return rows.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column]!)).join(GAP).trimEnd()).join("\n")
}

/** One line for the headings, and one for each row. */
export const show = (headings: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  lines([headings, ...rows])

/** Without characters that move a terminal's cursor or hide text: other programs may write the topics. */
export const harmless = (text: string): string =>
  text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
