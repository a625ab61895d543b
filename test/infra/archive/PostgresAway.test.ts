/** A PostgreSQL that is away, silent or killed: the archive says so soon, and goes on when it is back. */
import { assert, describe, it } from "@effect/vitest"
import { Archive, ArchiveWriter } from "@flash-sale/domain/ports/Archive"
import * as ArchiveLayers from "@flash-sale/infra/archive/ArchiveLayers"
import { Effect, Schedule } from "effect"
import { fresh } from "../../contract/archive/ArchiveContract.ts"
import { batch, step } from "../../contract/archive/Telling.ts"
import { PostgresServer } from "../../servers/PostgresServer.ts"
import { needed, postgresPrograms } from "../../servers/servers.ts"
import * as OwnDatabase from "./OwnDatabase.ts"

const programs = needed(postgresPrograms())

/** What it may take to say that it is away, in milliseconds, on a machine that is busy. */
const SOON_MILLIS = 3_500
const TEST_TIMEOUT = 120_000

const server = Effect.acquireRelease(
  Effect.promise(() => PostgresServer.make(programs)),
  (made) => Effect.promise(() => made.stop())
)

/** How long it takes to fail. */
const fails = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    const from = performance.now()
    const error = yield* Effect.flip(effect)
    return { error: error as unknown, millis: performance.now() - from }
  })

/** Asks until it answers: a server needs a while to recover. */
const whenUp = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.retry(effect, { schedule: Schedule.spaced("50 millis"), times: 400 })

describe("the archive in a PostgreSQL", () => {
  it.live("that is away says so soon, and takes in and answers as soon as it is back", () =>
    Effect.gen(function*() {
      const postgres = yield* server
      const layer = ArchiveLayers.layerPostgres(OwnDatabase.urlOf(postgres.address))
      yield* Effect.gen(function*() {
        const { record } = yield* ArchiveWriter
        const { find, isUp, sums } = yield* Archive
        const order = fresh(10)
        const taken = record(batch([step("order.completed", order)]))
        const isAway = (why: string) =>
          Effect.gen(function*() {
            for (const question of [Effect.asVoid(find(order.request)), Effect.asVoid(sums(order.item))]) {
              const { error, millis } = yield* fails(question)
              assert.propertyVal(error, "_tag", "ArchiveUnavailable", why)
              assert.isBelow(millis, SOON_MILLIS, why)
            }
            assert.isFalse(yield* isUp)
          })
        yield* isAway("not started")
        assert.propertyVal((yield* fails(taken)).error, "_tag", "ArchiveUnavailable")
        yield* Effect.promise(() => postgres.start())
        const { error } = yield* fails(find(order.request))
        assert.propertyVal(error, "detail", "it holds no tables yet: `flash-sale archive` makes them")
        yield* whenUp(taken)
        assert.strictEqual((yield* find(order.request)).length, 1)
        assert.isTrue(yield* isUp)
        postgres.freeze()
        yield* isAway("frozen")
        postgres.thaw()
        assert.strictEqual((yield* whenUp(find(order.request))).length, 1)
        yield* Effect.promise(() => postgres.kill())
        // The process of a connection notices a moment later that its server is gone, and answers until then.
        yield* Effect.repeat(isUp, { until: (up: boolean) => !up })
        yield* isAway("killed")
        yield* Effect.promise(() => postgres.start())
        assert.strictEqual((yield* whenUp(find(order.request))).length, 1)
        yield* whenUp(record(batch([step("order.refunded", { ...order, placed: 10, at: 11 })])))
        assert.strictEqual((yield* find(order.request))[0]?.status, "REFUNDED")
      }).pipe(Effect.provide(layer))
    }).pipe(Effect.scoped), TEST_TIMEOUT)
})
