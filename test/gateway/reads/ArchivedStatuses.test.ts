/** What `GET /orders/:request_id` answers by what store and archive know: the rule as a table. */
import { assert, describe, it } from "@effect/vitest"
import type { Caller } from "@flash-sale/domain/access/Caller"
import type { ArchivedOrder } from "@flash-sale/domain/archive/ArchivedOrder"
import { ArchiveUnavailable } from "@flash-sale/domain/ports/Archive"
import { Backlogs } from "@flash-sale/domain/ports/Backlogs"
import { Callers } from "@flash-sale/domain/ports/Callers"
import { ItemStore } from "@flash-sale/domain/ports/ItemStore"
import { OrderStatuses, type StatusLookup } from "@flash-sale/domain/ports/OrderStatuses"
import { RecoveryMarks } from "@flash-sale/domain/ports/RecoveryMarks"
import { CorrelationId, ItemId, RequestId, UserId } from "@flash-sale/domain/records/Ids"
import type { StatusRecord } from "@flash-sale/domain/records/OrderStatus"
import { Offset, PartitionId } from "@flash-sale/domain/records/Partition"
import * as Gatekeeper from "@flash-sale/gateway/access/Gatekeeper"
import { PartitionCount } from "@flash-sale/gateway/guards/PartitionCount"
import * as RecentCommits from "@flash-sale/gateway/guards/RecentCommits"
import { StoreBreaker } from "@flash-sale/gateway/guards/StoreBreaker"
import { Unconfirmed } from "@flash-sale/gateway/guards/Unconfirmed"
import * as UnknownOutcomes from "@flash-sale/gateway/guards/UnknownOutcomes"
import * as ArchiveReads from "@flash-sale/gateway/reads/ArchiveReads"
import * as StatusReads from "@flash-sale/gateway/reads/StatusReads"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as TestArchive from "../../archive/TestArchive.ts"

const [first, second] = [PartitionId.make(0), PartitionId.make(1)]
const alice: Caller = { _tag: "Buyer", userId: UserId.make("alice") }
const requestId = RequestId.make("r-1")

const recordOf = (userId: string): StatusRecord => ({
  requestId,
  itemId: ItemId.make("101"),
  amount: 1,
  status: "COMPLETED",
  attempt: 1,
  correlationId: CorrelationId.make("c-1"),
  updatedAt: "2026-01-01T00:00:01.000Z",
  fingerprint: `${userId}:101:1`,
  placedAtOffset: Offset.make(7)
})
const kept = (userId: string): StatusLookup => ({ _tag: "Kept", record: recordOf(userId) })

interface World {
  hot: StatusLookup
  isWhole: boolean
  settled: ReadonlyArray<number | undefined>
  /** How often the commits were read. */
  commitsRead: number
  /** Undefined: there is no archive. */
  archive: TestArchive.State | undefined
}

const told = (...offsets: ReadonlyArray<number>): ReadonlyMap<PartitionId, Offset> =>
  new Map(offsets.map((offset, index) => [PartitionId.make(index), Offset.make(offset)]))

const layerOf = (world: World) => {
  const answers = (question: Effect.Effect<unknown, unknown>) => question
  const services = StatusReads.layer.pipe(
    Layer.provideMerge(ArchiveReads.layer),
    Layer.provide([
      Layer.succeed(
        StoreBreaker,
        { ask: answers, askAside: answers, failedAt: () => Number.NEGATIVE_INFINITY } as StoreBreaker["Service"]
      ),
      Gatekeeper.layer({ auth: "open", maxChecks: 1, isTrusted: () => false }).pipe(
        Layer.provide(Layer.succeed(Callers, {
          known: () => undefined,
          identify: () => Effect.die(new Error("nobody sends a header")),
          keys: () => []
        }))
      ),
      Layer.succeed(PartitionCount, { partitions: Effect.succeed(2), now: () => 2 }),
      UnknownOutcomes.layer,
      Layer.succeed(Unconfirmed, { add: () => {}, isAny: Effect.succeed(false) }),
      Layer.mock(OrderStatuses, { readAll: (ids) => Effect.sync(() => ids.map(() => world.hot)) }),
      Layer.mock(ItemStore, { isUp: Effect.sync(() => world.isWhole) }),
      Layer.mock(RecoveryMarks, { session: Effect.succeed(1), read: () => Effect.succeed({} as never) }),
      Layer.succeed(Backlogs, {
        publish: () => Effect.void,
        read: Effect.sync(() => {
          world.commitsRead++
          return new Map([first, second].map((partition, index) => {
            const settled = world.settled[index]
            return [partition, { folded: 100, perSecond: 1, rules: 2, ...(settled === undefined ? {} : { settled }) }]
          }))
        })
      })
    ])
  )
  return world.archive === undefined ? services : Layer.provide(services, TestArchive.layer(world.archive))
}

