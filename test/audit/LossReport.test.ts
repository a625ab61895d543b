/** What is named as lost when a log is accepted, in place of the one that the store has folded. */
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
const PARTITION = home(ITEM, 1)

const place = (name: string, attempt = 1) =>
  Command.Place({
    order: { requestId: RequestId.make(name), userId: UserId.make(`u-${name}`), itemId: ITEM, amount: 1 },
    attempt,
    acceptedAt: 0,
    correlationId: CorrelationId.make("c")
  })
const stock = (delta: number) => Command.Adjust({ adjustment: { command: CommandId.make(`stock-${delta}`), delta } })
const settle = (name: string, outcome: "paid" | "declined") =>
  Command.Settle({ settlements: [{ requestId: RequestId.make(name), attempt: 1, outcome }] })

/** A record that can be written. */
type Known = Parameters<typeof LogRecord.encode>[1]

/** What a store holds that has folded these records. */
const dumpOf = (log: ReadonlyArray<Command>): ItemDump.ItemDump => {
  const commands = log.map((command, offset) => ({ offset, command }))
  const result = Fold.fold(Fold.nothing, { expected: undefined, commands, published: [] })
  if (result._tag !== "Folded") throw new Error(result._tag)
  return ItemDump.of(result.state)
}

const recordsOf = (log: ReadonlyArray<Known>) =>
  log.map((command, offset): LogRecord.LogRecord => {
    const { headers, value } = LogRecord.encode(ITEM, command)
    const bytes = new TextEncoder().encode(value)
    return { partition: PARTITION, offset: Offset.make(offset), timestamp: 0, key: ITEM, value: bytes, headers }
  })

const linesOf = (dump: ItemDump.ItemDump, log: ReadonlyArray<Known>) => {
  const unused = () => Effect.die(new Error("nothing asks that"))
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
      items: () => Effect.succeed([ITEM]),
      positions: unused,
      read: () => Effect.succeed({ dump, position: 0, indexed: true, damages: [], byHand: [] }),
      clear: unused
    })
  )
  const halted = {
    partition: PARTITION,
    code: "replaced_log" as const,
    why: "",
    start: 0,
    end: log.length,
    epoch: undefined
  }
  return Effect.map(Effect.provide(LossReport.of(halted, 1, () => {}), ports), ({ lines }) => lines)
}

const folded = [stock(4), place("a"), place("b"), settle("b", "paid"), place("c")]

describe("The report of what a log has lost", () => {
  it.effect("names nothing of a log that says all that the store knows", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* linesOf(dumpOf(folded), folded), [
        "0 orders that held units in the store are lost"
      ])
    }))

  it.effect("names lost orders, those that were paid first, and the counts that change", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* linesOf(dumpOf(folded), [stock(1), place("x"), place("a")]), [
        "3 orders that held units in the store are lost",
        "  order b, item 101: sold 1 for u-b",
        "  order a, item 101: held 1 for u-a, turned away by the log",
        "  order c, item 101: held 1 for u-c",
        "units available + held + sold change",
        "  item 101: 1 + 2 + 1 in the store, 0 + 1 + 0 by the log"
      ])
    }))

  it.effect("names charges of which the log no longer says what for", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* linesOf(dumpOf([]), [settle("b", "paid"), settle("c", "declined")]), [
        "1 charges were paid, and the log no longer says for what: give the money back",
        "  charge 101:b:1",
        "0 orders that held units in the store are lost"
      ])
    }))

  it.effect("shows what cannot be read as it was found", () =>
    Effect.gen(function*() {
      const dump = dumpOf(folded)
      const damaged = {
        ...dump,
        head: { ...dump.head, held: ItemDump.damaged("few") },
        orders: new Map([["a", ItemDump.damaged("held u-a")]])
      }
      assert.deepStrictEqual(yield* linesOf(damaged, [stock(4)]), [
        "1 orders that held units in the store are lost",
        "  order a, item 101: held u-a",
        "units available + held + sold change",
        "  item 101: 1 + few + 1 in the store, 4 + 0 + 0 by the log"
      ])
    }))
})
