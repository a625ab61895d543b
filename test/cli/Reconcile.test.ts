/** `flash-sale reconcile` as it is typed, on an embedded file with and without an engine. */
import { NodeServices } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import * as Reconcile from "@flash-sale/cli/reconcile/Reconcile"
import * as Infra from "@flash-sale/infra/Infra"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Context, Duration, Effect, Layer, Logger } from "effect"
import { Command as Cli } from "effect/cli"
import { join } from "node:path"
import * as Folders from "../infra/sqlite/Folders.ts"
import * as CommandLine from "./CommandLine.ts"
import * as ItemSales from "./ItemSales.ts"

const TEST_TIMEOUT = 30_000

class Folder extends Context.Service<Folder, string>()("test/Folder") {}

const type = CommandLine.runner(Cli.runWith(
  Cli.make("flash-sale").pipe(Cli.withSubcommands([Reconcile.command])),
  { version: "0.0.0" }
))
const typed = (line: string) => Effect.flatMap(Folder, (folder) => type(line, { DATA_DIR: folder }))

const engine = (dataDir: string) =>
  Processor.layer.pipe(
    Layer.provide(ProcessorState.layer),
    Layer.provideMerge(Layer.mergeAll(
      Infra.layerEmbedded({ dataDir }),
      Infra.layerPayments({ failureRate: 0, latency: Duration.millis(1) })
    )),
    Layer.provide(Logger.layer([]))
  )

/** Somebody's hand in the file. */
const damage = (sql: string) =>
  Effect.map(Folder, (folder) => {
    const connection = Connection.open(join(folder, "engine.sqlite"), 5_000)
    connection.script(sql)
    connection.close()
  })

const folderLayer = Layer.effect(Folder, Folders.temporary)
const running = Layer.unwrap(Effect.map(Folder, engine))

layer(Layer.provideMerge(running, Layer.merge(folderLayer, NodeServices.layer)), { excludeTestServices: true })(
  "flash-sale reconcile beside a running engine",
  (it) => {
    it.effect("reconcile finds a damaged item, repairs it, and then all agree again", () =>
      Effect.gen(function*() {
        yield* ItemSales.sell(["shoes", "socks", "hats"], 8)
        const before = yield* typed("reconcile")
        expect(before).toMatchObject({ isSuccess: true, complaint: "" })
        expect(before.out).toContain("3 items compared, 0 differ")

        yield* damage("UPDATE items SET available = 80 WHERE name = 'shoes'")
        yield* damage(
          "DELETE FROM orders WHERE request = 'shoes-1'; UPDATE orders SET state = 'held' WHERE request = 'shoes-2'"
        )
        const found = yield* typed("reconcile --item shoes")
        expect(found).toMatchObject({
          isSuccess: false,
          complaint: "flash-sale: items that differ from the log: 1; --apply has them folded again"
        })
        expect(found.out).toContain("item shoes, partition ")
        expect(found.out).toContain(`available: log "2", store "80"`)
        expect(found.out).toMatch(/order shoes-1: log sold 1 for u-1, attempt 1, placed at \d+, store nothing/)
        expect(found.out).toMatch(/order shoes-2: log sold 1 for u-2, .*, store held 1 for u-2, /)
        expect(yield* typed("reconcile --item socks")).toMatchObject({ isSuccess: true })

        const repaired = yield* typed("reconcile --apply")
        expect(repaired.isSuccess).toBe(true)
        expect(repaired.out).toContain("item shoes: its fold is taken away, and recorded")
        expect(repaired.out).toContain(": folded again")
        expect(yield* typed("reconcile")).toMatchObject({ isSuccess: true })
      }), TEST_TIMEOUT)
  }
)

layer(Layer.merge(folderLayer, NodeServices.layer), { excludeTestServices: true })("without an engine", (it) => {
  it.effect("a repair waits for the next one, and is on record", () =>
    Effect.gen(function*() {
      const folder = yield* Folder
      yield* Effect.provide(ItemSales.sell(["shoes", "socks"], 5), engine(folder))
      expect(yield* typed("reconcile")).toMatchObject({ isSuccess: true })
      yield* damage(
        "UPDATE items SET sold = 9, put = 9 WHERE name = 'socks'; DELETE FROM turned WHERE request = 'socks-5'"
      )
      const repaired = yield* typed("reconcile --item socks --apply")
      expect(repaired.out).toContain("is folded again when a processor runs")
      const waiting = yield* typed("reconcile --item socks")
      expect(waiting.isSuccess).toBe(false)
      expect(waiting.out).toContain("carries no mark: a processor folds it to its end when it runs")
      expect(waiting.complaint).toBe("flash-sale: partitions that are not wholly compared: 1")
      yield* Effect.provide(ItemSales.settled(["shoes", "socks"], 5), engine(folder))
      expect(yield* typed("reconcile")).toMatchObject({ isSuccess: true })
      const connection = Connection.open(join(folder, "engine.sqlite"), 5_000)
      const rows = connection.all("SELECT item, why FROM repairs")
      connection.close()
      expect(rows).toHaveLength(1)
      expect(rows[0]).toMatchObject({ item: "socks", why: expect.stringContaining("sold: log") })
    }), TEST_TIMEOUT)

  it.effect(
    "items with a past before the log's beginning cannot be compared, and are never taken away",
    () =>
      Effect.gen(function*() {
        const folder = yield* Folder
        yield* Effect.provide(ItemSales.sell(["gloves"], 4), engine(folder))
        // The stock of shoes and socks came first in their partitions; that of gloves may have come later.
        yield* damage("DELETE FROM log WHERE offset = 0")
        const trimmed = yield* typed("reconcile --item shoes --apply")
        expect(trimmed.isSuccess).toBe(false)
        expect(trimmed.out).toMatch(
          /partition \d: the log begins at 1, so what came before cannot be folded again: 1 items cannot be compared\./
        )
        expect(trimmed.out).toContain("flash-sale recover --compare --to host:port")
        expect(trimmed.out).toContain("0 items compared, 0 differ")
        expect(trimmed.complaint).toBe("flash-sale: partitions that are not wholly compared: 1")

        yield* damage("UPDATE items SET sold = sold + 1 WHERE name = 'shoes'")
        const wrong = yield* typed("reconcile --apply")
        expect(wrong.out).not.toContain("is taken away")
        expect(wrong.complaint).toMatch(/partitions that are not wholly compared: \d/)
        const connection = Connection.open(join(folder, "engine.sqlite"), 5_000)
        const rows = connection.all("SELECT item, why FROM repairs")
        connection.close()
        expect(rows).toHaveLength(1)
        expect(rows[0]).toMatchObject({ item: "socks", why: expect.stringContaining("sold: log") })
      }),
    TEST_TIMEOUT
  )
})
