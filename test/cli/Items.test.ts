/** `flash-sale item` and the commands about every item, as they are typed beside a running engine. */
import { NodeServices } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import * as ItemCommand from "@flash-sale/cli/item/ItemCommand"
import * as Sale from "@flash-sale/cli/sale/Sale"
import * as Stock from "@flash-sale/cli/stock/Stock"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as Infra from "@flash-sale/infra/Infra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Context, Duration, Effect, Layer, Logger, Runtime } from "effect"
import { Command as Cli } from "effect/cli"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Folders from "../infra/sqlite/Folders.ts"
import * as CommandLine from "./CommandLine.ts"

const cli = Cli.runWith(
  Cli.make("flash-sale").pipe(Cli.withSubcommands([Stock.command, Sale.command, ItemCommand.command])),
  { version: "0.0.0" }
)
const type = CommandLine.runner(cli)

class Folder extends Context.Service<Folder, string>()("test/Folder") {}
const folderLayer = Layer.effect(Folder, Folders.temporary)
const typed = (line: string) => Effect.flatMap(Folder, (DATA_DIR) => type(line, { DATA_DIR }))

const codeOf = ({ failure, isSuccess }: CommandLine.CommandResult): number =>
  isSuccess ? 0 : Runtime.getErrorExitCode(failure)

/** The cells of each line of a table. */
const cells = ({ out }: CommandLine.CommandResult) => out.split("\n").map((line) => line.split(/ {2,}/))
const objects = ({ out }: CommandLine.CommandResult): ReadonlyArray<Record<string, unknown>> =>
  out.split("\n").map((line) => JSON.parse(line))

/** A file with this text, beside the engine's. */
const file = Effect.fnUntraced(function*(name: string, text: string) {
  const path = join(yield* Folders.temporary, name)
  yield* Effect.promise(() => writeFile(path, text))
  return path
})

const engine = Layer.unwrap(Effect.map(Folder, (dataDir) =>
  Processor.layer.pipe(
    Layer.provide(ProcessorState.layer),
    Layer.provideMerge(Layer.mergeAll(
      Infra.layerEmbedded({ dataDir }),
      Infra.layerPayments({ failureRate: 0, latency: Duration.millis(1) })
    )),
    Layer.provide(Logger.layer([]))
  )))

/** A command for all items names the partitions that are not, and the first commands may come before they are. */
const untilRecovered = Effect.gen(function*() {
  const [log, marks] = [yield* OrderLog, yield* RecoveryMarks]
  const partitions = Array.from({ length: yield* log.partitions }, (_, at) => PartitionId.make(at))
  const found = Effect.forEach(partitions, (partition) => marks.read(partition))
  yield* Effect.repeat(found, { until: (all) => all.every((mark) => mark !== undefined) })
})

