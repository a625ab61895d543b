/** Figures in columns. */
const WIDTH = 14

export const row = (cells: ReadonlyArray<string | number>): string =>
  cells.map((cell) => String(cell).padStart(WIDTH)).join("")

export const print = (cells: ReadonlyArray<string | number>): void => {
  process.stdout.write(`${row(cells)}\n`)
}
