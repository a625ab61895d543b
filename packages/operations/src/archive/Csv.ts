/**
 * Tables for spreadsheets, by RFC 4180: a line ends by CR LF, and a cell is quoted where it has to be. Pure.
 *
 * **Details**: a spreadsheet takes a cell that begins with one of `= + - @`, a tab or a line break for a formula, and
 * runs it. Names of buyers and orders may begin so, and whoever orders chooses them: such a cell begins with `'`. Where
 * commas are for numbers, cells are separated by `;` or by tabs, so that what follows one begins a cell as well.
 */

/** What stands in a cell: a text of anybody's, a number of ours, or nothing. */
export type Cell = string | number | undefined

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u
/** A formula behind what separates cells elsewhere. */
const FORMULA_WITHIN = /([;\t\r\n])(?=[=+\-@＝＋－＠])/gu
const QUOTED = /[",\r\n]/

const textOf = (cell: Cell): string => {
  if (cell === undefined) return ""
  if (typeof cell === "number") return String(cell)
  return `${FORMULA.test(cell) ? "'" : ""}${cell.replaceAll(FORMULA_WITHIN, "$1'")}`
}

const cell = (content: Cell): string => {
  const text = textOf(content)
  return QUOTED.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text
}

/** One line with its end. */
export const line = (cells: ReadonlyArray<Cell>): string => `${cells.map(cell).join(",")}\r\n`
