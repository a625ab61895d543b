/** The folder of the embedded file: nobody but its owner may read what is in it. */
import { assert, describe, it } from "@effect/vitest"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import * as Infra from "@flash-sale/infra/Infra"
import { Effect, type Layer } from "effect"
import { chmodSync, mkdirSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "./Folders.ts"

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)
const modesIn = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, modeOf(join(folder, name))]))

/** Builds the layer, and looks at the folder while it is up. */
const opened = <A, E>(layer: Layer.Layer<A | OrderLog, E>, folder: string) =>
  Effect.sync(() => modesIn(folder)).pipe(Effect.provide(layer))

/** Why engine and commands refuse the folder: one line each. */
const refusals = (dataDir: string) => {
  const line = <A, E extends { readonly message: string }>(layer: Layer.Layer<A, E>) =>
    Effect.map(Effect.flip(Effect.provide(Effect.void, layer)), ({ message }) => message)
  return Effect.all([
    line(Infra.layerEmbedded({ dataDir })),
    line(Infra.layerEmbeddedBeside({ dataDir })),
    line(Infra.layerItemsBeside({ dataDir })),
    line(Infra.layerItemsAlone({ dataDir }))
  ])
}

describe("The folder of the embedded file", () => {
  it.live("folder and files are made for their owner alone, whatever the umask lets through", () =>
    Effect.gen(function*() {
      const dataDir = join(yield* Folders.temporary, "over", "data")
      const before = process.umask(0o000)
      const modes = yield* Effect.ensuring(
        opened(Infra.layerEmbedded({ dataDir }), dataDir),
        Effect.sync(() => process.umask(before))
      )
      assert.strictEqual(modeOf(dataDir), "700")
      assert.includeMembers(Object.keys(modes), ["engine.sqlite", "engine.sqlite-wal", "engine.lock"])
      for (const [name, mode] of Object.entries(modes)) assert.strictEqual(mode, "600", name)
      for (const [name, mode] of Object.entries(modesIn(dataDir))) assert.strictEqual(mode, "600", name)
    }))

  it.live("a folder or a file that others may read or write is refused by engine and commands, and not changed", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const dataDir = join(folder, "data")
      mkdirSync(dataDir, { mode: 0o755 })
      for (const line of yield* refusals(dataDir)) {
        assert.strictEqual(
          line,
          `cannot open ${dataDir}: is open to other users (mode 0755): chmod -R go= ${dataDir}`
        )
      }
      assert.deepStrictEqual(readdirSync(dataDir), [])
      chmodSync(dataDir, 0o700)
      yield* opened(Infra.layerEmbedded({ dataDir }), dataDir)
      for (const [name, mode] of [["engine.sqlite", 0o640], ["orders.high", 0o604], ["engine.lock", 0o660]] as const) {
        const path = join(dataDir, name)
        chmodSync(path, mode)
        for (const line of yield* refusals(dataDir)) {
          assert.include(line, `cannot open ${path}: is open to other users (mode 0${mode.toString(8)})`)
        }
        chmodSync(path, 0o600)
      }
      yield* opened(Infra.layerEmbedded({ dataDir }), dataDir)
    }))
})
