import { assert, describe, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId } from "@flash-sale/domain/records/Ids"
import * as EngineLock from "@flash-sale/infra/sqlite/database/EngineLock"
import { CannotOpen } from "@flash-sale/infra/sqlite/database/OpenFile"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Context, Effect, Layer } from "effect"
import { writeFileSync } from "node:fs"
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
