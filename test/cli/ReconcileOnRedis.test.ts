/** `reconcile` and `recover` on a real Kafka and two real Redises, while a processor runs and while none does. */
import { NodeServices } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Survey from "@flash-sale/audit/Survey"
import * as Reconcile from "@flash-sale/cli/reconcile/ReconcileRun"
import * as Recover from "@flash-sale/cli/recover/Recover"
import * as Refilling from "@flash-sale/cli/recover/RecoverRun"
import * as AuditTarget from "@flash-sale/cli/terminal/AuditTarget"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import { home } from "@flash-sale/domain/records/Partition"
import * as Infra from "@flash-sale/infra/Infra"
import type { KafkaSettings } from "@flash-sale/infra/kafka/client/KafkaSettings"
import * as Keys from "@flash-sale/infra/redis/Keys"
import * as Processor from "@flash-sale/processor/Processor"
import * as ProcessorState from "@flash-sale/processor/run/ProcessorState"
import { Context, Duration, Effect, Fiber, Layer, Logger, Schedule } from "effect"
import { Command as Cli } from "effect/cli"
import * as KafkaSettingsOfTest from "../infra/kafka/TestSettings.ts"
import * as OwnRedis from "../infra/redis/OwnRedis.ts"
import { administer } from "../servers/KafkaAdmin.ts"
import { kafkaAddr, needed } from "../servers/servers.ts"
import { capture } from "./CapturedCommand.ts"
import * as CommandLine from "./CommandLine.ts"
import * as ItemSales from "./ItemSales.ts"

const kafka = needed(kafkaAddr())
const TEST_TIMEOUT = 60_000
const ITEMS = ["shoes", "socks", "hats"]
const UNITS = 4

type Redis = OwnRedis.OwnRedis["Service"]

const redis = Effect.gen(function*() {
  const own = Context.get(yield* Layer.build(OwnRedis.layerStopped), OwnRedis.OwnRedis)
  yield* own.start
  return own
})

const processor = (settings: KafkaSettings, { address }: Redis) =>
  Processor.layer.pipe(
    Layer.provide(ProcessorState.layer),
    Layer.provideMerge(Layer.mergeAll(
      Infra.layerDistributed({ redis: address, kafka: settings }),
      Infra.layerPayments({ failureRate: 0, latency: Duration.millis(1) })
    )),
    Layer.provide(Logger.layer([]))
  )

const where = (settings: KafkaSettings, { address }: Redis) =>
  Layer.merge(Infra.layerItems(address), Infra.layerReader(settings)).pipe(Layer.provide(Logger.layer([])))

/** The items of a Redis, once it answers. */
const built = ({ address }: Redis) =>
  Effect.tap(Layer.build(Infra.layerItems(address)), (context) => Effect.provideContext(AuditTarget.untilUp, context))

const reconcile = (settings: KafkaSettings, own: Redis, options: Partial<Reconcile.Options> = {}) =>
  capture(Effect.provide(Reconcile.run({ item: undefined, apply: false, ...options }), where(settings, own)))

const metaOf = (item: string) => Keys.meta(ItemId.make(item))

