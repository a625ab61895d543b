/** Charges whose payment token is encrypted: by a key that is there, that is missing, or that is erased. */
import { assert, describe, it } from "@effect/vitest"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { PaymentProvider } from "@flash-sale/domain/ports/PaymentProvider"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { home } from "@flash-sale/domain/records/Partition"
import { PaymentToken, type RecordedToken } from "@flash-sale/domain/records/token/PaymentToken"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as AesTokenCipher from "@flash-sale/infra/payment/AesTokenCipher"
import * as TokenLayers from "@flash-sale/infra/payment/TokenLayers"
import type { TokenKeySettings } from "@flash-sale/infra/Settings"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Health from "@flash-sale/processor/Health"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Effect, Layer, Logger, Metric } from "effect"
import { TestClock } from "effect/testing"
import { keysOf } from "../../infra/payment/Keys.ts"
import * as Folders from "../../infra/sqlite/Folders.ts"

const itemId = ItemId.make("101")
const TOKEN = PaymentToken.make("tok_1")

/** Encrypted by the key of this id, for the order of this request. */
const encrypted = (keyId: string, requestId: string): RecordedToken =>
  AesTokenCipher.make(keysOf(keyId)).encrypt(TOKEN, { itemId, requestId: RequestId.make(requestId) })

const place = (requestId: string, paymentToken: RecordedToken) =>
  LogRecord.encode(
    itemId,
    Command.Place({
      order: { requestId: RequestId.make(requestId), userId: UserId.make("u-1"), itemId, amount: 1, paymentToken },
      attempt: 1,
      acceptedAt: 0,
      correlationId: CorrelationId.make("c-1")
    })
  )

const stock = LogRecord.encode(
  itemId,
  Command.Adjust({ adjustment: { command: CommandId.make("stock"), delta: 10 } })
)

/** A provider that takes every charge, and the tokens that it was given. */
const makeProvider = () => {
  const tokens: Array<string | undefined> = []
  const layer = Layer.succeed(PaymentProvider, {
    charge: ({ paymentToken }) => Effect.sync(() => (tokens.push(paymentToken), "paid" as const)),
    lookUp: () => Effect.succeed(undefined),
    void: () => Effect.void
  })
  return { layer, tokens }
}

const engine = (
  folder: string,
  keys: TokenKeySettings,
  provider: Layer.Layer<PaymentProvider>,
  lines: Array<string> = []
) =>
  Processor.layer.pipe(
    Layer.provideMerge(ProcessorState.layer),
    Layer.provide([provider, TokenLayers.layer(keys)]),
    Layer.provideMerge(SqliteInfra.layer({ folder })),
    Layer.provideMerge(Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])),
    Layer.provideMerge(Layer.sync(Metric.MetricRegistry, () => new Map()))
  )

/** The status of each order, once they have had time to become final. */
const statuses = (...requestIds: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { read } = yield* OrderStatuses
    for (let step = 0; step < 100; step++) yield* TestClock.adjust("100 millis")
    return yield* Effect.forEach(requestIds, (requestId) =>
      Effect.map(
        read(RequestId.make(requestId)),
        (found) => found._tag === "Kept" ? `${found.record.status} ${found.record.reason ?? ""}`.trim() : found._tag
      ))
  })

const shown = Effect.all({
  gauge: Effect.map(Metric.value(Metrics.paymentsHeldBack), ({ value }) => value),
  problems: Effect.map(Health.check, ({ problems = [] }) => problems),
  status: Effect.map(Health.check, ({ status }) => status)
})

const MISSING = "payment tokens are encrypted by keys that PAYMENT_TOKEN_KEY_FILE does not have: k2"

