/** `flash-sale recover --accept-log` as it is typed, beside an engine whose log was cut. */
import { NodeServices } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import * as Reconcile from "@flash-sale/cli/reconcile/Reconcile"
import * as Accept from "@flash-sale/cli/recover/Accept"
import * as Recover from "@flash-sale/cli/recover/Recover"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import * as Infra from "@flash-sale/infra/Infra"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import * as HighWaterMark from "@flash-sale/infra/sqlite/database/HighWaterMark"
import { Console, Effect, Layer, Logger } from "effect"
import { Command as Cli } from "effect/cli"
import { TestConsole } from "effect/testing"
import { rmSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "../infra/sqlite/Folders.ts"
import * as CommandLine from "./CommandLine.ts"
import * as CutLog from "./CutLog.ts"
import * as ItemSales from "./ItemSales.ts"

/** Beside each other: they mostly wait, for an engine to hand over and for one that does not run. */
const OPTIONS = { timeout: 30_000, concurrent: true }
const PARTITIONS = 4
const UNITS = 4
const partition = home(ItemId.make("shoes"), PARTITIONS)

const type = CommandLine.runner(Cli.runWith(
  Cli.make("flash-sale").pipe(Cli.withSubcommands([Reconcile.command, Recover.command])),
  { version: "0.0.0" }
))

const inFile = <A>(folder: string, look: (connection: Connection.Connection) => A) =>
  Effect.sync(() => {
    const connection = Connection.open(join(folder, "engine.sqlite"), 5_000)
    const found = look(connection)
    connection.close()
    return found
  })

/** All that is folded and committed. */
const state = (folder: string) =>
  inFile(
    folder,
    (connection) =>
      ["items", "orders", "turned", "marks", "commits"].map((table) =>
        connection.all(`SELECT * FROM ${table} ORDER BY 1, 2`)
      )
  )

/** Everything after the first two orders is gone from the log, and nothing beside it says so. */
const cut = (folder: string) =>
  inFile(folder, (connection) => {
    connection.script(`DELETE FROM log WHERE partition = ${partition} AND offset > 2`)
    rmSync(join(folder, HighWaterMark.FILE_NAME))
  })

const engineOf = (folder: string, charges: ReturnType<typeof CutLog.makeCharges>) =>
  CutLog.processor(charges.layer).pipe(
    Layer.provideMerge(Infra.layerEmbedded({ dataDir: folder })),
    Layer.provide(Logger.layer([]))
  )

/** A folder in which four pairs of shoes were sold, an engine for it, and the charges of that engine. */
const sold = Effect.gen(function*() {
  const folder = yield* Folders.temporary
  const charges = CutLog.makeCharges()
  const engine = engineOf(folder, charges)
  yield* Effect.provide(ItemSales.sell(["shoes"], UNITS), engine)
  expect(charges.keys.size).toBe(UNITS)
  charges.keys.clear()
  return { folder, engine, charges: charges.keys, typed: (line: string) => type(line, { DATA_DIR: folder }) }
})

const ANOTHER_RECORD = "the log holds another record at \\d+ than the one that .*"
const REMEDY = "bring back the log and the store that fit each other, or accept the log as it is: " +
  `flash-sale recover --accept-log --partition ${partition}`

layer(NodeServices.layer, { excludeTestServices: true })(
  "flash-sale recover --accept-log on the embedded file",
  (it) => {
    it.effect("a log that was cut and written on is refused until it is accepted", () =>
      Effect.gen(function*() {
        const { charges, engine, folder, typed } = yield* sold
        yield* cut(folder)
        const beside = Infra.layerEmbeddedBeside({ dataDir: folder })
        yield* Effect.provide(ItemSales.append(["shoes"], 0, ["late"]), beside)
        yield* Effect.provide(ItemSales.append(["shoes"], 0, ["later"]), beside)
        const before = yield* state(folder)
        yield* Effect.gen(function*() {
          const { problems, status } = yield* CutLog.refused
          expect([status, problems]).toEqual(["unhealthy", [
            expect.stringMatching(
              new RegExp(`^partition ${partition}: replaced_log: ${ANOTHER_RECORD}; ${REMEDY}$`)
            )
          ]])
          expect(yield* typed("recover --accept-log --partition 4 --yes")).toMatchObject({
            complaint: "flash-sale: --partition 4: the log has partitions 0 to 3"
          })
          for (
            const line of ["recover --accept-log", `recover --accept-log --partition ${partition} --yes --dry-run`]
          ) {
            const rehearsed = yield* typed(line)
            expect(rehearsed).toMatchObject({
              isSuccess: false,
              complaint: "flash-sale: nothing was changed; --yes accepts the log as it is, and cannot be undone"
            })
            expect(rehearsed.out).toContain([
              "  2 orders that held units in the store are lost",
              "    order shoes-2, item shoes: sold 1 for u-2",
              "    order shoes-3, item shoes: sold 1 for u-3",
              "  units available + held + sold change",
              "    item shoes: 0 + 0 + 4 in the store, 0 + 4 + 0 by the log"
            ].join("\n"))
          }
          expect(yield* state(folder)).toEqual(before)
          expect([...charges]).toEqual([])

          const accepted = yield* typed(`recover --accept-log --partition ${partition} --yes`)
          expect(accepted).toMatchObject({ isSuccess: true, complaint: "" })
          expect(accepted.out).toContain(
            `partition ${partition}: the log is accepted from 0 to 17; 1 items are taken away`
          )
          expect(accepted.out).toContain(`partition ${partition}: folded again`)
          yield* CutLog.running(PARTITIONS)
          yield* ItemSales.settled(["shoes"], UNITS)
          expect(yield* CutLog.fate("late-1")).toBe("COMPLETED")
          expect(yield* CutLog.fate("later-5")).toBe("FAILED_SOLD_OUT")
          expect([...charges].toSorted()).toEqual(
            ["late-0", "late-1", "shoes-0", "shoes-1"].map((order) => `shoes:${order}:1`)
          )
          expect(yield* typed("reconcile")).toMatchObject({ isSuccess: true })
          expect(yield* typed("recover --accept-log --yes")).toMatchObject({
            isSuccess: true,
            out: "log and store fit each other: there is nothing to accept"
          })
        }).pipe(Effect.provide(engine))
        expect(yield* inFile(folder, (connection) => connection.all("SELECT why FROM repairs"))).toEqual([
          { why: expect.stringContaining("the log was accepted as it is: replaced_log: the log holds another record") }
        ])
        yield* Effect.provide(CutLog.running(PARTITIONS), engine)
      }), OPTIONS)

    it.effect(
      "a log that was accepted and folded meanwhile is not accepted a second time",
      () =>
        Effect.gen(function*() {
          const { engine, folder, typed } = yield* sold
          yield* cut(folder)
          const context = yield* Effect.context<NodeServices.NodeServices>()
          const meanwhile = yield* Effect.cached(
            Effect.gen(function*() {
              yield* typed("recover --accept-log --yes")
              yield* Effect.provide(CutLog.running(PARTITIONS), engine)
            }).pipe(Effect.provideContext(context), Effect.orDie)
          )
          const complaint = yield* Effect.flip(Accept.run({ partition, yes: true })).pipe(
            Effect.updateService(StoredItems, (stored) => ({
              ...stored,
              items: (one) => Effect.andThen(meanwhile, stored.items(one))
            })),
            Effect.provideService(Console.Console, yield* TestConsole.make),
            Effect.provide(Infra.layerItemsBeside({ dataDir: folder }))
          )
          expect(String(complaint)).toContain(
            `partition ${partition}: its mark moved meanwhile, nothing was changed: type it again`
          )
          const repairs = yield* inFile(folder, (connection) => connection.all("SELECT why FROM repairs"))
          expect(repairs).toHaveLength(1)
        }),
      OPTIONS
    )

    it.effect("a log that was cut is accepted while no engine runs", () =>
      Effect.gen(function*() {
        const { charges, engine, folder, typed } = yield* sold
        yield* cut(folder)
        const accepted = yield* typed("recover --accept-log --yes")
        expect(accepted).toMatchObject({ isSuccess: true, complaint: "" })
        expect(accepted.out).toMatch(/the log ends at 3, but the store has folded it up to \d+/)
        expect(accepted.out).toContain("is folded again when a processor runs")
        for (let started = 0; started < 2; started++) {
          yield* Effect.gen(function*() {
            yield* CutLog.running(PARTITIONS)
            yield* ItemSales.settled(["shoes"], 2)
          }).pipe(Effect.provide(engine))
          expect(yield* typed("reconcile")).toMatchObject({ isSuccess: true })
        }
        expect([...charges].toSorted()).toEqual(["shoes:shoes-0:1", "shoes:shoes-1:1"])
      }), OPTIONS)

    it.effect(
      "a log that was cut behind the checkpoint is recognised as well: its orders waited for a payment",
      () =>
        Effect.gen(function*() {
          const folder = yield* Folders.temporary
          const engine = engineOf(folder, CutLog.makeCharges(1))
          yield* Effect.gen(function*() {
            yield* CutLog.running(PARTITIONS)
            yield* ItemSales.append(["shoes"], 1, ["shoes"])
            expect(yield* CutLog.fate("shoes-5")).toBe("FAILED_SOLD_OUT")
          }).pipe(Effect.provide(engine))
          expect(
            yield* inFile(
              folder,
              (connection) => connection.all(`SELECT checkpoint, seen FROM marks WHERE partition = ${partition}`)
            )
          ).toEqual([{ checkpoint: 1, seen: 6 }])
          yield* cut(folder)
          yield* Effect.provide(
            ItemSales.append(["shoes"], 0, ["late"]),
            Infra.layerEmbeddedBeside({ dataDir: folder })
          )
          const { problems } = yield* Effect.provide(CutLog.refused, engine)
          expect(problems).toEqual([expect.stringContaining("the log holds another record at 6 than the one that")])
        }),
      OPTIONS
    )

    it.effect(
      "accepting a log without its beginning names the charges that it no longer explains",
      () =>
        Effect.gen(function*() {
          const { charges, engine, folder, typed } = yield* sold
          yield* inFile(folder, (connection) =>
            connection.script(
              [
                `DELETE FROM log WHERE partition = ${partition} AND offset = 0`,
                ...["marks", "items", "orders", "turned", "buyers", "commands", "untold", "events"].map((table) =>
                  `DELETE FROM ${table}`
                )
              ].join("; ")
            ))
          yield* Effect.gen(function*() {
            const { problems } = yield* CutLog.refused
            expect(problems).toEqual([expect.stringContaining("the log begins at 1, but the store needs it from 0 on")])
            const accepted = yield* typed(`recover --accept-log --partition ${partition} --yes`)
            expect(accepted.out).toContain(
              "  4 charges were paid, and the log no longer says for what: give the money back"
            )
            for (let n = 0; n < UNITS; n++) expect(accepted.out).toContain(`    charge shoes:shoes-${n}:1`)
            yield* CutLog.running(PARTITIONS)
            // The stock is counted again, and the sale goes on.
            yield* ItemSales.append(["shoes"], 2, ["later"])
            expect(yield* CutLog.fate("later-0")).toBe("COMPLETED")
            expect(yield* typed("reconcile --item shoes")).toMatchObject({ isSuccess: true })
          }).pipe(Effect.provide(engine))
          expect([...charges].toSorted()).toEqual(["shoes:later-0:1", "shoes:later-1:1"])
        }),
      OPTIONS
    )

    it.effect("--accept-log is refused with other modes, and its flags are refused without it", () =>
      Effect.gen(function*() {
        const folder = yield* Folders.temporary
        for (const line of ["--yes", "--partition 1", "--accept-log --compare", "--accept-log --to somewhere:1"]) {
          const { complaint, isSuccess } = yield* type(`recover ${line}`, { DATA_DIR: folder })
          expect([isSuccess, complaint]).toEqual([false, expect.stringContaining("--accept-log")])
        }
      }))
  }
)
