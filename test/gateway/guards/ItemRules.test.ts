/** Raising items to the version of the rules that holds need: once, before all else, and again when in doubt. */
import { assert, describe, it } from "@effect/vitest"
import type { Completion as PortCompletion } from "@flash-sale/domain/ports/Completion"
import { AppendRefused, type AppendUnknown, OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import type { LogPosition, NewRecord } from "@flash-sale/domain/records/LogRecord"
import * as ItemRules from "@flash-sale/gateway/guards/ItemRules"
import * as Completion from "@flash-sale/infra/actor/Completion"
import { Effect, Exit, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"

type Appended = Exit.Exit<LogPosition, AppendRefused | AppendUnknown>

/** A log that answers when it is told to. */
const world = () => {
  const sent: Array<{ readonly record: NewRecord; readonly answer: PortCompletion<Appended> }> = []
  const log = Layer.mock(OrderLog, { offer: (record, answer) => void sent.push({ record, answer }) })
  return { sent, layer: Layer.provide(ItemRules.layer, log) }
}
const acknowledged = Exit.succeed({ partition: 0, offset: 7 } as unknown as LogPosition)

const raise = (item = "101") =>
  Effect.flatMap(
    ItemRules.ItemRules,
    ({ raise }) =>
      Effect.exit(
        Completion.wait<unknown, AppendRefused | AppendUnknown>((completion) => raise(ItemId.make(item), completion))
      )
  )
const raising = (item?: string) => Effect.forkChild(raise(item), { startImmediately: true })

describe("Raising an item", () => {
  it.effect("all that come meanwhile wait for one record, and those that come soon need none", () => {
    const { layer, sent } = world()
    return Effect.gen(function*() {
      const first = yield* raising()
      const second = yield* raising()
      yield* raising("102")
      assert.deepStrictEqual(
        sent.map(({ record: { headers, itemId, value } }) => [itemId, headers, value]),
        ["101", "102"].map((item) => [item, { type: "rules" }, "{\"version\":2}"])
      )
      assert.isUndefined(second.pollUnsafe())
      sent[0]!.answer(acknowledged)
      assert.isTrue(Exit.isSuccess(yield* Fiber.join(first)) && Exit.isSuccess(yield* Fiber.join(second)))
      assert.isTrue(Exit.isSuccess(yield* raise()))
      assert.strictEqual(sent.length, 2)
      // Nobody has seen the item raised since: the record is sent again.
      yield* TestClock.adjust(ItemRules.REMEMBERED_FOR)
      yield* raising()
      assert.strictEqual(sent.length, 3)
    }).pipe(Effect.provide(layer))
  })

  it.effect("a record that was refused raises nothing, and the next one tries again", () => {
    const { layer, sent } = world()
    return Effect.gen(function*() {
      const first = yield* raising()
      sent[0]!.answer(Exit.fail(new AppendRefused({ detail: "away" })))
      assert.isTrue(Exit.isFailure(yield* Fiber.join(first)))
      const second = yield* raising()
      assert.strictEqual(sent.length, 2)
      sent[1]!.answer(acknowledged)
      assert.isTrue(Exit.isSuccess(yield* Fiber.join(second)))
    }).pipe(Effect.provide(layer))
  })
})