layer(Layer.provideMerge(engine, Layer.merge(folderLayer, NodeServices.layer)), { excludeTestServices: true })(
  "flash-sale item beside a running engine",
  (it) => {
    it.effect("items are listed with their counts and their sale, and paused and resumed all at once", () =>
      Effect.gen(function*() {
        expect((yield* typed("item list")).out).toBe("no items")
        yield* untilRecovered
        yield* typed("stock set shoes 10")
        yield* typed("stock set mug 5")
        yield* typed("sale price mug 12.50 EUR")
        const table = cells(yield* typed("item list"))
        expect(table[0]).toEqual(["ITEM", "AVAILABLE", "HELD", "SOLD", "PUT IN", "PARTITION", "POSITION"])
        expect(table.slice(1).map((row) => row.slice(0, 5)).toSorted()).toEqual([
          ["mug", "5", "0", "0", "5"],
          ["shoes", "10", "0", "0", "10"]
        ])
        expect(objects(yield* typed("item list --json")).map(({ item_id }) => item_id).toSorted()).toEqual([
          "mug",
          "shoes"
        ])
        expect((yield* typed("item list --limit 1")).out).toMatch(/\nand more: --limit$/)
        expect(objects(yield* typed("item show mug --json"))[0]).toMatchObject({
          item_id: "mug",
          available: 5,
          stocked: 5,
          sale: { paused: false, price: 1_250, currency: "EUR" }
        })
        expect((yield* typed("item show typo")).complaint).toContain("item typo is not known")

        expect((yield* typed("sale pause --all --reason flood")).out).toBe("paused 2 of 2 items")
        const paused = Effect.map(typed("sale list"), (result) => cells(result).slice(1).map(([, state]) => state))
        yield* Effect.repeat(paused, { until: (states) => states.every((state) => state === "paused") })
        expect(objects(yield* typed("sale resume --all --json"))).toEqual([{ total: 2, done: 2, failed: [] }])
        yield* Effect.repeat(paused, { until: (states) => states.every((state) => state === "open") })
        expect(codeOf(yield* typed("sale pause"))).toBe(2)
        expect((yield* typed("sale pause mug --all")).complaint).toBe("flash-sale: either an item or --all: not both")
      }))

    it.effect("what a change and a look print is an object with --json", () =>
      Effect.gen(function*() {
        const lines = [
          "stock set cap 3 --json",
          "stock add cap 1 --json",
          "stock get cap --json",
          "sale show cap --json"
        ]
        for (const [index, line] of lines.entries()) {
          expect(objects(yield* typed(line))[0]).toMatchObject({ item_id: "cap", available: index === 0 ? 3 : 4 })
        }
        expect(objects(yield* typed("sale limit cap 2 --json"))[0]).toMatchObject({ sale: { per_user_limit: 2 } })
      }))

    it.effect("a file of items is brought in, and a second time adds nothing", () =>
      Effect.gen(function*() {
        const path = yield* file(
          "items.csv",
          "\ufeffitem_id,stock,price,currency,limit,opens_at,closes_at\r\n" +
            "\"pen\",7,1.20,EUR,2,2026-12-01T18:00:00+01:00,\r\n" +
            "hat,0,,,,,\r\n"
        )
        const dry = yield* typed(`item import ${path} --dry-run`)
        expect(dry.out.split("\n")).toEqual([
          "item pen (new): stock 7, price 1.20 EUR, limit 2, opens_at 2026-12-01T17:00:00.000Z",
          "item hat (new): stock 0",
          "2 items; nothing was changed"
        ])
        expect((yield* typed("item show pen")).isSuccess).toBe(false)
        const done = yield* typed(`item import ${path} --reason autumn`)
        expect([done.isSuccess, done.out.split("\n").at(-1)]).toEqual([true, "imported 2 items"])
        expect(objects(yield* typed("item show pen --json"))[0]).toMatchObject({
          available: 7,
          sale: { price: 120, currency: "EUR", per_user_limit: 2, opens_at: "2026-12-01T17:00:00.000Z" }
        })
        yield* typed("stock add pen 3")
        const again = yield* typed(`item import ${path}`)
        expect(again.out.split("\n")).toEqual([
          "item pen: stock 7",
          "item hat: stock 0",
          "imported 0 items, 2 unchanged: this file was imported before"
        ])
        expect(objects(yield* typed("item show pen --json"))[0]).toMatchObject({ available: 10 })
        expect(objects(yield* typed(`item import ${path} --json`))).toMatchObject([
          { item_id: "pen", result: "unchanged" },
          { item_id: "hat", result: "unchanged" }
        ])
        // Another file is another import.
        const other = yield* file("other.csv", "item_id,stock\npen,7\n")
        expect(objects(yield* typed(`item import ${other} --json`))).toMatchObject([{
          item_id: "pen",
          result: "recorded"
        }])
        expect(objects(yield* typed("item show pen --json"))[0]).toMatchObject({ available: 7 })
      }))

    it.effect("how long holds last is brought in as well, by the rules that know it", () =>
      Effect.gen(function*() {
        const path = yield* file("holds.csv", "item_id,stock,hold_seconds,max_hold_seconds\nshop.1,3,90,\nmat,3,,900\n")
        const done = yield* typed(`item import ${path}`)
        expect(done.out.split("\n")).toEqual([
          "item shop.1 (new): stock 3, hold_seconds 90",
          "item mat (new): stock 3, max_hold_seconds 900",
          "imported 2 items"
        ])
        expect(objects(yield* typed("item show shop.1 --json"))[0]).toMatchObject({
          available: 3,
          sale: { hold_seconds: 90 }
        })
        expect(objects(yield* typed("item show mat --json"))[0]).toMatchObject({ sale: { max_hold_seconds: 900 } })
        const wrong = yield* file("long.csv", "item_id,stock,hold_seconds,max_hold_seconds\nmat,1,3601,0\ncup,1,9,8\n")
        expect((yield* typed(`item import ${wrong}`)).complaint.split("\n").map((line) => line.split("csv ")[1]))
          .toEqual([
            "line 2, hold_seconds: \"3601\" is not a whole number from 1 to 3600",
            "line 2, max_hold_seconds: \"0\" is not a whole number from 1 to 3600",
            "line 3, hold_seconds: is longer than max_hold_seconds",
            undefined
          ])
      }))

    it.effect("every wrong cell is named by its line and its column, and nothing is done", () =>
      Effect.gen(function*() {
        const path = yield* file(
          "wrong.csv",
          "item_id,stock,price,currency,limit,opens_at,closes_at\n" +
            "fine,1,,,,,\n" +
            "a:b,many,1,EUR,0,soon,\n" +
            "fine,-1,1.5,JPY,,2026-12-02T00:00:00Z,2026-12-01T00:00:00Z\n" +
            "bare,,,,,,\n" +
            "short,1\n" +
            "money,1,,EUR,,,\n"
        )
        const { complaint, failure, isSuccess, out } = yield* typed(`item import ${path}`)
        expect([isSuccess, out, Runtime.getErrorExitCode(failure)]).toEqual([false, "", 2])
        expect(complaint.replaceAll(path, "FILE").split("\n").map((line) => line.replace("flash-sale: ", ""))).toEqual([
          "FILE line 3, item_id: \"a:b\" is not 1 to 100 letters, digits, '_', '.' and '-'",
          "FILE line 3, stock: \"many\" is not a whole number from 0 to 1000000000",
          "FILE line 3, limit: \"0\" is not a whole number from 1 to 1000000000",
          "FILE line 3, opens_at: \"soon\" is not a time such as 2026-11-27T10:00:00Z (with its zone)",
          "FILE line 4, stock: \"-1\" is not a whole number from 0 to 1000000000",
          "FILE line 4, closes_at: is not after opens_at: nobody could buy",
          "FILE line 4, price: \"1.5\" is not a whole amount such as 1999, up to 1000000000000 JPY",
          "FILE line 4, item_id: fine is on line 2 already",
          "FILE line 5, stock: nothing is said of this item but its name",
          "FILE line 6: 2 cells under 7 columns",
          "FILE line 7, price: is missing: a price comes with its currency",
          "nothing was changed"
        ])
        expect((yield* typed("item show fine")).isSuccess).toBe(false)
      }))

    it.effect("a file without a header, with a strange one, or that is no CSV is refused in words", () =>
      Effect.gen(function*() {
        const table: ReadonlyArray<readonly [string, string]> = [
          ["", "is empty: its first line names the columns, such as item_id,stock"],
          ["pen,7\n", "line 1: the header row has no column item_id"],
          ["item_id,stok\npen,7\n", "line 1: no column is called \"stok\""],
          ["item_id,item_id\npen,7\n", "line 1: column item_id comes twice"],
          ["item_id;stock\npen;7\n", "line 1: the columns are separated by ';', and must be by ','"],
          ["item_id,stock\n\"pen,7\n", "is not CSV: "]
        ]
        for (const [text, words] of table) {
          const path = yield* file("one.csv", text)
          const refused = yield* typed(`item import ${path}`)
          expect([text, codeOf(refused)]).toEqual([text, 2])
          expect(refused.complaint).toContain(words)
        }
        const gone = yield* typed("item import /nowhere/items.csv")
        expect([codeOf(gone), gone.complaint]).toEqual([
          2,
          expect.stringMatching(/^(flash-sale: )?\/nowhere\/items.csv cannot be read: there is no such file$/)
        ])
      }))
  }
)
