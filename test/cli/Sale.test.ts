/** `flash-sale sale`, as it is typed beside a running engine, and what buyers get of it. */
import { NodeServices } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
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
import { Clock, Context, Duration, Effect, Layer, Logger, Schedule } from "effect"
import { Command as Cli } from "effect/cli"
import * as TestGateway from "../gateway/TestGateway.ts"
import * as Folders from "../infra/sqlite/Folders.ts"
import * as CommandLine from "./CommandLine.ts"

const cli = Cli.runWith(
  Cli.make("flash-sale").pipe(Cli.withSubcommands([Stock.command, Sale.command])),
  { version: "0.0.0" }
)
const type = CommandLine.runner(cli)

class Folder extends Context.Service<Folder, string>()("test/Folder") {}
const folderLayer = Layer.effect(Folder, Folders.temporary)
const typed = (line: string) => Effect.flatMap(Folder, (DATA_DIR) => type(line, { DATA_DIR }))

/** What is printed, without what is not at stake: `sale: open` of `sale:    open`. */
const lines = ({ out }: CommandLine.CommandResult) => out.split("\n").map((line) => line.replace(/: +/, ": "))
const line = (typing: CommandLine.CommandResult, name: string) =>
  lines(typing).find((one) => one.startsWith(`${name}: `))

const engine = Layer.unwrap(Effect.map(Folder, (dataDir) =>
  TestGateway.layerGateway().pipe(
    Layer.provideMerge(Processor.layer.pipe(Layer.provide(ProcessorState.layer))),
    Layer.provideMerge(Layer.mergeAll(
      Infra.layerEmbedded({ dataDir }),
      Infra.layerPayments({ failureRate: 0, latency: Duration.millis(1) })
    )),
    Layer.provide(Logger.layer([]))
  )))