describe("ChargeToken", () => {
  it.effect("the provider gets the token in clear, whether its record has it so or encrypted", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const { layer, tokens } = makeProvider()
      yield* Effect.gen(function*() {
        const log = yield* OrderLog
        yield* log.append(stock)
        yield* log.append(place("r-1", encrypted("k1", "r-1")))
        yield* log.append(place("r-2", PaymentToken.make("4111111111111111")))
        assert.deepStrictEqual(yield* statuses("r-1", "r-2"), ["COMPLETED", "COMPLETED"])
        assert.deepStrictEqual(yield* shown, { gauge: 0, problems: [], status: "healthy" })
      }).pipe(Effect.provide(engine(folder, keysOf("k1"), layer)))
      assert.deepStrictEqual(tokens, ["tok_1", "4111111111111111"])
    }))

  it.effect("the provider gets the token with which a hold is confirmed, which is the hold's order's", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const { layer, tokens } = makeProvider()
      yield* Effect.gen(function*() {
        const log = yield* OrderLog
        const ids = { requestId: RequestId.make("r-1"), correlationId: CorrelationId.make("c-1") }
        const order = { requestId: ids.requestId, userId: UserId.make("u-1"), itemId, amount: 1 }
        yield* log.append(stock)
        yield* log.append(LogRecord.encode(itemId, Command.Rules({ version: 2 })))
        yield* log.append(LogRecord.encode(itemId, Command.Hold({ ...ids, order, acceptedAt: 0 })))
        const confirm = Command.Confirm({ ...ids, at: 1, paymentToken: encrypted("k1", "r-1") })
        yield* log.append(LogRecord.encode(itemId, confirm))
        assert.deepStrictEqual(yield* statuses("r-1"), ["COMPLETED"])
      }).pipe(Effect.provide(engine(folder, keysOf("k1"), layer)))
      assert.deepStrictEqual(tokens, ["tok_1"])
    }))

  for (const keys of [keysOf("k1"), undefined]) {
    const has = keys === undefined ? "no key" : "another key"
    it.effect(`an order waits for the key of its token, others go on, and a start with it sells it: ${has}`, () =>
      Effect.gen(function*() {
        const folder = yield* Folders.temporary
        const lines: Array<string> = []
        const { layer, tokens } = makeProvider()
        yield* Effect.gen(function*() {
          const log = yield* OrderLog
          const store = yield* ItemStore
          yield* log.append(stock)
          yield* log.append(place("r-1", encrypted("k2", "r-1")))
          yield* log.append(place("r-2", encrypted("k2", "r-2")))
          yield* log.append(place("r-3", TOKEN))
          assert.deepStrictEqual(yield* statuses("r-1", "r-2", "r-3"), ["RESERVED", "RESERVED", "COMPLETED"])
          yield* TestClock.adjust("2 minutes")
          assert.deepStrictEqual(yield* statuses("r-1"), ["RESERVED"])
          const { held, sold } = yield* store.read(home(itemId, yield* log.partitions), itemId)
          assert.deepStrictEqual({ held, sold }, { held: 2, sold: 1 })
          assert.deepStrictEqual(yield* shown, {
            gauge: 1,
            problems: [`payments are held back: ${MISSING}`],
            status: "unhealthy"
          })
          assert.deepStrictEqual(yield* (yield* DeadLetters).list(10), [])
        }).pipe(Effect.provide(engine(folder, keys, layer, lines)))
        const held = `Payments are held back, and no order fails for it: ${MISSING}`
        assert.strictEqual(lines.filter((line) => line === held).length, 1)
        assert.deepStrictEqual(tokens, ["tok_1"])
        yield* Effect.gen(function*() {
          assert.deepStrictEqual(yield* statuses("r-1", "r-2", "r-3"), ["COMPLETED", "COMPLETED", "COMPLETED"])
          assert.deepStrictEqual(yield* shown, { gauge: 0, problems: [], status: "healthy" })
        }).pipe(Effect.provide(engine(folder, keysOf("k2", "k1"), layer)))
        assert.deepStrictEqual(tokens, ["tok_1", "tok_1", "tok_1"])
      }))
  }

  it.effect("a token whose key is erased, or that was moved from another order, is refused, and leaves a letter", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const lines: Array<string> = []
      const { layer, tokens } = makeProvider()
      yield* Effect.gen(function*() {
        const log = yield* OrderLog
        yield* log.append(stock)
        yield* log.append(place("r-1", encrypted("k0", "r-1")))
        yield* log.append(place("r-2", encrypted("k1", "r-1")))
        yield* log.append(place("r-3", encrypted("k1", "r-3")))
        assert.deepStrictEqual(yield* statuses("r-1", "r-2", "r-3"), [
          "FAILED_PAYMENT Payment Timeout",
          "FAILED_PAYMENT Payment Timeout",
          "COMPLETED"
        ])
        const letters = yield* (yield* DeadLetters).list(10)
        assert.sameMembers(letters.map(({ requestId }) => String(requestId)), ["r-1", "r-2"])
        for (const { value } of letters) assert.match(Buffer.from(value).toString(), /"payment_token":"enc1\.k[01]\./)
        assert.deepStrictEqual(yield* shown, { gauge: 0, problems: [], status: "healthy" })
      }).pipe(Effect.provide(engine(folder, keysOf("k1", "k0 erased"), layer, lines)))
      assert.deepStrictEqual(tokens, ["tok_1"])
      const refused = lines.filter((line) => line.startsWith("Payment was refused"))
      assert.sameMembers(refused, [
        "Payment was refused: its payment token is encrypted by a key that is erased; it will be voided",
        "Payment was refused: its payment token cannot be decrypted: it is damaged, or another order's; " +
        "it will be voided"
      ])
    }))
})