describe("flash-sale reconcile and recover on Kafka and Redis", () => {
  it.live("reconcile finds and repairs damage under a running processor", () =>
    Effect.gen(function*() {
      const settings = KafkaSettingsOfTest.settingsAt(kafka)
      const own = yield* redis
      yield* Effect.gen(function*() {
        yield* ItemSales.sell(ITEMS, UNITS)
        expect(yield* reconcile(settings, own)).toMatchObject({ isSuccess: true })

        yield* own.cli("HSET", metaOf("shoes"), "held", "3", "per_user_limit", "1")
        yield* own.cli("HDEL", Keys.orders(ItemId.make("socks")), "socks-0")
        yield* own.cli("ZREM", Keys.turned(ItemId.make("hats")), "hats-5")
        const found = yield* reconcile(settings, own)
        expect(found.isSuccess).toBe(false)
        expect(found.out).toContain(`  held: log "0", store "3"\n  per_user_limit: log "-", store "1"`)
        expect(found.out).toMatch(/ {2}order socks-0: log sold 1 for u-0, .*, store nothing/)
        expect(found.out).toContain(`  turned hats-5: log "sold_out 2", store nothing`)
        expect(found.out).toContain("3 items compared, 3 differ")

        const repaired = yield* reconcile(settings, own, { apply: true })
        expect(repaired).toMatchObject({ isSuccess: true })
        expect(yield* reconcile(settings, own)).toMatchObject({ isSuccess: true })
        expect(yield* own.cli("XLEN", Keys.repairs)).toBe(3)

        // A key of another type stops its item; the repair takes the key away and lets the item go on.
        yield* own.cli("DEL", Keys.orders(ItemId.make("shoes")))
        yield* own.cli("SET", Keys.orders(ItemId.make("shoes")), "x")
        expect((yield* reconcile(settings, own)).out).toContain(
          `  the key ${Keys.orders(ItemId.make("shoes"))}: WRONGTYPE`
        )
        expect(yield* reconcile(settings, own, { apply: true })).toMatchObject({ isSuccess: true })
        yield* ItemSales.sell(["boots", "gloves"], UNITS)
        expect(yield* reconcile(settings, own)).toMatchObject({ isSuccess: true })
      }).pipe(Effect.provide(processor(settings, own)))
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)), TEST_TIMEOUT)

  it.live("reconcile compares at equal positions while orders are folded", () =>
    Effect.gen(function*() {
      const settings = KafkaSettingsOfTest.settingsAt(kafka)
      const own = yield* redis
      yield* Effect.gen(function*() {
        yield* ItemSales.sell(["first"], UNITS)
        let sold = 0
        const selling = yield* Effect.forkScoped(
          Effect.forever(Effect.suspend(() => ItemSales.sell([`item-${sold++}`], UNITS)))
        )
        for (let n = 0; n < 4; n++) {
          const { complaint, isSuccess, out } = yield* reconcile(settings, own)
          expect([isSuccess, isSuccess ? "" : complaint + out]).toEqual([true, ""])
        }
        yield* Fiber.interrupt(selling)
        expect(sold).toBeGreaterThan(4)
      }).pipe(Effect.provide(processor(settings, own)))
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)), TEST_TIMEOUT)

  it.live("stock that was set by hand outlives a repair", () =>
    Effect.gen(function*() {
      const settings = KafkaSettingsOfTest.settingsAt(kafka)
      const own = yield* redis
      yield* Effect.provide(ItemSales.sell(ITEMS, UNITS), processor(settings, own))
      yield* own.cli("SET", Keys.inventory(ItemId.make("hats")), 50)
      const noticed = yield* reconcile(settings, own)
      expect(noticed).toMatchObject({ isSuccess: true })
      expect(noticed.out).toContain("item hats: the key inventory:hats shows 50 where 0 was left: changed by hand")
      yield* own.cli("HSET", metaOf("hats"), "sold", "7")
      yield* own.cli("DEL", Keys.inventory(ItemId.make("shoes")))
      const repaired = yield* reconcile(settings, own, { apply: true })
      expect(repaired.out).toContain("the key inventory:shoes is gone")
      expect(repaired.out).toContain("is folded again when a processor runs")
      yield* Effect.gen(function*() {
        const store = yield* ItemStore
        const log = yield* OrderLog
        const itemId = ItemId.make("hats")
        const summary = yield* store.read(home(itemId, yield* log.partitions), itemId).pipe(
          Effect.repeat({ schedule: Schedule.spaced("10 millis"), until: ({ available }) => available === 50 })
        )
        expect(summary).toMatchObject({ held: 0, sold: UNITS, stocked: 50 + UNITS })
        yield* ItemSales.settled(ITEMS, UNITS)
      }).pipe(Effect.provide(processor(settings, own)))
      expect(yield* own.cli("GET", Keys.inventory(ItemId.make("shoes")))).toBe("0")
      expect(yield* reconcile(settings, own)).toMatchObject({ isSuccess: true })
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)), TEST_TIMEOUT)

  it.live(
    "recover --to folds a second Redis to the same, key by key, beside a running processor",
    () =>
      Effect.gen(function*() {
        const settings = KafkaSettingsOfTest.settingsAt(kafka)
        const own = yield* redis
        const second = yield* redis
        const [left, right] = [
          yield* built(own),
          yield* built(second)
        ]
        const reader = yield* Layer.build(Infra.layerReader(settings))
        const within = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provideContext(effect, reader)
        yield* Effect.gen(function*() {
          yield* ItemSales.sell(ITEMS, UNITS)
          const log = yield* within(Refilling.surveyed(left))
          expect(Survey.total(log)).toBeGreaterThan(ITEMS.length * ItemSales.ORDERS)
          expect((yield* capture(Refilling.rehearse(log, "there"))).out).toContain("Nothing was changed")
          expect(yield* second.cli("DBSIZE")).toBe(0)
          const filled = yield* capture(within(Refilling.refill(log, right)))
          expect(filled).toMatchObject({ isSuccess: true })
          expect(filled.out).toMatch(/\[#+\] 100 %.*\n\d+ records of 3 partitions folded into Redis at /)
          const same = yield* capture(Refilling.compare(log, left, right))
          expect(same).toMatchObject({ isSuccess: true, out: "3 items compared, 0 differ, 0 at different offsets" })
          yield* second.cli("HSET", Keys.orders(ItemId.make("hats")), "hats-0", "sold u-0 2 1 1 - - - -")
          yield* second.cli("DEL", metaOf("socks"))
          const other = yield* capture(Refilling.compare(log, left, right))
          expect(other.isSuccess).toBe(false)
          expect(other.out).toMatch(/order hats-0: Redis at \S+ sold 1 for u-0.*, Redis at \S+ sold 2 for u-0/)
          expect(other.out).toContain("3 items compared, 1 differ, 1 at different offsets")
          expect((yield* capture(Refilling.refuseFull(right))).complaint).toContain("is not empty")
        }).pipe(Effect.provide(processor(settings, own)))
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)),
    TEST_TIMEOUT
  )

  it.live("a processor goes on from a second Redis, and its statuses come back", () =>
    Effect.gen(function*() {
      const settings = KafkaSettingsOfTest.settingsAt(kafka)
      const own = yield* redis
      const second = yield* redis
      const right = yield* built(second)
      const reader = yield* Layer.build(Infra.layerReader(settings))
      yield* Effect.provide(ItemSales.sell(ITEMS, UNITS), processor(settings, own))
      const log = yield* Effect.provideContext(Refilling.surveyed(undefined), reader)
      yield* capture(Effect.provideContext(Refilling.refill(log, right), reader))
      expect(yield* second.cli("EXISTS", "order_status:hats-0")).toBe(0)
      yield* Effect.gen(function*() {
        yield* ItemSales.sell(["boots"], UNITS)
        yield* second.cli("EXISTS", "order_status:hats-0").pipe(
          Effect.repeat({ schedule: Schedule.spaced("20 millis"), until: (found) => found === 1 })
        )
      }).pipe(Effect.provide(processor(settings, second)))
      expect(yield* reconcile(settings, second)).toMatchObject({ isSuccess: true })
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)), TEST_TIMEOUT)

  it.live("recover refuses a log that is not whole", () =>
    Effect.gen(function*() {
      const settings = KafkaSettingsOfTest.settingsAt(kafka)
      const own = yield* redis
      yield* Effect.provide(ItemSales.sell(ITEMS, UNITS), processor(settings, own))
      const left = yield* built(own)
      const reader = yield* Layer.build(Infra.layerReader(settings))
      const survey = capture(Effect.provideContext(Refilling.surveyed(left), reader))
      yield* own.cli("HSET", metaOf("hats"), `pos:${home(ItemId.make("hats"), 3)}`, 999)
      expect((yield* survey).complaint).toMatch(/the log ends at \d+, but Redis at \S+ has folded it up to 1000/)
      const partition = home(ItemId.make("shoes"), 3)
      yield* Effect.promise(() =>
        administer(kafka, async (admin) => {
          await admin.fetchTopicOffsets(settings.ordersTopic)
          await admin.deleteTopicRecords({ topic: settings.ordersTopic, partitions: [{ partition, offset: "2" }] })
        })
      )
      expect((yield* survey).complaint).toContain(`partition ${partition}: the log begins at 2; what came before`)
      const compared = yield* reconcile(settings, own, { apply: true })
      expect(compared.isSuccess).toBe(false)
      expect(compared.out).toContain(
        `partition ${partition}: the log begins at 2, so what came before cannot be folded`
      )
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)), TEST_TIMEOUT)

  it.live("recover --to refuses a Redis that holds anything", () =>
    Effect.gen(function*() {
      const [own, second] = [yield* redis, yield* redis]
      yield* second.cli("SET", "something", "else")
      const type = CommandLine.runner(Cli.runWith(Recover.command, { version: "0.0.0" }))
      const typed = yield* type(`--to ${second.address.host}:${second.address.port}`, {
        REDIS_ADDR: `${own.address.host}:${own.address.port}`,
        KAFKA_ADDR: kafka
      })
      expect(typed.complaint).toContain("is not empty, and only an empty one is folded into: nothing was changed")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)), TEST_TIMEOUT)
})
