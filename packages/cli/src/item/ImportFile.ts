/** A file of items in CSV (RFC 4180): read whole, and refused whole where one of its cells is wrong. */
import { CommandId } from "@flash-sale/domain/records/Command"
import type { WantedItem } from "@flash-sale/operations/items/ItemImport"
import { CsvError, parse } from "csv-parse/sync"
import { Result, Schema } from "effect"
import { createHash } from "node:crypto"
import * as ImportCells from "./ImportCells.ts"

/** The largest file, in bytes. */
export const MAX_BYTES = 16 * 1_024 * 1_024
/** The most items of one file. */
export const MAX_ITEMS = 100_000
/** Cells that are named as wrong; the others are counted. */
const MAX_NAMED = 50
/** Hexadecimal digits of a command's name. */
const NAME_DIGITS = 48

/** Rows of texts, each with the number of its line. */
const Rows = Schema.Array(
  Schema.Struct({ record: Schema.Array(Schema.String), info: Schema.Struct({ lines: Schema.Int }) })
)
const decodeRows = Schema.decodeUnknownSync(Rows)

interface Row {
  readonly line: number
  readonly cells: ReadonlyArray<string>
}

const rowsOf = (bytes: Uint8Array): Result.Result<ReadonlyArray<Row>, string> => {
  try {
    const options = { bom: true, info: true, trim: true, skip_empty_lines: true, relax_column_count: true }
    const rows = decodeRows(parse(Buffer.from(bytes), options))
    return Result.succeed(rows.map(({ info, record }) => ({ line: info.lines, cells: record })))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return Result.fail(`is not CSV: ${error.message}`)
  }
}

const isColumn = (name: string): name is ImportCells.Column => ImportCells.COLUMNS.some((column) => column === name)

/** What is wrong with the header; none where nothing is. */
const headerProblems = (header: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (header.length === 1 && header[0]?.includes(";") === true) {
    return ["line 1: the columns are separated by ';', and must be by ','"]
  }
  const unknown = header.filter((name) => !isColumn(name))
  const twice = header.filter((name, index) => header.indexOf(name) !== index)
  return [
    ...(header.includes("item_id") ? [] : ["line 1: the header row has no column item_id"]),
    ...unknown.map((name) => `line 1: no column is called ${JSON.stringify(name)}: ${ImportCells.COLUMNS.join(", ")}`),
    ...twice.map((name) => `line 1: column ${name} comes twice`)
  ]
}

/** The same each time for a line of the same file. */
const commandOf = (digest: string, line: number): CommandId =>
  CommandId.make(
    `import-${createHash("sha256").update(`${digest} ${line}`).digest("hex").slice(0, NAME_DIGITS)}`
  )

/** The items of the file; fails with a line for each cell that is wrong. */
export const read = (bytes: Uint8Array): Result.Result<ReadonlyArray<WantedItem>, ReadonlyArray<string>> => {
  const rows = rowsOf(bytes)
  if (Result.isFailure(rows)) return Result.fail([rows.failure])
  const [header, ...lines] = rows.success
  if (header === undefined) return Result.fail(["is empty: its first line names the columns, such as item_id,stock"])
  const wrongHeader = headerProblems(header.cells)
  if (wrongHeader.length > 0) return Result.fail(wrongHeader)
  if (lines.length > MAX_ITEMS) return Result.fail([`has ${lines.length} items, and may have ${MAX_ITEMS}`])
  return itemsOf(header.cells, lines, createHash("sha256").update(bytes).digest("hex"))
}

const itemsOf = (header: ReadonlyArray<string>, lines: ReadonlyArray<Row>, digest: string) => {
  const wrong: Array<string> = []
  const firstLines = new Map<string, number>()
  const items = lines.flatMap(({ cells: texts, line }): ReadonlyArray<WantedItem> => {
    const onWrong: ImportCells.OnWrong = (column, message) => void wrong.push(`line ${line}, ${column}: ${message}`)
    if (texts.length !== header.length) wrong.push(`line ${line}: ${texts.length} cells under ${header.length} columns`)
    const cells: ImportCells.Cells = Object.fromEntries(
      header.flatMap((name, index) => {
        const text = texts[index] ?? ""
        return text === "" ? [] : [[name, text] as const]
      })
    )
    const itemId = ImportCells.itemId(cells, onWrong)
    const stock = ImportCells.stock(cells, onWrong)
    const patch = ImportCells.patch(cells, onWrong)
    if (itemId === undefined) return []
    const first = firstLines.get(itemId)
    if (first !== undefined) onWrong("item_id", `${itemId} is on line ${first} already`)
    else firstLines.set(itemId, line)
    if (stock === undefined && Object.keys(patch).length === 0) {
      onWrong("stock", "nothing is said of this item but its name")
    }
    return [{ itemId, stock, patch, command: commandOf(digest, line) }]
  })
  if (wrong.length === 0) return Result.succeed(items)
  const more = wrong.length > MAX_NAMED ? [`and ${wrong.length - MAX_NAMED} more`] : []
  return Result.fail([...wrong.slice(0, MAX_NAMED), ...more])
}
