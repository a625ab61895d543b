/** What a replayed order is charged, and what the operator is shown of that. */
import { assert, describe, it } from "@effect/vitest"
import * as PriceChange from "@flash-sale/cli/dlq/PriceChange"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { type Charge, PaymentProvider, PaymentUnknown } from "@flash-sale/domain/ports/PaymentProvider"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import * as Infra from "@flash-sale/infra/Infra"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Effect, Layer, Logger } from "effect"
import * as Folders from "../../infra/sqlite/Folders.ts"
import { eventually, fate, order, typed } from "./DlqCommandLine.ts"

const TEST_TIMEOUT = 30_000
const itemId = ItemId.make("101")

/** A provider that answers no first attempt, and what it was asked. */
const provider = (charges: Array<Charge>) =>
  Layer.succeed(PaymentProvider, {
    charge: (charge) =>
      Effect.suspend(() => {
        charges.push(charge)
        return charge.attempt === 1
          ? Effect.fail(new PaymentUnknown({ key: charge.key, detail: "away" }))
          : Effect.succeed("paid" as const)
      }),
    lookUp: () => Effect.succeed(undefined),
    void: () => Effect.void
  })

const engine = (dataDir: string, charges: Array<Charge>) =>
  Processor.layer.pipe(
    Layer.provide(ProcessorState.layer),
    Layer.provide(provider(charges)),
    Layer.provideMerge(Layer.orDie(Infra.layerEmbedded({ dataDir }))),
    Layer.provide(Logger.layer([]))
  )

const append = (command: Parameters<typeof LogRecord.encode>[1]) =>
  Effect.flatMap(OrderLog, (log) => log.append(LogRecord.encode(itemId, command)))

const priced = (price: number) => Command.Sale({ patch: { price, currency: "EUR" } })

describe("Price of a replay", () => {
  it.live(
    "a replayed order is charged the sale's price at its new offset, and a changed price is shown",
    () =>
      Effect.gen(function*() {
        const folder = yield* Folders.temporary
        const charges: Array<Charge> = []
        yield* Effect.gen(function*() {
          const log = yield* OrderLog
          const letters = yield* DeadLetters
          const replayed = (requestId: string, attempt: number) =>
            Effect.gen(function*() {
              const [letter] = yield* eventually(letters.list(10), (all) => all.length === 1)
              const id = `${letter!.partition}-${letter!.offset}`
              assert.deepInclude(letter, { price: 1_999, currency: "EUR", attempt: attempt - 1 })
              assert.deepInclude(JSON.parse((yield* typed(folder, `dlq show ${id}`)).out).headers, { price: 1_999 })
              const { out } = yield* typed(folder, `dlq replay ${id}`)
              assert.strictEqual(yield* fate(requestId, attempt), "COMPLETED")
              return out.slice(id.length)
            })
          yield* append(Command.Adjust({ adjustment: { command: CommandId.make("stock"), delta: 5 } }))
          yield* append(priced(1_999))
          yield* log.append(order("r-1", "101"))
          yield* fate("r-1", 1)
          assert.strictEqual(yield* replayed("r-1", 2), ": replayed as attempt 2 of order \"r-1\", item 101")

          yield* log.append(order("r-2", "101"))
          yield* fate("r-2", 1)
          const { partition } = yield* append(priced(2_499))
          const store = yield* ItemStore
          yield* eventually(store.read(partition, itemId), ({ settings }) => settings.price === 2_499)
          assert.strictEqual(
            yield* replayed("r-2", 2),
            ": replayed as attempt 2 of order \"r-2\", item 101, at 24.99 EUR a unit instead of 19.99 EUR"
          )
        }).pipe(Effect.provide(engine(folder, charges)))
        const asked = new Set(charges.map(({ attempt, price, requestId }) => `${requestId} ${attempt} ${price}`))
        assert.deepStrictEqual(asked, new Set(["r-1 1 1999", "r-1 2 1999", "r-2 1 1999", "r-2 2 2499"]))
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )

  it("a replay shows what the price has become, and nothing where it is the same", () => {
    const euros = (price: number) => ({ price, currency: "EUR" })
    assert.strictEqual(PriceChange.words(euros(1_999), euros(1_999)), "")
    assert.strictEqual(PriceChange.words({}, { price: undefined, currency: undefined }), "")
    assert.strictEqual(PriceChange.words(euros(1_999), {}), ", at no price a unit instead of 19.99 EUR")
    assert.strictEqual(PriceChange.words({}, euros(500)), ", at 5.00 EUR a unit instead of no price")
    assert.strictEqual(
      PriceChange.words(euros(1_999), { price: 1_999, currency: "USD" }),
      ", at 19.99 USD a unit instead of 19.99 EUR"
    )
  })
})
