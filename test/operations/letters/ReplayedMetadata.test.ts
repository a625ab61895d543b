/** A later attempt at an order has the shop's notes of the first: of an order, and of a hold that was confirmed. */
import { assert, it } from "@effect/vitest"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as OrderMetadata from "@flash-sale/domain/records/OrderMetadata"
import { home } from "@flash-sale/domain/records/Partition"
import * as Infra from "@flash-sale/infra/Infra"
import * as LetterSelection from "@flash-sale/operations/letters/LetterSelection"
import * as ReplayRun from "@flash-sale/operations/letters/ReplayRun"
import { Effect, Stream } from "effect"
import { engine, eventually, fate } from "../../cli/dlq/DlqCommandLine.ts"
import * as Folders from "../../infra/sqlite/Folders.ts"

const ITEM = ItemId.make("101")
const IDS = ["bought", "held", "without"]
const metadata = OrderMetadata.write({ cart: "c \u{1F600}\n7" })!
const notes: Readonly<Record<string, string | undefined>> = { bought: metadata, held: metadata, without: undefined }

const known = (id: string) => ({
  order: { requestId: RequestId.make(id), userId: UserId.make(`u-${id}`), itemId: ITEM, amount: 1 },
  acceptedAt: 1_000,
  correlationId: CorrelationId.make(`c-${id}`)
})

/** Three orders whose payment timed out, and their letters. */
const timedOut = Effect.gen(function*() {
  const { append } = yield* OrderLog
  const letters = yield* DeadLetters
  const send = (command: Parameters<typeof LogRecord.encode>[1]) => append(LogRecord.encode(ITEM, command))
  yield* send(Command.Rules({ version: 2 }))
  yield* send(Command.Adjust({ adjustment: { command: CommandId.make("put"), target: 3 } }))
  yield* send(Command.Place({ ...known("bought"), metadata, attempt: 1 }))
  yield* send(Command.Hold({ ...known("held"), metadata }))
  yield* send(Command.Place({ ...known("without"), attempt: 1 }))
  const { order: { requestId }, correlationId } = known("held")
  yield* send(Command.Confirm({ requestId, correlationId, at: 1_001 }))
  for (const id of IDS) assert.strictEqual(yield* fate(id, 1), "FAILED_PAYMENT")
  return yield* eventually(letters.list(10), ({ length }) => length === IDS.length)
})

it.live("a later attempt has the metadata of the first", () =>
  Effect.gen(function*() {
    const folder = yield* Folders.temporary
    const letters = yield* Effect.provide(timedOut, engine(folder, 1))
    assert.deepStrictEqual(Object.fromEntries(letters.map((letter) => [letter.requestId, letter.metadata])), notes)
    yield* Effect.gen(function*() {
      const selection: LetterSelection.LetterSelection = { _tag: "Filter", filter: {} }
      const inspected = yield* LetterSelection.inspect(selection)
      yield* ReplayRun.perform(selection, inspected, { by: "ann", reason: "a test" })
      for (const id of IDS) assert.strictEqual(yield* fate(id, 2), "COMPLETED")
    }).pipe(Effect.provide(engine(folder, 0)))
    const records = yield* Effect.gen(function*() {
      const { bounds, partitions, read } = yield* LogReader
      const partition = home(ITEM, yield* partitions)
      const { end, start } = yield* bounds(partition)
      return (yield* Stream.runCollect(read(partition, start, end))).flat()
    }).pipe(Effect.provide(Infra.layerItemsBeside({ dataDir: folder })))
    const second = records.filter(({ headers }) => headers["attempt"] === "2")
    assert.deepStrictEqual(
      Object.fromEntries(second.map(({ headers }) => [headers["request_id"], headers["metadata"]])),
      notes
    )
  }).pipe(Effect.scoped), 30_000)
