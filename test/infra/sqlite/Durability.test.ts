/** What an engine has acknowledged is there after a kill -9, and so is the way in. */
import { assert, describe, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { OrderStatuses } from "@flash-sale/domain/ports/OrderStatuses"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import * as Partition from "@flash-sale/domain/records/Partition"
import * as Connection from "@flash-sale/infra/sqlite/database/Connection"
import { EngineLocked } from "@flash-sale/infra/sqlite/database/EngineLock"
import * as OpenFile from "@flash-sale/infra/sqlite/database/OpenFile"
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
/** The programs that do without end what is acknowledged. */
const scripts = {
  append: fileURLToPath(new URL("./AppendingEngine.ts", import.meta.url)),
  admit: fileURLToPath(new URL("./AdmittingEngine.ts", import.meta.url))
}

/** Starts an engine on the folder. Killed with the scope, if it still lives. */
const start = (folder: string, what: keyof typeof scripts) =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, [scripts[what], folder], { stdio: ["ignore", "pipe", "inherit"] })),
    (child) => Effect.sync(() => void child.kill("SIGKILL"))
  )

/** Reads acknowledgements, and kills the engine without a warning when there are enough. */
const acknowledgedUntilKilled = Effect.fnUntraced(function*(
  folder: string,
  what: keyof typeof scripts,
  onEnough: Effect.Effect<void>
) {
  const child = yield* start(folder, what)
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
          "append",
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

  it.live(
    "an engine that is killed has the record and the status of every order that it admitted, and neither alone",
    () =>
      Effect.gen(function*() {
        const folder = yield* Folders.temporary
        const acknowledged = yield* acknowledgedUntilKilled(folder, "admit", Effect.void)
        assert.isAtLeast(acknowledged.length, ENOUGH)
        yield* Effect.gen(function*() {
          const kept = yield* stored(ItemId.make("101"))
          assert.deepStrictEqual(acknowledged.filter((line) => !kept.includes(line)), [])
          const ids = kept.map((line) => RequestId.make(line.split(" ")[1]!))
          const found = yield* (yield* OrderStatuses).readAll(ids)
          assert.deepStrictEqual(ids.filter((_, n) => found[n]!._tag !== "Kept"), [])
        }).pipe(Effect.provide(SqliteInfra.layer({ folder })))
        const file = Connection.open(OpenFile.pathIn(folder), 0, true)
        const counts = file.get("SELECT (SELECT count(*) FROM log) AS records, count(*) AS statuses FROM statuses")
        file.close()
        assert.strictEqual(counts?.["records"], counts?.["statuses"])
      }),
    TEST_TIMEOUT
  )
})
