/** `flash-sale recover` as it is typed, on an embedded file. */
import { NodeServices } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import * as Reconcile from "@flash-sale/cli/reconcile/Reconcile"
import * as Recover from "@flash-sale/cli/recover/Recover"
import * as Infra from "@flash-sale/infra/Infra"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import * as HighWaterMark from "@flash-sale/infra/sqlite/database/HighWaterMark"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Context, Duration, Effect, Layer, Logger } from "effect"
import { Command as Cli } from "effect/cli"
import { rmSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "../infra/sqlite/Folders.ts"
import * as CommandLine from "./CommandLine.ts"
import * as ItemSales from "./ItemSales.ts"

const TEST_TIMEOUT = 30_000
const ITEMS = ["shoes", "socks", "hats"]

class Folder extends Context.Service<Folder, string>()("test/Folder") {}

const type = CommandLine.runner(Cli.runWith(
  Cli.make("flash-sale").pipe(Cli.withSubcommands([Reconcile.command, Recover.command])),
  { version: "0.0.0" }
))
const typed = (line: string, env: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(Folder, (folder) => type(line, { DATA_DIR: folder, ...env }))

const engine = (dataDir: string) =>
  Processor.layer.pipe(
    Layer.provide(ProcessorState.layer),
    Layer.provideMerge(Layer.mergeAll(
      Infra.layerEmbedded({ dataDir }),
      Infra.layerPayments({ failureRate: 0, latency: Duration.millis(1) })
    )),
    Layer.provide(Logger.layer([]))
  )

/** All that is folded in the file, in an order of its own. */
const folded = Effect.map(Folder, (folder) => {
  const connection = Connection.open(join(folder, "engine.sqlite"), 5_000)
  const tables = ["items", "orders", "turned", "buyers", "commands"]
  const rows = tables.map((table) => connection.all(`SELECT * FROM ${table} ORDER BY 1, 2`))
  connection.close()
  return rows
})

const damage = (sql: string) =>
  Effect.map(Folder, (folder) => {
    const connection = Connection.open(join(folder, "engine.sqlite"), 5_000)
    connection.script(sql)
    connection.close()
  })

/** What is damaged in the log is not to be known from the mark beside it. */
const unmark = Effect.map(Folder, (folder) => rmSync(join(folder, HighWaterMark.FILE_NAME)))

const folderLayer = Layer.effect(Folder, Folders.temporary)

layer(Layer.merge(folderLayer, NodeServices.layer), { excludeTestServices: true })(
  "flash-sale recover on the embedded file",
  (it) => {
    it.effect("recover builds the tables again, to the same state, while no engine runs", () =>
      Effect.gen(function*() {
        const folder = yield* Folder
        const refused = yield* Effect.gen(function*() {
          yield* ItemSales.sell(ITEMS, 4)
          return yield* typed("recover")
        }).pipe(Effect.provide(engine(folder)))
        expect(refused).toMatchObject({
          isSuccess: false,
          complaint: `flash-sale: another engine works in the folder ${folder}: stop it, or choose another DATA_DIR`
        })
        const before = yield* folded
        const rehearsed = yield* typed("recover --dry-run")
        expect(rehearsed).toMatchObject({ isSuccess: true, complaint: "" })
        expect(rehearsed.out).toMatch(
          /^\d+ records of 4 partitions would be folded into the tables of the embedded file: .* Nothing was changed$/
        )
        expect(yield* folded).toEqual(before)

        yield* damage("UPDATE items SET available = 99; DELETE FROM orders; DELETE FROM turned; DELETE FROM marks")
        expect(yield* typed("recover --compare")).toMatchObject({ isSuccess: false })
        const recovered = yield* typed("recover")
        expect(recovered).toMatchObject({ isSuccess: true, complaint: "" })
        expect(recovered.out).toMatch(/records folded\n\d+ records of 4 partitions folded into the embedded file in /)
        expect(yield* folded).toEqual(before)
        expect(yield* typed("recover --compare")).toMatchObject({ isSuccess: true })

        yield* Effect.provide(ItemSales.sell(["gloves"], 4), engine(folder))
        expect(yield* typed("reconcile")).toMatchObject({ isSuccess: true })
      }), TEST_TIMEOUT)

    it.effect("recover refuses a log that is not whole, and changes nothing", () =>
      Effect.gen(function*() {
        const before = yield* folded
        yield* damage("CREATE TABLE kept AS SELECT * FROM log; DELETE FROM log WHERE offset > 2")
        yield* unmark
        const short = yield* typed("recover")
        expect(short.isSuccess).toBe(false)
        expect(short.complaint).toMatch(/partition \d: the log ends at 3, but processors have read it up to \d+/)
        expect(short.complaint).toMatch(
          /partition \d: the log ends at 3, but the embedded file has folded it up to \d+/
        )
        expect(short.complaint).toContain("nothing was folded: bring back a log that is whole")
        yield* damage("INSERT OR IGNORE INTO log SELECT * FROM kept; DELETE FROM log WHERE offset = 0")
        const cut = yield* typed("recover")
        expect(cut.complaint).toMatch(/partition \d: the log begins at 1; what came before cannot be folded again/)
        expect(yield* folded).toEqual(before)
      }), TEST_TIMEOUT)

    it.effect("recover --to is refused for the embedded file", () =>
      Effect.gen(function*() {
        expect(yield* typed("recover --to localhost:6379")).toMatchObject({
          isSuccess: false,
          complaint: "flash-sale: --to names a Redis, and the embedded file has none"
        })
      }))
  }
)

layer(Layer.merge(folderLayer, NodeServices.layer), { excludeTestServices: true })(
  "flash-sale recover on Kafka and Redis",
  (it) => {
    const env = { REDIS_ADDR: "127.0.0.1:1", KAFKA_ADDR: "127.0.0.1:1" }
    const type = CommandLine.runner(Cli.runWith(Recover.command, { version: "0.0.0" }))

    it.effect("recover leaves the engine's own Redis to its processors", () =>
      Effect.gen(function*() {
        for (const line of ["--to 127.0.0.1:1", ""]) {
          const { complaint, isSuccess } = yield* type(line, env)
          expect(isSuccess).toBe(false)
          expect(complaint).toContain("the engine's own Redis is folded again by its processors")
        }
        expect((yield* type("--to nowhere", env)).complaint).toContain("--to: \"nowhere\" is not an address")
      }))
  }
)
