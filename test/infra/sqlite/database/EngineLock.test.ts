import { assert, describe, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as EngineLock from "@flash-sale/infra/sqlite/database/EngineLock"
import { CannotOpen } from "@flash-sale/infra/sqlite/database/OpenFile"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Context, Effect, Fiber, Layer, Schedule } from "effect"
import { copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "../Folders.ts"

const opened = (folder: string) => Effect.scoped(Layer.build(EngineLock.layer(folder)))

describe("EngineLock", () => {
  it.effect("one engine gets the lock, and the second gets an error that names the folder", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Effect.scoped(Effect.gen(function*() {
        yield* Layer.build(EngineLock.layer(folder))
        const error = yield* Effect.flip(opened(folder))
        assert.deepStrictEqual(error, new EngineLock.EngineLocked({ folder }))
        assert.include(error.message, folder)
      }))
      yield* opened(folder)
    }))

  it.live("a lock whose file was deleted is taken again, and keeps a second engine out", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      writeFileSync(join(folder, "engine.sqlite"), "", { mode: 0o600 })
      const { lost } = Context.get(yield* Layer.build(EngineLock.layer(folder)), EngineLock.EngineLock)
      for (const nth of [1, 2]) {
        rmSync(join(folder, "engine.lock"))
        const second = yield* Effect.forkChild(Effect.flip(opened(folder)), { startImmediately: true })
        assert.isUndefined(lost(), String(nth))
        assert.deepStrictEqual(yield* Fiber.join(second), new EngineLock.EngineLocked({ folder }))
      }
    }))

  it.live("an engine that was away while another took its folder neither reads nor writes any more", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const frozen = Context.get(yield* Layer.build(EngineLock.layer(folder)), EngineLock.EngineLock)
      rmSync(join(folder, "engine.lock"))
      const other = Context.get(yield* Layer.build(EngineLock.layer(folder)), EngineLock.EngineLock)
      assert.isUndefined(other.lost())
      assert.include(frozen.lost() ?? "", "another engine has taken the folder")
      assert.isUndefined(other.lost())
    }))

  it.live("an engine is told that its file was deleted, replaced, or is another engine's by now", () =>
    Effect.gen(function*() {
      const changes: ReadonlyArray<readonly [string, (folder: string) => void]> = [
        ["was deleted or replaced", (folder) => rmSync(join(folder, "engine.sqlite"))],
        ["was deleted or replaced", (folder) => rmSync(folder, { recursive: true })],
        ["was deleted or replaced", (folder) => {
          copyFileSync(join(folder, "engine.sqlite"), join(folder, "copy"))
          renameSync(join(folder, "copy"), join(folder, "engine.sqlite"))
        }]
      ]
      for (const [why, change] of changes) {
        const folder = yield* Folders.temporary
        const engine = yield* Layer.build(Layer.fresh(SqliteInfra.layer({ folder })))
        const log = Context.get(engine, OrderLog)
        const record = { itemId: ItemId.make("101"), value: "{}", headers: {} }
        yield* log.append(record)
        change(folder)
        const error = yield* Effect.flip(Effect.repeat(log.append(record), Schedule.spaced("5 millis")))
        assert.strictEqual(error._tag, "AppendRefused")
        assert.include(error.detail, why)
        assert.isFalse(yield* log.isUp)
      }
    }))

  it.effect("a folder that cannot be used is not called locked", () =>
    Effect.gen(function*() {
      const folder = join(yield* Folders.temporary, "file")
      writeFileSync(folder, "in the way")
      assert.instanceOf(yield* Effect.flip(opened(folder)), CannotOpen)
    }))

  it.effect("reading and appending beside the engine needs no lock", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      yield* Layer.build(SqliteInfra.layer({ folder }))
      const beside = Context.get(yield* Layer.build(SqliteInfra.layerBeside({ folder })), OrderLog)
      const record = { itemId: ItemId.make("101"), value: "{}", headers: {} }
      const first = yield* beside.append(record)
      assert.strictEqual((yield* beside.append(record)).offset, first.offset + 1)
    }))
})
