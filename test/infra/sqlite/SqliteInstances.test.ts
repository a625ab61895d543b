/** The instances in the embedded file: for commands beside the engine, and by the one wall clock of the machine. */
import { assert, describe, it } from "@effect/vitest"
import { Instances, LIVES_MILLIS } from "@flash-sale/domain/ports/Instances"
import * as SqliteDatabase from "@flash-sale/infra/sqlite/database/SqliteDatabase"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import * as SqliteInstances from "@flash-sale/infra/sqlite/SqliteInstances"
import { Effect, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { gateway, processor } from "../../contract/InstancesContract.ts"
import * as SteppingClock from "../time/SteppingClock.ts"
import * as Folders from "./Folders.ts"

const HOUR = 3_600_000

const layer = SqliteInstances.layer.pipe(
  Layer.provideMerge(SqliteDatabase.layer("memory")),
  Layer.provideMerge(SteppingClock.layer)
)

const ids = Effect.gen(function*() {
  return (yield* (yield* Instances).list).map(({ instance }) => String(instance.id)).toSorted()
})

const insert = (id: string, at: number, report: string) =>
  Effect.flatMap(SqliteDatabase.SqliteDatabase, ({ writeSoon }) =>
    writeSoon((connection) => {
      connection.run("INSERT INTO instances(id, at, report) VALUES (?, ?, ?)", id, at, report)
      return Result.void
    }))

describe("SqliteInstances", () => {
  it.effect("what is not said again is gone after some seconds", () =>
    Effect.gen(function*() {
      const instances = yield* Instances
      yield* instances.report(gateway("g"))
      yield* TestClock.adjust(LIVES_MILLIS)
      assert.deepStrictEqual((yield* instances.list).map(({ ageMillis }) => ageMillis), [LIVES_MILLIS])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* ids, [])
    }).pipe(Effect.provide(layer)))

  it.effect("a wall clock that is set keeps nobody alive, and the next report counts", () =>
    Effect.gen(function*() {
      const instances = yield* Instances
      yield* TestClock.adjust(10 * HOUR)
      for (const step of [-HOUR, HOUR]) {
        yield* instances.report(gateway("dead"))
        yield* SteppingClock.step(step)
        assert.deepStrictEqual(yield* ids, [])
        yield* instances.report(processor("alive"))
        assert.deepStrictEqual(yield* ids, ["alive"])
      }
    }).pipe(Effect.provide(layer)))

  it.effect("rows that are no reports are passed over", () =>
    Effect.gen(function*() {
      for (const [at, text] of ["", "{", "[]", JSON.stringify(gateway("other")), "x".repeat(100_000)].entries()) {
        yield* insert(`rubbish-${at}`, 0, text)
      }
      yield* (yield* Instances).report(gateway("g"))
      assert.deepStrictEqual(yield* ids, ["g"])
    }).pipe(Effect.provide(layer)))

  it.live("a command beside a running engine sees it, and no longer when it has stopped", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const beside = ids.pipe(Effect.provide(SqliteInfra.layerBeside({ folder })))
      yield* Effect.gen(function*() {
        const instances = yield* Instances
        yield* instances.report(gateway("g"))
        yield* instances.report(processor("p"))
        assert.deepStrictEqual(yield* beside, ["g", "p"])
        yield* instances.withdraw(gateway("g").id)
        yield* instances.withdraw(processor("p").id)
      }).pipe(Effect.provide(SqliteInfra.layer({ folder })))
      assert.deepStrictEqual(yield* beside, [])
    }).pipe(Effect.scoped))
})
