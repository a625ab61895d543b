/** Figures, and in columns. */
const WIDTH = 14

export const row = (cells: ReadonlyArray<string | number>): string =>
  cells.map((cell) => String(cell).padStart(WIDTH)).join("")

export const print = (cells: ReadonlyArray<string | number>): void => {
  process.stdout.write(`${row(cells)}\n`)
}

/** The middle one; of an even number the mean of the two in the middle. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
