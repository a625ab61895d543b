/** What is told of a log that was cut and written on: up to where it is the same for sure. */
import { assert, describe, it } from "@effect/vitest"
import * as LossReport from "@flash-sale/audit/LossReport"
import { LogReader } from "@flash-sale/domain/ports/LogReader"
import { StoredItems } from "@flash-sale/domain/ports/StoredItems"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home, Offset } from "@flash-sale/domain/records/Partition"
import * as Fold from "@flash-sale/domain/rules/Fold"
import * as ItemDump from "@flash-sale/domain/rules/ItemDump"
import { Effect, Layer, Stream } from "effect"

const ITEM = ItemId.make("101")
const OTHER = ItemId.make("102")
const PARTITION = home(ITEM, 1)

const place = (name: string, itemId = ITEM, attempt = 1) => ({
  itemId,
  command: Command.Place({
    order: { requestId: RequestId.make(name), userId: UserId.make("u"), itemId, amount: 1 },
    attempt,
    acceptedAt: 0,
    correlationId: CorrelationId.make("c")
  })
})
const stock = (itemId = ITEM) => ({
  itemId,
  command: Command.Adjust({ adjustment: { command: CommandId.make("stock"), delta: 100 } })
})
const settle = (name: string, outcome: "paid" | "declined") => ({
  itemId: ITEM,
  command: Command.Settle({ settlements: [{ requestId: RequestId.make(name), attempt: 1, outcome }] })
})
type Entry = ReturnType<typeof place> | ReturnType<typeof stock> | ReturnType<typeof settle>

/** What a store holds that has folded these records. */
const dumpOf = (itemId: ItemId, log: ReadonlyArray<Entry>): ItemDump.ItemDump => {
  const commands = log.flatMap((entry, offset) => entry.itemId === itemId ? [{ offset, command: entry.command }] : [])
  const result = Fold.fold(Fold.nothing, { expected: undefined, commands, published: [] })
  if (result._tag !== "Folded") throw new Error(result._tag)
  return new Map(ItemDump.entries(result.state))
}

const recordsOf = (log: ReadonlyArray<Entry>) =>
  log.map(({ command, itemId }, offset): LogRecord.LogRecord => {
    const { headers, value } = LogRecord.encode(itemId, command)
    const bytes = new TextEncoder().encode(value)
    return { partition: PARTITION, offset: Offset.make(offset), timestamp: 0, key: itemId, value: bytes, headers }
  })

/** Before which offset both are the same, as far as anybody can say. */
const common = (folded: ReadonlyArray<Entry>, log: ReadonlyArray<Entry>) => {
  const unused = () => Effect.die(new Error("nobody asks that"))
  const items = [...new Set(folded.map(({ itemId }) => itemId))]
  const ports = Layer.merge(
    Layer.succeed(LogReader, {
      partitions: Effect.succeed(1),
      bounds: unused,
      committed: unused,
      read: () => Stream.make(recordsOf(log)),
      damage: unused
    }),
    Layer.succeed(StoredItems, {
      location: "the store",
      isEmpty: Effect.succeed(false),
      items: () => Effect.succeed(items),
      positions: unused,
      read: (_, itemId) =>
        Effect.succeed({
          dump: dumpOf(itemId, folded),
          position: folded.length - 1,
          indexed: true,
          damages: [],
          byHand: []
        }),
      clear: unused
    })
  )
  const refusal = {
    partition: PARTITION,
    code: "replaced_log" as const,
    why: "",
    start: 0,
    end: log.length,
    committed: 0,
    isCut: true,
    epoch: undefined
  }
  return Effect.map(Effect.provide(LossReport.of(refusal, 1, () => {}), ports), (losses) => losses.common)
}

const old = [stock(), place("a"), place("b"), settle("a", "paid"), place("c"), place("d")]

const cases: ReadonlyArray<readonly [string, log: ReadonlyArray<Entry>, number]> = [
  ["up to the last order that both know", [...old.slice(0, 3)], 3],
  [
    "not up to an order that came again and took the same offset",
    [...old.slice(0, 2), place("x"), stock(), old[4]!],
    2
  ],
  ["not beyond an order of another item", [...old.slice(0, 2), place("y", OTHER), stock(OTHER), ...old.slice(4)], 2],
  ["not where an order took another place", [...old.slice(0, 2), old[4]!, old[3]!, old[2]!, old[5]!], 2],
  ["from the beginning where nothing is the same", [place("a"), stock(), place("b"), stock(OTHER), old[4]!], 0]
]

describe("A log that was cut and written on is told anew", () => {
  for (const [name, log, expected] of cases) {
    it.effect(name, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* common(old, log), expected)
      }))
  }

  it.effect("behind an order whose later attempt was cut, as its first one stands", () =>
    Effect.gen(function*() {
      const log = [stock(), place("a"), place("b"), settle("a", "declined"), place("c")]
      assert.strictEqual(yield* common([...log, place("a", ITEM, 2)], [...log, place("z")]), 5)
    }))
})
