/** The operator's commands as they are typed, on an embedded file with and without an engine. */
import { NodeServices } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import * as Load from "@flash-sale/cli/load/Load"
import * as OrderCommand from "@flash-sale/cli/order/OrderCommand"
import * as FirstStock from "@flash-sale/cli/processes/FirstStock"
import * as Stock from "@flash-sale/cli/stock/Stock"
import * as CommandFailed from "@flash-sale/cli/terminal/CommandFailed"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { Command } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { isFinal } from "@flash-sale/domain/records/OrderStatus"
import * as Infra from "@flash-sale/infra/Infra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Cause, ConfigProvider, Console, Context, Duration, Effect, Exit, Layer, Logger, Schedule } from "effect"
import { Command as Cli } from "effect/cli"
import { TestConsole } from "effect/testing"
import * as Folders from "../infra/sqlite/Folders.ts"

const cli = Cli.runWith(
  Cli.make("flash-sale").pipe(Cli.withSubcommands([Stock.command, OrderCommand.command, Load.command])),
  { version: "0.0.0" }
)

class Folder extends Context.Service<Folder, string>()("test/Folder") {}

/** What a command printed, what it complained of, and whether it succeeded. */
const typed = (line: string, env: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function*() {
    const folder = yield* Folder
    const console = yield* TestConsole.make
    const exit = yield* Effect.exit(CommandFailed.report(cli(line.split(" ")))).pipe(
      Effect.provideService(Console.Console, console),
      Effect.provideService(
        ConfigProvider.ConfigProvider,
        ConfigProvider.fromEnv({ env: { DATA_DIR: folder, ...env } })
      )
    )
    return {
      isSuccess: Exit.isSuccess(exit),
      failure: Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined,
      out: (yield* console.logLines).join("\n"),
      complaint: (yield* console.errorLines).join("\n")
    }
  })

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
          "flash-sale: no gateway answers at http://127.0.0.1:1 (ECONNREFUSED): start one with npm start"
        )
      }))
  }
)

layer(Layer.merge(folderLayer, NodeServices.layer), { excludeTestServices: true })(
  "flash-sale without an engine",
  (it) => {
    it.effect("an unknown order or item is an error of one line", () =>
      Effect.gen(function*() {
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
            "stock set a.b 1",
            "stock take 101",
            "order show",
            "load --rate 0",
            "load --orders many",
            "load --url nowhere"
          ]
        ) {
          const { failure, isSuccess } = yield* typed(line)
          expect([line, isSuccess]).toEqual([line, false])
          expect(failure).toMatchObject({ _tag: "ShowHelp" })
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
