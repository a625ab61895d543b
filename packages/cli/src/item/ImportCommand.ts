/** `flash-sale item import`: many items at once, out of a file. */
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import type { LogPosition } from "@flash-sale/domain/records/LogRecord"
import * as Check from "@flash-sale/operations/doctor/Check"
import * as ItemImport from "@flash-sale/operations/items/ItemImport"
import * as StockChange from "@flash-sale/operations/items/StockChange"
import { Console, Effect, FileSystem, Option, Result } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as CommandFailed from "../terminal/CommandFailed.ts"
import * as ExitCode from "../terminal/ExitCode.ts"
import * as Interruption from "../terminal/Interruption.ts"
import * as JsonFlag from "../terminal/JsonFlag.ts"
import * as OperatorFlags from "../terminal/OperatorFlags.ts"
import * as Target from "../terminal/Target.ts"
import * as ImportFile from "./ImportFile.ts"
import * as ImportWords from "./ImportWords.ts"

/** Items that are named where something failed. */
const NAMED = 20

/** What the file asks for; fails in words about it. */
const read = Effect.fnUntraced(function*(path: string) {
  const files = yield* FileSystem.FileSystem
  const cannot = (why: string) => CommandFailed.usage(`${path} cannot be read: ${why}`)
  const { size } = yield* Effect.mapError(
    files.stat(path),
    ({ message, reason }) => cannot(reason._tag === "NotFound" ? "there is no such file" : message)
  )
  if (size > ImportFile.MAX_BYTES) {
    return yield* CommandFailed.usage(`${path} has ${size} bytes, and may have ${ImportFile.MAX_BYTES}`)
  }
  const bytes = yield* Effect.mapError(files.readFile(path), ({ message }) => cannot(message))
  const items = ImportFile.read(bytes)
  if (Result.isSuccess(items)) return items.success
  return yield* CommandFailed.usage(...items.failure.map((line) => `${path} ${line}`), "nothing was changed")
})

/** The last position of each partition. Whoever folds it has folded all before it. */
const lastOf = (done: ReadonlyArray<ItemImport.ImportedItem>) => {
  const last = new Map<number, { readonly itemId: ItemImport.ImportedItem["itemId"]; readonly position: LogPosition }>()
  for (const { itemId, result } of done) {
    const position = Result.isSuccess(result) ? result.success : undefined
    if (position === undefined) continue
    const before = last.get(position.partition)
    if (before === undefined || before.position.offset < position.offset) {
      last.set(position.partition, { itemId, position })
    }
  }
  return [...last.values()]
}

/** Waits until the import has taken effect, so that its end is true: whether it has, and what is as it was before. */
const afterwards = Effect.fnUntraced(function*(
  planned: ReadonlyArray<ItemImport.PlannedItem>,
  done: ReadonlyArray<ItemImport.ImportedItem>
) {
  const store = yield* ItemStore
  const seen = yield* Effect.forEach(
    lastOf(done),
    ({ itemId, position }) => Effect.provideService(StockChange.awaitEffect(itemId, position), ItemStore, store),
    { concurrency: "unbounded" }
  )
  return {
    isInEffect: seen.every(Option.isSome),
    unchanged: yield* Target.bounded(ItemImport.unchanged(planned, done))
  }
})

/** Fails where an item is not in, by the worst that happened. */
const checkDone = (done: ReadonlyArray<ItemImport.ImportedItem>) => {
  const failed = done.flatMap(({ itemId, result }) =>
    Result.isFailure(result) ? [{ itemId, error: CommandFailed.from(result.failure) }] : []
  )
  if (failed.length === 0) return Effect.void
  const code = failed.some(({ error }) => error.code === ExitCode.UNKNOWN) ? ExitCode.UNKNOWN : ExitCode.INCOMPLETE
  const lines = failed.slice(0, NAMED).map(({ error, itemId }) => `item ${itemId}: ${error.message}`)
  const more = failed.length > NAMED ? [`and ${failed.length - NAMED} more`] : []
  return Effect.fail(
    new CommandFailed.CommandFailed({ code, lines: [...lines, ...more, "import the same file again: it adds nothing"] })
  )
}

export const command = Command.make("import", {
  file: Argument.String("file").pipe(
    Argument.withDescription("A file in CSV, whose first line names its columns, such as item_id,stock,price,currency")
  ),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Say what would be done, and change nothing"),
    Flag.withDefault(false)
  ),
  ...OperatorFlags.flags,
  ...JsonFlag.lines,
  ...Target.flags
}, ({ by, dryRun, file, json, reason, ...target }) =>
  Effect.gen(function*() {
    const wanted = yield* read(file)
    yield* Effect.gen(function*() {
      const planned = yield* Target.bounded(ItemImport.plan(wanted))
      if (dryRun || !json) yield* Effect.forEach(planned, (item) => Console.log(ImportWords.planned(item, json)))
      if (dryRun) {
        return yield* json
          ? Effect.void
          : Console.log(`${Check.count(planned.length, "item")}; nothing was changed`)
      }
      const operator = yield* OperatorFlags.operator({ by, reason })
      const done = yield* Interruption.isUnknown(ItemImport.run(planned, operator))
      const looked = yield* Effect.result(afterwards(planned, done))
      const unchanged = Result.isSuccess(looked) ? looked.success.unchanged : new Map<never, never>()
      if (json) {
        yield* Effect.forEach(done, (item) => Console.log(ImportWords.done(item, unchanged.get(item.itemId))))
      }
      yield* checkDone(done)
      const { isInEffect } = yield* Effect.fromResult(looked)
      if (json) return
      const summary = ImportWords.summary(done.length, [...unchanged.values()])
      yield* Console.log(
        isInEffect ? summary : `${summary}; what is recorded takes effect when ${yield* Target.follower(target)}`
      )
    }).pipe(Effect.provide(Target.layer(target)), Effect.mapError(CommandFailed.from))
  })).pipe(
    Command.withDescription(
      "Bring items in out of a file: item_id, stock (units available from then on), price, currency, limit, " +
        "opens_at, closes_at, hold_seconds, max_hold_seconds. An empty cell leaves what is there. One wrong cell, " +
        "and nothing is done. Importing the same file again adds no units"
    ),
    Command.withExamples([
      { command: "flash-sale item import items.csv --dry-run" },
      { command: "flash-sale item import items.csv --reason \"autumn sale\"" }
    ])
  )
