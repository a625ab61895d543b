/** What an engine has acknowledged is there after a kill -9, and so is the way in. */
import { assert, describe, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as Partition from "@flash-sale/domain/records/Partition"
import { EngineLocked } from "@flash-sale/infra/sqlite/database/EngineLock"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Effect, Fiber, Layer, Ref } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import * as Folders from "./Folders.ts"

const ENOUGH = 500
const TEST_TIMEOUT = 30_000
const ALL = 100_000
const script = fileURLToPath(new URL("./AppendingEngine.ts", import.meta.url))

/** Starts an engine on the folder. Killed with the scope, if it still lives. */
const start = (folder: string) =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, [script, folder], { stdio: ["ignore", "pipe", "inherit"] })),
    (child) => Effect.sync(() => void child.kill("SIGKILL"))
  )

/** Reads acknowledgements, and kills the engine without a warning when there are enough. */
const acknowledgedUntilKilled = Effect.fnUntraced(function*(folder: string, onEnough: Effect.Effect<void>) {
  const child = yield* start(folder)
  const exited = once(child, "exit")
  const lines = yield* Effect.promise(async () => {
    const read: Array<string> = []
    for await (const line of createInterface({ input: child.stdout })) {
      read.push(line)
      if (read.length === ENOUGH) {
        await Effect.runPromise(onEnough)
        child.kill("SIGKILL")
      }
    }
    await exited
    return read
  })
  return lines
})

/** Everything in the item's partition, as the engine printed it. */
const stored = Effect.fnUntraced(function*(itemId: ItemId) {
  const log = yield* OrderLog
  const home = Partition.home(itemId, yield* log.partitions)
  const found = yield* Ref.make<ReadonlyArray<string>>([])
  const reading = yield* Effect.forkChild(
    Effect.scoped(log.consume((owned) =>
      owned.partition !== home ? owned.revoked : Effect.andThen(
        Effect.orDie(Effect.gen(function*() {
          yield* owned.seek((yield* owned.bounds).start)
          const records = yield* owned.take(ALL)
          yield* Ref.set(found, records.map(({ headers, offset }) => `${offset} ${headers["request_id"]}`))
        })),
        owned.revoked
      )
    ))
  )
  yield* Effect.repeat(Effect.andThen(Effect.yieldNow, Ref.get(found)), { until: (lines) => lines.length > 0 })
  yield* Fiber.interrupt(reading)
  return yield* Ref.get(found)
})

describe("Durability of SQLite", () => {
  it.live(
    "an engine that is killed keeps every record that it acknowledged, and frees its folder",
    () =>
      Effect.gen(function*() {
        const folder = yield* Folders.temporary
        const locked = yield* Ref.make<unknown>(undefined)
        const second = Effect.flip(Effect.scoped(Layer.build(SqliteInfra.layer({ folder }))))
        const acknowledged = yield* acknowledgedUntilKilled(
          folder,
          Effect.orDie(Effect.flatMap(second, (error) => Ref.set(locked, error)))
        )
        assert.isAtLeast(acknowledged.length, ENOUGH)

        const refusal = yield* Ref.get(locked)
        assert.instanceOf(refusal, EngineLocked)
        assert.include(refusal.message, folder)

        const kept = new Set(yield* Effect.provide(stored(ItemId.make("101")), SqliteInfra.layer({ folder })))
        assert.deepStrictEqual(acknowledged.filter((line) => !kept.has(line)), [])
      }),
    TEST_TIMEOUT
  )
})
