/** Aligned columns under their headings, as a person reads them. */

const GAP = "  "

/** What stands where there is nothing. */
export const ABSENT = "-"

/** One line for the headings, and one for each row. */
export const show = (headings: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(...all.map((cells) => cells[column]!.length)))
  return all.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column]!)).join(GAP).trimEnd()).join("\n")
}

/** Without characters that move a terminal's cursor or hide text: other programs may write the topics. */
export const harmless = (text: string): string =>
  text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