layer(Layer.provideMerge(engine, Layer.merge(folderLayer, NodeServices.layer)), { excludeTestServices: true })(
  "flash-sale sale beside a running engine",
  (it) => {
    it.effect("each setting of a sale is set, shown and taken away", () =>
      Effect.gen(function*() {
        yield* typed("stock set shoes 10")
        expect(lines(yield* typed("sale show shoes"))).toEqual([
          "item shoes: available 10, held 0, sold 0",
          "sale: open",
          "opens: none",
          "closes: none",
          "limit: none",
          "holds: 10m by default, at most 1h by default",
          "price: none"
        ])
        expect(line(yield* typed("sale hold shoes --for 5m --at-most 15m"), "holds")).toBe("holds: 5m, at most 15m")
        expect(line(yield* typed("sale limit shoes 2"), "limit")).toBe("limit: 2 per user")
        expect(line(yield* typed("sale price shoes 19.99 eur"), "price")).toBe("price: 19.99 EUR")
        expect(line(yield* typed("sale pause shoes"), "sale")).toBe("sale: paused")
        const opened = yield* typed("sale open shoes --at 2035-01-01T01:00:00+01:00 --until 2035-01-02T00:00Z")
        expect(lines(opened).slice(1)).toEqual([
          "sale: paused",
          "opens: 2035-01-01T00:00:00.000Z",
          "closes: 2035-01-02T00:00:00.000Z",
          "limit: 2 per user",
          "holds: 5m, at most 15m",
          "price: 19.99 EUR"
        ])
        expect(line(yield* typed("sale hold shoes --for none"), "holds")).toBe("holds: 10m by default, at most 15m")
        expect(line(yield* typed("sale hold shoes --for 90s --at-most none"), "holds")).toBe(
          "holds: 1m30s, at most 1h by default"
        )
        expect(JSON.parse((yield* typed("sale show shoes --json")).out).sale).toMatchObject({ hold_seconds: 90 })
        expect(line(yield* typed("sale resume shoes"), "sale")).toBe("sale: not open yet")
        expect(line(yield* typed("sale close shoes --at 2034-12-31T00:00:00Z"), "sale")).toBe(
          "sale: closed: it closes before it opens"
        )
        const closed = yield* typed("sale close shoes")
        expect([line(closed, "sale"), line(closed, "opens")]).toEqual(["sale: closed", "opens: none"])
        const again = yield* typed("sale open shoes")
        expect([line(again, "sale"), line(again, "closes")]).toEqual(["sale: open", "closes: none"])
        expect(line(yield* typed("sale price shoes 0 EUR"), "price")).toBe("price: free (0.00 EUR)")
        expect(line(yield* typed("sale price shoes none"), "price")).toBe("price: none")
        expect(line(yield* typed("sale limit shoes none"), "limit")).toBe("limit: none")
      }))

    it.effect("the sale of an item can be set up before it has stock", () =>
      Effect.gen(function*() {
        expect((yield* typed("sale show hats")).complaint).toBe(
          "flash-sale: item hats is not known: nothing was ever put in, ordered or set"
        )
        expect(lines(yield* typed("sale open hats --at +1d --create"))[0]).toBe(
          "item hats: available 0, held 0, sold 0"
        )
        expect(line(yield* typed("sale show hats"), "sale")).toBe("sale: not open yet")
      }))

    it.effect("a buyer sees when a sale opens, and an order that was accepted before it closes counts", () =>
      Effect.gen(function*() {
        const gateway = yield* TestGateway.TestGateway
        const buy = (request_id: string) => gateway.send(TestGateway.order({ request_id, item_id: "bags" }))
        yield* typed("stock set bags 10")
        yield* typed("sale open bags --at +1h")
        const early = yield* buy("early")
        expect(early.status).toBe(403)
        expect(early.body["code"]).toBe("not_open")
        expect(Number(early.headers.get("retry-after"))).toBeGreaterThan(3_590)
        expect(Date.parse(String(early.body["opens_at"]))).toBeGreaterThan(yield* Clock.currentTimeMillis)
        yield* typed("sale open bags")
        const before = Math.floor(yield* Clock.currentTimeMillis)
        expect((yield* buy("in-time")).status).toBe(202)
        yield* typed("sale close bags")
        expect((yield* buy("late")).body["code"]).toBe("closed")
        yield* TestGateway.until(gateway.get("/orders/in-time"), ({ body }) => body["status"] === "COMPLETED")
        // Accepted before, and in the log only after the record that closed the sale: a gateway that was slow.
        const now = Math.floor(yield* Clock.currentTimeMillis)
        expect(yield* decided("slow-in-time", before)).toBe("COMPLETED")
        expect(yield* decided("slow-late", now)).toBe("FAILED")
        expect((yield* gateway.get("/items/bags")).body).toMatchObject({ available: 8, sold: 2 })
      }))

    it.effect("a wrong argument is named, and changes nothing", () =>
      Effect.gen(function*() {
        yield* typed("stock set socks 1")
        const complaints = [
          ["sale open socks --until 2020-01-01T00:00:00Z", "--until: 2020-01-01T00:00:00.000Z is not after now"],
          ["sale open socks --at +2h --until +1h", "is not after --at: nobody could buy"],
          ["sale close socks --at 2020-01-01T00:00:00Z", "--at: 2020-01-01T00:00:00.000Z has passed"],
          ["sale close socks --at +400000d", "days ahead"],
          ["sale open socks --at 2500-01-01T00:00:00Z", "--at: 2500-01-01T00:00:00.000Z is more than 3653 days ahead"],
          ["sale open socks --until +3654d", "days ahead"],
          ["sale price socks 19.99", "currency: is missing, such as EUR"],
          ["sale price socks 19.99 EURO", "currency: \"EURO\" is not a currency of ISO 4217"],
          ["sale price socks 19,99 EUR", "amount: \"19,99\" is not an amount such as 19 or 19.99"],
          ["sale price socks 19.9 EUR", "amount: \"19.9\" is not an amount such as 19 or 19.99"],
          ["sale price socks 19.99 JPY", "amount: \"19.99\" is not a whole amount such as 1999"],
          ["sale price socks 10000000000.01 EUR", "up to 10000000000.00 EUR"],
          ["sale price socks none EUR", "currency: \"EUR\" is one too many after none"]
        ] as const
        for (const [words, complaint] of complaints) {
          const { complaint: printed, isSuccess } = yield* typed(words)
          expect([words, isSuccess]).toEqual([words, false])
          expect(printed).toContain(complaint)
        }
        const refused = [
          ["sale open socks --at 2026-11-27T10:00:00", "--at"],
          ["sale open socks --at tomorrow", "--at"],
          ["sale open socks --until 10m", "--until"],
          ["sale limit socks 0", "units"],
          ["sale limit socks many", "units"],
          ["sale show a:b", "item"]
        ] as const
        for (const [words, argument] of refused) {
          const { complaint, failure, isSuccess } = yield* typed(words)
          expect([words, isSuccess]).toEqual([words, false])
          expect(failure).toMatchObject({ _tag: "ShowHelp" })
          expect(complaint).toContain(argument)
        }
        expect(lines(yield* typed("sale show socks")).slice(1)).toEqual([
          "sale: open",
          "opens: none",
          "closes: none",
          "limit: none",
          "holds: 10m by default, at most 1h by default",
          "price: none"
        ])
      }))
  }
)

/** What becomes of an order that was accepted then and is appended now. */
const decided = (id: string, acceptedAt: number) =>
  Effect.gen(function*() {
    const log = yield* OrderLog
    const statuses = yield* OrderStatuses
    const requestId = RequestId.make(id)
    const itemId = ItemId.make("bags")
    yield* log.append(LogRecord.encode(
      itemId,
      Command.Place({
        order: { requestId, userId: UserId.make("u"), itemId, amount: 1 },
        attempt: 1,
        acceptedAt,
        correlationId: CorrelationId.make(id)
      })
    ))
    const lookup = yield* Effect.repeat(statuses.read(requestId), {
      schedule: Schedule.spaced("5 millis"),
      until: (now) => now._tag === "Kept" && isFinal(now.record.status)
    })
    return lookup._tag === "Kept" ? lookup.record.status : undefined
  })