/** The answer in words: the status, or the code. */
const answer = Effect.gen(function*() {
  const statuses = yield* StatusReads.StatusReads
  const reading = yield* Effect.forkChild(
    Effect.match(statuses.find(requestId, alice), {
      onSuccess: ({ isArchived, record }) => `200 ${record.status}${isArchived ? " archived" : ""}`,
      onFailure: (error) => error._tag === "UnknownOrder" ? "404" : `503 ${error.code}`
    })
  )
  yield* TestClock.adjust("1 second")
  return yield* Fiber.join(reading)
})

const row = (given: Partial<ArchivedOrder>) => [TestArchive.order(given)]
const unknown: StatusLookup = { _tag: "Unknown" }
const away = Effect.fail(new ArchiveUnavailable({ detail: "away" }))

/** What differs from an order that nobody knows, of which everything is told. */
interface Case {
  readonly is: string
  readonly world?: Partial<World>
  readonly archive?: Partial<TestArchive.State>
}

const TABLE: ReadonlyArray<readonly [Case, answer: string]> = [
  [{ is: "nobody knows it, and all is told" }, "404"],
  [{ is: "no archive", world: { archive: undefined } }, "404"],
  [
    { is: "no archive, and marks that are not whole", world: { archive: undefined, isWhole: false } },
    "503 store_unavailable"
  ],
  [{ is: "the store knows it", world: { hot: kept("alice") }, archive: { before: Effect.never } }, "200 COMPLETED"],
  [{ is: "it is being placed", world: { hot: { _tag: "Leased", fingerprint: "alice:101:1" } } }, "503 outcome_unknown"],
  [{ is: "the archive alone knows it", archive: { orders: row({}) } }, "200 COMPLETED archived"],
  [
    { is: "the same while the archive is behind", archive: { orders: row({}), told: told(0, 0) } },
    "200 COMPLETED archived"
  ],
  [
    { is: "the same while the marks are not whole", world: { isWhole: false }, archive: { orders: row({}) } },
    "200 COMPLETED archived"
  ],
  [
    { is: "the store has another's under this id", world: { hot: kept("bob") }, archive: { orders: row({}) } },
    "200 COMPLETED archived"
  ],
  [{ is: "another's in the store", world: { hot: kept("bob") } }, "404"],
  [{ is: "another's in the archive", archive: { orders: row({ userId: UserId.make("bob") }) } }, "404"],
  [{ is: "nobody's in the archive", archive: { orders: row({ userId: undefined }) } }, "404"],
  [
    {
      is: "two items have it, and one is the caller's",
      archive: {
        orders: [
          TestArchive.order({ userId: UserId.make("bob"), itemId: ItemId.make("102"), status: "EXPIRED" }),
          TestArchive.order({ status: "CANCELLED" })
        ]
      }
    },
    "200 CANCELLED archived"
  ],
  [
    {
      is: "two items have it for the caller: the one that moved last",
      archive: { orders: [TestArchive.order({ status: "REFUNDED" }), TestArchive.order({})] }
    },
    "200 REFUNDED archived"
  ],
  [
    { is: "the archive has it as not decided", archive: { orders: row({ status: "RESERVED", step: 1 }) } },
    "200 RESERVED archived"
  ],
  [
    {
      is: "the same while the archive is behind",
      archive: { orders: row({ status: "RESERVED", step: 1 }), told: told(50, 49) }
    },
    "503 store_unavailable"
  ],
  [{ is: "marks that are not whole", world: { isWhole: false } }, "503 store_unavailable"],
  [{ is: "an archive that is behind in one partition", archive: { told: told(50, 49) } }, "503 store_unavailable"],
  [{ is: "an archive in which something may be missing", archive: { gaps: told(7) } }, "503 store_unavailable"],
  [{ is: "an archive that has not begun with one", archive: { told: told(50) } }, "503 store_unavailable"],
  [
    { is: "the same, of a partition without a record", world: { settled: [50, 0] }, archive: { told: told(50) } },
    "404"
  ],
  [{ is: "a commit that nobody tells", world: { settled: [50, undefined] } }, "503 store_unavailable"],
  [{ is: "an archive that is away", archive: { before: away } }, "503 store_unavailable"],
  [{ is: "an archive that does not answer", archive: { before: Effect.never } }, "503 store_unavailable"]
]

