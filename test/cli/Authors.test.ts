/** Each change that a person makes is in the log with its author and its reason. */
import { NodeServices } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import * as Dlq from "@flash-sale/cli/dlq/Dlq"
import * as Sale from "@flash-sale/cli/sale/Sale"
import * as Stock from "@flash-sale/cli/stock/Stock"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { PartitionId } from "@flash-sale/domain/records/Partition"
import * as RecordHeaders from "@flash-sale/domain/records/wire/RecordHeaders"
import * as Infra from "@flash-sale/infra/Infra"
import { Effect, Stream } from "effect"
import { Command as Cli } from "effect/cli"
import { userInfo } from "node:os"
import * as Folders from "../infra/sqlite/Folders.ts"
import * as CommandLine from "./CommandLine.ts"
import { engine, eventually, fate, order } from "./dlq/DlqCommandLine.ts"

const TEST_TIMEOUT = 30_000

const cli = Cli.runWith(
  Cli.make("flash-sale").pipe(Cli.withSubcommands([Stock.command, Sale.command, Dlq.command])),
  { version: "0.0.0" }
)

/** The authors of all records of the log, by the kind of record. */
const authors = Effect.gen(function*() {
  const reader = yield* LogReader
  const all = yield* Effect.forEach(
    Array.from({ length: yield* reader.partitions }, (_, partition) => PartitionId.make(partition)),
    (partition) =>
      Effect.flatMap(
        reader.bounds(partition),
        ({ end, start }) => Stream.runCollect(reader.read(partition, start, end))
      )
  )
  return all.flat(2).map(({ headers }) => {
    const type = headers["type"] ?? `place ${headers["attempt"] ?? 1}`
    return Object.assign({ type }, RecordHeaders.operatorOf(headers))
  })
})

it.live(
  "stock, sale and replay say who and why; what no person does says neither",
  () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const type = CommandLine.runner(cli)
      const typed = (line: string) =>
        Effect.flatMap(type(line, { DATA_DIR: folder }), (result) =>
          Effect.sync(() => {
            expect([line, result.isSuccess, result.complaint]).toEqual([line, true, ""])
          }))
      yield* Effect.gen(function*() {
        yield* typed("stock set 101 5 --by ann --reason delivery")
        yield* typed("stock add 101 2")
        yield* typed("sale limit 101 2 --reason fairness --by bob")
        const log = yield* OrderLog
        yield* log.append(order("r-1", "101"))
        expect(yield* fate("r-1", 1)).toBe("FAILED_PAYMENT")
        const letters = yield* DeadLetters
        const [letter] = yield* eventually(letters.list(10), ({ length }) => length === 1)
        yield* typed(`dlq replay ${letter!.partition}-${letter!.offset} --by cem --why provider-is-back`)
        expect(yield* fate("r-1", 2)).toBe("FAILED_PAYMENT")
      }).pipe(Effect.provide(engine(folder, 1)))
      const found = yield* Effect.provide(authors, Infra.layerItemsBeside({ dataDir: folder }))
      expect(found.filter(({ type }) => type !== "settle" && type !== "give-up")).toEqual([
        { type: "adjust", by: "ann", reason: "delivery" },
        { type: "adjust", by: userInfo().username },
        { type: "sale", by: "bob", reason: "fairness" },
        { type: "place 1" },
        { type: "place 2", by: "cem", reason: "provider-is-back" }
      ])
      expect(found.filter(({ type }) => type === "settle" || type === "give-up").some((one) => "by" in one)).toBe(false)
    }).pipe(Effect.provide(NodeServices.layer), Effect.scoped),
  TEST_TIMEOUT
)

it.effect("a name or a reason that cannot be kept is refused before anything is begun", () =>
  Effect.gen(function*() {
    const type = CommandLine.runner(cli)
    for (const flags of [`--by ${"x".repeat(101)}`, `--reason ${"x".repeat(501)}`]) {
      const { complaint, failure, out } = yield* type(`stock set 101 5 ${flags}`, { DATA_DIR: "/nowhere" })
      expect(failure).toMatchObject({ _tag: "ShowHelp" })
      expect([out, complaint.includes("1 to ")]).toEqual(["", true])
    }
  }).pipe(Effect.provide(NodeServices.layer)))
