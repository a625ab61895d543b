/**
 * The processor beside a provider that takes none of its requests: no order fails for it, and all go on by themselves.
 */
import { assert, layer } from "@effect/vitest"
import { DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import { PaymentToken } from "@flash-sale/domain/records/PaymentToken"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as Health from "@flash-sale/processor/Health"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Effect, Layer, References, Schedule } from "effect"
import { STUBBORN } from "./Ledger.ts"
import * as ProviderProcess from "./ProviderProcess.ts"

const TEST_TIMEOUT = 60_000
const ORDERS = 40
const itemId = ItemId.make("101")
const requestIds = Array.from({ length: ORDERS }, (_, n) => RequestId.make(`r-${n}`))

const provider = Layer.unwrap(
  Effect.map(ProviderProcess.Provider, ({ url }) => ProviderProcess.payments(url))
)

const engine = Processor.layer.pipe(
  Layer.provideMerge(ProcessorState.layer),
  Layer.provide(provider),
  Layer.provideMerge(SqliteInfra.layerMemory),
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None")),
  Layer.provideMerge(ProviderProcess.layer({ shares: { "401": 1 } }))
)

const place = (requestId: RequestId, token: string) =>
  Command.Place({
    order: { requestId, userId: UserId.make("u-1"), itemId, amount: 1, paymentToken: PaymentToken.make(token) },
    attempt: 1,
    acceptedAt: 0,
    correlationId: CorrelationId.make("c-1")
  })

const often = Schedule.spaced("20 millis")

const until = (all: (words: ReadonlyArray<string | undefined>) => boolean) =>
  Effect.gen(function*() {
    const statuses = yield* OrderStatuses
    return yield* Effect.forEach(requestIds, statuses.read).pipe(
      Effect.map((found) => found.map((one) => one._tag === "Kept" ? one.record.status : undefined)),
      Effect.repeat({ schedule: often, until: all })
    )
  })

layer(engine, { excludeTestServices: true })("A wrong API key of the payment provider", (it) => {
  it.effect(
    "a wrong API key holds payments back and fails no order; one charge that is at fault is dead-lettered",
    () =>
      Effect.gen(function*() {
        const log = yield* OrderLog
        const { kill, ledger, startWith } = yield* ProviderProcess.Provider
        const stock = Command.Adjust({ adjustment: { command: CommandId.make("stock"), delta: ORDERS } })
        yield* log.append(LogRecord.encode(itemId, stock))
        for (const [n, requestId] of requestIds.entries()) {
          yield* log.append(LogRecord.encode(itemId, place(requestId, n === 3 ? `${STUBBORN}422` : "tok_1")))
        }
        yield* until((words) => words.every((word) => word === "RESERVED"))
        const health = yield* Effect.repeat(Health.check, {
          schedule: often,
          until: ({ status }) => status !== "healthy"
        })
        assert.match(
          health.problems!.join(),
          /payments are held back: .* with 401: are PAYMENT_URL and PAYMENT_API_KEY right/
        )
        const { requests } = yield* ledger
        assert.isAtMost(requests, ORDERS + 10)
        yield* kill
        yield* startWith({})
        yield* until((words) => words.every((word) => word === "COMPLETED" || word === "FAILED_PAYMENT"))
        assert.strictEqual((yield* Health.check).status, "healthy")
        // An order's status is published before its letter is put.
        const letters = yield* Effect.repeat((yield* DeadLetters).list(ORDERS), {
          schedule: often,
          until: (letters) => letters.length > 0
        })
        assert.deepStrictEqual(letters.map(({ requestId }) => requestId), [requestIds[3]])
        const { conflicts, entries } = yield* ledger
        assert.deepStrictEqual(conflicts, [])
        assert.strictEqual(Object.values(entries).filter(({ state }) => state === "paid").length, ORDERS - 1)
      }),
    TEST_TIMEOUT
  )
})
