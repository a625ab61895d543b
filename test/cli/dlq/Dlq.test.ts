/** Dead letters on an embedded file: with an engine whose payments time out, and with one that was repaired. */
import { assert, describe, expect, it } from "@effect/vitest"
import { type DeadLetter, DeadLetters } from "@flash-sale/domain/ports/DeadLetters"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { Command, CommandId } from "@flash-sale/domain/records/Command"
import { CorrelationId, ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as LogRecord from "@flash-sale/domain/records/LogRecord"
import type { OrderStatus } from "@flash-sale/domain/records/OrderStatus"
import { home, Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import { PaymentToken } from "@flash-sale/domain/records/token/PaymentToken"
import * as Infra from "@flash-sale/infra/Infra"
import * as Metrics from "@flash-sale/infra/observability/metrics/Metrics"
import * as AesTokenCipher from "@flash-sale/infra/payment/AesTokenCipher"
import * as TokenLayers from "@flash-sale/infra/payment/TokenLayers"
import * as Replay from "@flash-sale/operations/letters/Replay"
import { Deferred, Effect, Fiber, Layer, Metric } from "effect"
import { keysOf } from "../../infra/payment/Keys.ts"
import * as Folders from "../../infra/sqlite/Folders.ts"
import { engine, eventually, fate, order, typed } from "./DlqCommandLine.ts"

const TEST_TIMEOUT = 20_000

const stock = (itemId: string, delta: number) =>
  LogRecord.encode(
    ItemId.make(itemId),
    Command.Adjust({ adjustment: { command: CommandId.make(`put-${delta}`), delta } })
  )

const counts = (itemId: string) =>
  Effect.gen(function*() {
    const log = yield* OrderLog
    const store = yield* ItemStore
    const id = ItemId.make(itemId)
    const { available, held, sold } = yield* store.read(home(id, yield* log.partitions), id)
    return { available, held, sold }
  })

/** The only letter that waits. */
const onlyLetter = Effect.gen(function*() {
  const letters = yield* DeadLetters
  const [one] = yield* eventually(letters.list(10), ({ length }) => length === 1)
  return { letter: one!, id: `${one!.partition}-${one!.offset}` }
})

const gauges = Effect.all({
  size: Effect.map(Metric.value(Metrics.dlqSize), ({ value }) => value),
  age: Effect.map(Metric.value(Metrics.dlqOldestMessageAge), ({ value }) => value)
})

/** An order of item 101 whose payment timed out, and nothing else; no processor runs any more. */
const timedOut = (folder: string) =>
  Effect.gen(function*() {
    const log = yield* OrderLog
    yield* log.append(stock("101", 5))
    yield* log.append(order("r-1", "101"))
    assert.strictEqual(yield* fate("r-1", 1), "FAILED_PAYMENT")
    return yield* onlyLetter
  }).pipe(Effect.provide(engine(folder, 1)))

const beside = (dataDir: string) => Layer.orDie(Infra.layerEmbeddedBeside({ dataDir }, true))

describe("flash-sale dlq", () => {
  it.live("dlq lists, shows, replays and discards letters beside a running engine", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Effect.gen(function*() {
        const log = yield* OrderLog
        yield* log.append(stock("101", 5))
        const poison = yield* log.append({ itemId: ItemId.make("101"), value: "{\"not an\u001b[2J", headers: {} })
        const placed = yield* log.append(order("r-1", "101"))
        // The unreadable record before it holds up no other.
        assert.strictEqual(yield* fate("r-1", 1), "FAILED_PAYMENT")
        const poisonId = `${poison.partition}-${poison.offset}`
        const first = `${placed.partition}-${placed.offset}`
        yield* eventually(gauges, ({ size }) => size === 2)

        const list = (yield* typed(folder, "dlq list")).out.split("\n").map((line) => line.split(/ {2,}/))
        assert.deepStrictEqual(list.map((cells) => cells.toSpliced(1, 1)), [
          ["ID", "REASON", "ITEM", "REQUEST", "ATTEMPT", "CORRELATION ID"],
          [poisonId, "Invalid Order Format", "101", "-", "1", `orders-${poisonId}`],
          [first, "Payment Timeout", "101", "r-1", "1", "c-r-1"]
        ])
        expect(list[1]![1]).toMatch(/^\d+s$/)
        expect((yield* typed(folder, "dlq list --limit 1")).out).toMatch(/\nand 1 more: --limit$/)
        const { age_seconds, ...line } = JSON.parse(
          (yield* typed(folder, "dlq list --json --reason payment-timeout --item 101")).out
        )
        assert.isAtLeast(age_seconds, 0)
        assert.deepStrictEqual(line, {
          id: first,
          reason: "Payment Timeout",
          item_id: "101",
          request_id: "r-1",
          attempt: 1,
          correlation_id: "c-r-1"
        })
        assert.strictEqual((yield* typed(folder, "dlq list --item 102")).out, "no dead letters")

        const shown = JSON.parse((yield* typed(folder, `dlq show ${first}`)).out)
        expect(shown).toMatchObject({
          id: first,
          key: "101",
          headers: { error: "Payment Timeout", request_id: "r-1", attempt: 1, origin_offset: placed.offset },
          value: { request_id: "r-1", user_id: "u-1", item_id: "101", amount: 1, payment_token: "(not shown)" },
          order: { status: "FAILED_PAYMENT", reason: "Payment Timeout", attempt: 1 }
        })
        expect(JSON.parse((yield* typed(folder, `dlq show ${poisonId}`)).out)).toMatchObject({
          value_text: "{\"not an\u001b[2J",
          order: null
        })

        // One that cannot be replayed holds back all that were named with it.
        expect(yield* typed(folder, `dlq replay ${first} ${poisonId}`)).toMatchObject({
          isSuccess: false,
          out: "",
          complaint: `flash-sale: ${poisonId} is no order that could be replayed (Invalid Order Format): ` +
            "see who produced it, and discard it"
        })
        assert.strictEqual((yield* gauges).size, 2)

        // The provider is still away: the second attempt ends in a letter of its own.
        expect(yield* typed(folder, `dlq replay ${first} ${first} --by ann --why "try again"`)).toMatchObject({
          isSuccess: true,
          out: `${first}: replayed as attempt 2 of order "r-1", item 101`
        })
        assert.strictEqual(yield* fate("r-1", 2), "FAILED_PAYMENT")
        expect((yield* typed(folder, `dlq show ${first}`)).out).toMatch(
          new RegExp(`^${first} was replayed by ann at \\S+Z: try again$`)
        )
        const again = yield* typed(folder, `dlq replay ${first}`)
        assert.isTrue(again.isSuccess)
        expect(again.out).toMatch(new RegExp(`^${first}: was replayed by ann at \\S+Z: try again$`))

        expect(yield* typed(folder, `dlq discard ${poisonId} --by bob --why "a typo of ours"`)).toMatchObject({
          isSuccess: true,
          out: `${poisonId}: discarded`
        })
        expect((yield* typed(folder, `dlq discard ${first} --why no`)).complaint).toMatch(/was replayed by ann/)
        expect((yield* typed(folder, `dlq replay ${poisonId}`)).complaint).toMatch(
          /was discarded by bob .*typo of ours$/
        )
        const { letter: second } = yield* onlyLetter
        expect(second).toMatchObject({ requestId: "r-1", attempt: 2, error: "Payment Timeout" })
        assert.isAbove(second.offset, placed.offset)
        yield* eventually(gauges, ({ age, size }) => size === 1 && age > 0)
        assert.deepStrictEqual(yield* counts("101"), { available: 5, held: 0, sold: 0 })
      }).pipe(Effect.provide(engine(folder, 1)))

      yield* Metric.update(Metrics.dlqSize, 0)
      yield* Effect.gen(function*() {
        // A restart repeats no letter and brings none back; the gauges know at once.
        yield* eventually(gauges, ({ age, size }) => size === 1 && age > 0)
        const { id } = yield* onlyLetter
        assert.strictEqual(
          (yield* typed(folder, "dlq replay --all --reason payment-timeout")).out,
          `${id}: replayed as attempt 3 of order "r-1", item 101`
        )
        assert.strictEqual(yield* fate("r-1", 3), "COMPLETED")
        assert.deepStrictEqual(yield* counts("101"), { available: 4, held: 0, sold: 1 })
        assert.strictEqual((yield* typed(folder, "dlq list")).out, "no dead letters")
        assert.strictEqual((yield* typed(folder, "dlq replay --all")).out, "no dead letters")
        yield* eventually(gauges, ({ age, size }) => size === 0 && age === 0)
      }).pipe(Effect.provide(engine(folder, 0)))
    }).pipe(Effect.scoped), TEST_TIMEOUT)

  it.live(
    "a letter keeps its token encrypted, no command shows a token, and the replay is charged by it",
    () =>
      Effect.gen(function*() {
        const folder = yield* Folders.temporary
        const keys = TokenLayers.layer(keysOf("k1"))
        const itemId = ItemId.make("101")
        const owner = { itemId, requestId: RequestId.make("r-1") }
        const token = AesTokenCipher.make(keysOf("k1")).encrypt(PaymentToken.make("decline-it"), owner)
        const { letter, torn } = yield* Effect.gen(function*() {
          const log = yield* OrderLog
          yield* log.append(stock("101", 5))
          yield* log.append(order("r-1", "101", 1, token))
          assert.strictEqual(yield* fate("r-1", 1), "FAILED_PAYMENT")
          const { letter } = yield* onlyLetter
          // Cut off in the middle: no order, and no JSON.
          return {
            letter,
            torn: yield* log.append({ itemId, value: "{\"payment_token\":\"tok-secret\",", headers: {} })
          }
        }).pipe(Effect.provide(Layer.provide(engine(folder, 1), keys)))
        assert.include(Buffer.from(letter.value).toString(), token)
        yield* Effect.gen(function*() {
          const letters = yield* DeadLetters
          yield* eventually(letters.list(10), ({ length }) => length === 2)
          const id = `${letter.partition}-${letter.offset}`
          const printed = yield* Effect.forEach(
            [`dlq show ${id}`, `dlq show ${torn.partition}-${torn.offset}`, "dlq list", "order show r-1"],
            (line) => typed(folder, line)
          )
          for (const { isSuccess, out } of printed) {
            assert.isTrue(isSuccess, out)
            assert.notMatch(out, /tok-secret|enc1/)
          }
          expect(JSON.parse(printed[1]!.out)).toMatchObject({ value_text: "{\"payment_token\":(not shown)," })
          assert.isTrue((yield* typed(folder, `dlq replay ${id}`)).isSuccess)
          assert.strictEqual(yield* fate("r-1", 2), "FAILED_PAYMENT")
          // The simulator declines what begins so: it was given the token in clear.
          assert.include((yield* typed(folder, "order show r-1")).out, "Payment Declined")
        }).pipe(Effect.provide(Layer.provide(engine(folder, 0), keys)))
      }),
    TEST_TIMEOUT
  )

  it.live("a replay starts one attempt, however often it was killed, repeated and raced", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const { id, letter } = yield* timedOut(folder)
      const hand = { by: "ann", reason: "a test" }

      // Killed when the attempt is in the log and the mark is not.
      yield* Effect.gen(function*() {
        const letters = yield* DeadLetters
        const marking = yield* Deferred.make<void>()
        const dying = { ...letters, handle: () => Effect.andThen(Deferred.succeed(marking, undefined), Effect.never) }
        const step = yield* Replay.inspectLetter(letter)
        assert.strictEqual(step._tag, "Ready")
        if (step._tag === "Refused") return
        for (const _ of [1, 2]) {
          const replaying = yield* Effect.forkChild(
            Effect.provideService(Replay.perform(step, hand), DeadLetters, dying)
          )
          yield* Deferred.await(marking)
          yield* Fiber.interrupt(replaying)
        }
        // Others that read before the attempt was there.
        yield* Effect.all([Replay.perform(step, hand), Replay.perform(step, hand)], { concurrency: 2 })
      }).pipe(Effect.provide(beside(folder)))
      expect(JSON.parse((yield* typed(folder, "order show r-1")).out)).toMatchObject({ status: "PENDING", attempt: 2 })
      expect((yield* typed(folder, `dlq replay ${id}`)).out).toMatch(/was replayed by ann/)

      yield* Effect.gen(function*() {
        assert.strictEqual(yield* fate("r-1", 2), "COMPLETED")
        const log = yield* OrderLog
        yield* log.append(order("after", "101"))
        assert.strictEqual(yield* fate("after", 1), "COMPLETED")
        assert.deepStrictEqual(yield* counts("101"), { available: 3, held: 0, sold: 2 })
        assert.strictEqual(yield* fate("r-1", 2), "COMPLETED")
      }).pipe(Effect.provide(engine(folder, 0)))
    }).pipe(Effect.scoped), TEST_TIMEOUT)

  it.live("a replay only handles the letter where its attempt is in the log already", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const { id } = yield* timedOut(folder)
      yield* Effect.gen(function*() {
        const log = yield* OrderLog
        yield* log.append(order("r-1", "101", 2))
        assert.strictEqual(yield* fate("r-1", 2), "COMPLETED")
      }).pipe(Effect.provide(engine(folder, 0)))
      assert.strictEqual(
        (yield* typed(folder, "dlq replay --all")).out,
        `${id}: attempt 2 of order "r-1" is COMPLETED already; marked as replayed`
      )
      assert.strictEqual((yield* typed(folder, "dlq list")).out, "no dead letters")
    }).pipe(Effect.scoped), TEST_TIMEOUT)

  it.live(
    "a replay is refused for orders that must not be tried again, and changes nothing",
    () =>
      Effect.gen(function*() {
        const folder = yield* Folders.temporary
        yield* Effect.gen(function*() {
          const letters = yield* DeadLetters
          const statuses = yield* OrderStatuses
          const states: ReadonlyArray<readonly [OrderStatus, attempt: number, itemId: string]> = [
            ["COMPLETED", 2, "101"],
            ["CANCELLED", 2, "101"],
            ["RESERVED", 2, "101"],
            ["FAILED_PAYMENT", 1, "101"],
            ["COMPLETED", 2, "102"]
          ]
          yield* Effect.forEach(states, ([status, attempt, itemId], n) =>
            Effect.andThen(
              letters.put(aLetter(n)),
              statuses.write([{
                requestId: RequestId.make(`q-${n}`),
                itemId: ItemId.make(itemId),
                status,
                attempt,
                correlationId: CorrelationId.make("c"),
                updatedAt: "2025-11-29T21:56:00.000Z",
                fingerprint: "f"
              }])
            ))
        }).pipe(Effect.provide(beside(folder)))
        const refusals = [
          "flash-sale: 1-0 cannot be replayed: attempt 2 of order \"q-0\" is COMPLETED, not FAILED_PAYMENT",
          "flash-sale: 1-1 cannot be replayed: attempt 2 of order \"q-1\" is CANCELLED, not FAILED_PAYMENT",
          "flash-sale: 1-2 cannot be replayed: attempt 2 of order \"q-2\" is RESERVED, not FAILED_PAYMENT",
          "flash-sale: 1-3 cannot be replayed now: attempt 2 of order \"q-3\" is not known yet; try later",
          "flash-sale: 1-4 cannot be replayed: order \"q-4\" is now COMPLETED for item 102"
        ].join("\n")
        for (const line of ["dlq replay 1-0 1-1 1-2 1-3 1-4", "dlq replay --all"]) {
          expect(yield* typed(folder, line)).toMatchObject({ isSuccess: false, out: "", complaint: refusals })
        }
        expect((yield* typed(folder, "dlq list --json")).out.split("\n").length).toBe(5)
      }).pipe(Effect.scoped),
    TEST_TIMEOUT
  )

  it.live("dlq refuses ids and flags that make no sense", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Effect.scoped(Layer.build(beside(folder)))
      const unknown = "1-1 is not known: flash-sale dlq list shows what nobody has handled"
      // dprint-ignore
      const complaints = [
        ["dlq replay", "which letters? Name their ids, or all of them by --all"],
        ["dlq replay 1-1 --all", "either ids or --all: not both"],
        ["dlq replay 1-1 --item 101", "--item, --reason and --older-than choose among --all"],
        ["dlq replay --all --reason invalid-order-format",
          "letters with the reason Invalid Order Format are no orders, and cannot be replayed: discard them"],
        ["dlq replay 1-1", unknown],
        ["dlq show 1-1", unknown],
        ["dlq discard 1-1 --why x", unknown]
      ] as const
      for (const [line, complaint] of complaints) {
        expect([line, (yield* typed(folder, line)).complaint]).toEqual([line, `flash-sale: ${complaint}`])
      }
      for (
        const line of [
          "dlq list --limit 0",
          "dlq list --reason Redis",
          "dlq show",
          "dlq show 1",
          "dlq show 1-99999999999999999",
          "dlq discard 1-1",
          "dlq discard 1-1 --why \"\"",
          "dlq discard --why x"
        ]
      ) {
        expect([line, (yield* typed(folder, line)).failure]).toMatchObject([line, { _tag: "ShowHelp" }])
      }
    }).pipe(Effect.scoped), TEST_TIMEOUT)
})

/** The letter of attempt 2 of an order that nobody has ever folded. */
const aLetter = (n: number): DeadLetter => {
  const { value } = order(`q-${n}`, "101")
  return {
    partition: PartitionId.make(1),
    offset: Offset.make(n),
    key: "101",
    value: new TextEncoder().encode(value),
    error: "Payment Timeout",
    requestId: RequestId.make(`q-${n}`),
    correlationId: CorrelationId.make("c"),
    attempt: 2,
    timestamp: `2025-11-29T21:56:0${n}.000Z`
  }
}