const worldOf = ({ archive, world = {} }: Case): World => ({
  hot: unknown,
  isWhole: true,
  settled: [50, 50],
  commitsRead: 0,
  archive: TestArchive.state({ told: told(50, 50), ...archive }),
  ...world
})

describe("an order by its id", () => {
  for (const [one, expected] of TABLE) {
    it.effect(`${one.is}: ${expected}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* answer, expected)
      }).pipe(Effect.provide(layerOf(worldOf(one)))))
  }

  it.effect("the archive has to be past the commit of a moment ago, not of now", () => {
    const world = worldOf({ is: "" })
    return Effect.gen(function*() {
      assert.strictEqual(yield* answer, "404")
      yield* TestClock.adjust(RecentCommits.A_MOMENT)
      // The sale goes on, and the archive is a little behind it.
      world.settled = [80, 80]
      assert.strictEqual(yield* answer, "404")
      yield* TestClock.adjust(RecentCommits.A_MOMENT)
      assert.strictEqual(yield* answer, "503 store_unavailable")
      world.archive!.told = told(80, 80)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* answer, "404")
    }).pipe(Effect.provide(layerOf(world)))
  })

  it.effect("an order that comes with what was missing is found, and no 404", () => {
    const gaps = new Map([[first, Offset.make(9)]])
    const world = worldOf({ is: "", archive: { gaps } })
    // A rebuild adds the order, and closes the gap, after the order has been looked for.
    world.archive!.before = Effect.sync(() => {
      if (world.archive!.asked < 2) return
      world.archive!.orders = row({})
      world.archive!.gaps = new Map()
    })
    return Effect.gen(function*() {
      assert.strictEqual(yield* answer, "200 COMPLETED archived")
    }).pipe(Effect.provide(layerOf(world)))
  })

  it.effect("commits are read each second for the archive alone", () =>
    Effect.gen(function*() {
      const [without, having] = [worldOf({ is: "", world: { archive: undefined } }), worldOf({ is: "" })]
      const wait = Effect.andThen(StatusReads.StatusReads, TestClock.adjust("10 seconds"))
      yield* Effect.provide(wait, layerOf(without))
      yield* Effect.provide(wait, layerOf(having))
      assert.strictEqual(without.commitsRead, 0)
      assert.isAtLeast(having.commitsRead, 9)
    }))

  it.effect("a commit that was read long ago says nothing", () => {
    const world = worldOf({ is: "" })
    return Effect.gen(function*() {
      assert.strictEqual(yield* answer, "404")
      world.settled = [80, 80]
      yield* TestClock.adjust(RecentCommits.MAX_AGE)
      assert.strictEqual(yield* answer, "503 store_unavailable")
    }).pipe(Effect.provide(layerOf(world)))
  })

  it.effect("so many look-ups at once, and any further one is refused", () => {
    const world = worldOf({ is: "", archive: { before: Effect.never } })
    return Effect.gen(function*() {
      const statuses = yield* StatusReads.StatusReads
      const ask = Effect.flip(statuses.find(requestId, alice))
      const many = yield* Effect.forkChild(
        Effect.all(Array.from({ length: ArchiveReads.MAX_LOOKUPS }, () => ask), { concurrency: "unbounded" })
      )
      yield* Effect.yieldNow
      assert.deepInclude(yield* ask, { code: "overloaded" })
      yield* TestClock.adjust("1 second")
      for (const error of yield* Fiber.join(many)) assert.deepInclude(error, { code: "store_unavailable" })
      world.archive!.before = Effect.void
      assert.deepInclude(yield* ask, { _tag: "UnknownOrder" })
    }).pipe(Effect.provide(layerOf(world)))
  })

  it.effect("an archived order is shown as one of the store", () =>
    Effect.gen(function*() {
      const statuses = yield* StatusReads.StatusReads
      const { record } = yield* statuses.find(requestId, alice)
      assert.deepStrictEqual(record, recordOf("alice"))
    }).pipe(Effect.provide(layerOf(worldOf({ is: "", archive: { orders: row({}) } })))))
})
