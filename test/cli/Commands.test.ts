/** The operator's commands as they are typed, on an embedded file with and without an engine. */
import { NodeServices } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import * as Load from "@flash-sale/cli/load/Load"
import * as OrderCommand from "@flash-sale/cli/order/OrderCommand"
import * as FirstStock from "@flash-sale/cli/processes/FirstStock"
import * as Reconcile from "@flash-sale/cli/reconcile/Reconcile"
import * as Sale from "@flash-sale/cli/sale/Sale"
import * as Stock from "@flash-sale/cli/stock/Stock"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { isFinal } from "@flash-sale/domain/records/OrderStatus"
import * as Infra from "@flash-sale/infra/Infra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Context, Duration, Effect, Layer, Logger, Runtime, Schedule } from "effect"
import { Command as Cli } from "effect/cli"
import * as Folders from "../infra/sqlite/Folders.ts"
import * as CommandLine from "./CommandLine.ts"

const cli = Cli.runWith(
  Cli.make("flash-sale").pipe(
    Cli.withSubcommands([Stock.command, Sale.command, OrderCommand.command, Load.command, Reconcile.command])
  ),
  { version: "0.0.0" }
)

class Folder extends Context.Service<Folder, string>()("test/Folder") {}

const type = CommandLine.runner(cli)
const typed = (line: string, env: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(Folder, (folder) => type(line, { DATA_DIR: folder, ...env }))

/** With the code that the process would end with. */
const codeOf = ({ failure, isSuccess }: CommandLine.CommandResult): number =>
  isSuccess ? 0 : Runtime.getErrorExitCode(failure)

const folderLayer = Layer.effect(Folder, Folders.temporary)

const engine = Layer.unwrap(Effect.map(Folder, (dataDir) =>
  FirstStock.layer.pipe(
    Layer.provide(Processor.layer),
    Layer.provide(ProcessorState.layer),
    Layer.provideMerge(Layer.mergeAll(
      Infra.layerEmbedded({ dataDir }),
      Infra.layerPayments({ failureRate: 0, latency: Duration.millis(1) })
    )),
    Layer.provide(Logger.layer([]))
  )))

layer(Layer.provideMerge(engine, Layer.merge(folderLayer, NodeServices.layer)), { excludeTestServices: true })(
  "flash-sale beside a running engine",
  (it) => {
    it.effect("item 101 is on sale from the first run on", () =>
      Effect.gen(function*() {
        expect(yield* typed("stock get 101")).toMatchObject({
          isSuccess: true,
          out: "item 101: available 100, held 0, sold 0"
        })
      }))

    it.effect("stock is set, added to and taken from", () =>
      Effect.gen(function*() {
        expect((yield* typed("stock set shoes 10")).out).toBe("item shoes: available 10, held 0, sold 0")
        expect((yield* typed("stock add shoes 5")).out).toBe("item shoes: available 15, held 0, sold 0")
        expect((yield* typed("stock add shoes -4")).out).toBe("item shoes: available 11, held 0, sold 0")
        expect((yield* typed("stock set shoes 0 --embedded", { REDIS_ADDR: "nowhere:1" })).out).toBe(
          "item shoes: available 0, held 0, sold 0"
        )
      }))

    it.effect("an item that nobody knows is made by stock set, or where --create says so", () =>
      Effect.gen(function*() {
        for (
          const line of [
            "stock add typo 5",
            "sale close typo",
            "sale pause typo",
            "sale price typo 1 EUR",
            "sale limit typo 2"
          ]
        ) {
          const refused = yield* typed(line)
          expect([line, codeOf(refused), refused.out]).toEqual([line, 1, ""])
          expect(refused.complaint).toBe(
            "flash-sale: item typo is not known, and nothing was changed: " +
              "flash-sale stock set begins an item, or --create"
          )
        }
        expect((yield* typed("stock get typo")).complaint).toContain("item typo is not known")
        expect((yield* typed("sale pause lamp --create")).out).toContain("sale:    paused")
        expect((yield* typed("stock add lamp 5")).out).toBe("item lamp: available 5, held 0, sold 0")
        expect((yield* typed("stock add vase 5 --create")).out).toBe("item vase: available 5, held 0, sold 0")
      }))

    it.effect("what was not taken is said, and is no success", () =>
      Effect.gen(function*() {
        yield* typed("stock set mug 27")
        const taken = yield* typed("stock add mug -1000")
        expect(taken).toMatchObject({
          out: "item mug: available 0, held 0, sold 0",
          complaint: "flash-sale: item mug: took 27 of 1000, as no more was available"
        })
        expect(codeOf(taken)).toBe(1)
        yield* typed("stock set mug 27")
        expect(yield* typed("stock add mug -27")).toMatchObject({ isSuccess: true, complaint: "" })
      }))

    it.effect("reconcile of an item that nobody knows has compared nothing", () =>
      Effect.gen(function*() {
        const compared = yield* typed("reconcile --item nope")
        expect([codeOf(compared), compared.complaint]).toEqual([
          1,
          "flash-sale: item nope is not known: nothing was compared"
        ])
        expect(yield* typed("reconcile --item 101")).toMatchObject({ isSuccess: true, complaint: "" })
        const compared101 = yield* typed("reconcile --json")
        expect(compared101.out.split("\n").map((line): unknown => JSON.parse(line)).at(-1)).toMatchObject({
          differing: 0,
          unclear_partitions: 0
        })
        expect(codeOf(yield* typed("reconcile --json --apply"))).toBe(2)
      }))

    it.effect("each command names the engine that it talks to", () =>
      Effect.gen(function*() {
        const folder = yield* Folder
        for (const line of ["stock get 101", "sale show 101", "order show r-9", "reconcile"]) {
          expect([line, (yield* typed(line)).engine]).toEqual([line, [`engine: the file in ${folder}`]])
        }
      }))

    it.effect("an order is shown as JSON, without what is the engine's own", () =>
      Effect.gen(function*() {
        const itemId = ItemId.make("101")
        const requestId = RequestId.make("r-1")
        const log = yield* OrderLog
        const statuses = yield* OrderStatuses
        const order = { requestId, userId: UserId.make("u"), itemId, amount: 2 }
        yield* log.append(LogRecord.encode(
          itemId,
          Command.Place({ order, attempt: 1, acceptedAt: 1_000, correlationId: CorrelationId.make("c-1") })
        ))
        yield* Effect.repeat(statuses.read(requestId), {
          schedule: Schedule.spaced("5 millis"),
          until: (lookup) => lookup._tag === "Kept" && isFinal(lookup.record.status)
        })
        const { isSuccess, out } = yield* typed("order show r-1")
        expect(isSuccess).toBe(true)
        const { updated_at, ...shown } = JSON.parse(out)
        expect(shown).toEqual({
          request_id: "r-1",
          item_id: "101",
          user_id: "u",
          amount: 2,
          status: "COMPLETED",
          attempt: 1,
          correlation_id: "c-1"
        })
        expect(updated_at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
      }))

    it.effect("a load run without a gateway says so", () =>
      Effect.gen(function*() {
        const { complaint, isSuccess } = yield* typed("load --orders 10 --url http://127.0.0.1:1")
        expect(isSuccess).toBe(false)
        expect(complaint).toBe(
          "flash-sale: no gateway answers at http://127.0.0.1:1 (ECONNREFUSED): " +
            "start one with npm start, or name it by --url"
        )
        const sum = yield* typed("load --holds 0.5 --confirm 0.8 --paid 0.2 --cancel 0.1")
        expect(sum.complaint).toBe(
          "flash-sale: --confirm, --paid and --cancel are shares of the holds: together 1.1, more than 1"
        )
        const noKey = yield* typed("load --holds 0.5 --paid 0.2")
        expect(noKey.complaint).toBe(
          "flash-sale: --paid: wants an api key with the scope orders, in FLASH_SALE_KEY or FLASH_SALE_KEY_FILE " +
            "(flash-sale key create)"
        )
        const other = yield* typed("load --orders 10", { HTTP_PORT: "2" })
        expect(other.complaint).toContain("no gateway answers at http://localhost:2 (")
        const wrong = yield* typed("load --orders 10", { HTTP_PORT: "none" })
        expect(wrong.complaint).toBe("flash-sale: HTTP_PORT: \"none\" is not a port (1 to 65535)")
      }))
  }
)

layer(Layer.merge(folderLayer, NodeServices.layer), { excludeTestServices: true })(
  "flash-sale without an engine",
  (it) => {
    it.effect("an unknown order or item is an error of one line", () =>
      Effect.gen(function*() {
        yield* Effect.scoped(Layer.build(Infra.layerEmbedded({ dataDir: yield* Folder })))
        expect(yield* typed("stock get nothing")).toMatchObject({
          isSuccess: false,
          complaint: "flash-sale: item nothing is not known: nothing was ever put in or ordered"
        })
        expect(yield* typed("order show r-9")).toMatchObject({
          isSuccess: false,
          complaint: "flash-sale: order \"r-9\" is not known: it never came, or its final status has expired"
        })
      }))

    it.effect("each bad setting is an error of one line", () =>
      Effect.gen(function*() {
        expect(yield* typed("stock get 101", { REDIS_ADDR: "x", KAFKA_PARTITIONS: "a" })).toMatchObject({
          isSuccess: false,
          complaint: "flash-sale: REDIS_ADDR: \"x\" is not an address such as redis-service:6379\n" +
            "flash-sale: KAFKA_PARTITIONS: \"a\" is not a whole number from 1 to 10000"
        })
      }))

    it.effect("a line that is no command is refused before anything is touched", () =>
      Effect.gen(function*() {
        for (
          const line of [
            "stock set 101",
            "stock set 101 -1",
            "stock set 101 1.5",
            "stock set a:b 1",
            "stock take 101",
            "order show",
            "load --rate 0",
            "load --orders many",
            "load --holds 1.5",
            "load --hold-seconds 3601",
            "load --url nowhere",
            "load --url ftp://localhost:8080"
          ]
        ) {
          const { complaint, failure, isSuccess, out } = yield* typed(line)
          expect([line, isSuccess]).toEqual([line, false])
          expect(failure).toMatchObject({ _tag: "ShowHelp" })
          expect([line, out]).toEqual([line, ""])
          expect(complaint).toMatch(/^flash-sale: [^\n]+ \(see flash-sale( [a-z]+)* --help\)$/)
          expect(complaint).not.toMatch(/schema|finite number|integer/i)
        }
      }))

    it.effect("each command explains itself", () =>
      Effect.gen(function*() {
        for (const line of ["stock", "stock get", "stock set", "stock add", "order", "order show", "load"]) {
          const { isSuccess, out } = yield* typed(`${line} --help`)
          expect(isSuccess).toBe(true)
          expect(out).toContain(`flash-sale ${line}`)
          expect(out).toContain("DESCRIPTION")
        }
      }))
  }
)
