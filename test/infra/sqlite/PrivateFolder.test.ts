/** The folder of the embedded file: nobody but its owner may read what is in it. */
import { assert, describe, it } from "@effect/vitest"
import type { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import * as Infra from "@flash-sale/infra/Infra"
import { Effect, type Layer } from "effect"
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "./Folders.ts"

/** A user that is not root. */
const NOBODY = 65_534

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
      const [engine, ...commands] = yield* refusals(dataDir)
      assert.strictEqual(engine, `cannot open ${dataDir}: is open to other users (mode 0755): chmod go= ${dataDir}`)
      for (const line of commands) assert.include(line, "no engine has worked there")
      assert.deepStrictEqual(readdirSync(dataDir), [])
      chmodSync(dataDir, 0o700)
      yield* opened(Infra.layerEmbedded({ dataDir }), dataDir)
      for (const [name, mode] of [["engine.sqlite", 0o640], ["orders.high", 0o604], ["engine.lock", 0o660]] as const) {
        const path = join(dataDir, name)
        chmodSync(path, mode)
        for (const line of yield* refusals(dataDir)) {
          assert.strictEqual(
            line,
            `cannot open ${path}: is open to other users (mode 0${mode.toString(8)}): chmod -R go= ${dataDir}`
          )
        }
        chmodSync(path, 0o600)
      }
      // What somebody else keeps in the folder is nobody's to change.
      writeFileSync(join(dataDir, "notes.txt"), "")
      chmodSync(dataDir, 0o755)
      for (const line of yield* refusals(dataDir)) assert.isTrue(line.endsWith(`: chmod go= ${dataDir}`), line)
      chmodSync(dataDir, 0o700)
      yield* opened(Infra.layerEmbedded({ dataDir }), dataDir)
    }))

  it.live("what is no engine's folder is called so first, and nothing is made in it", () =>
    Effect.gen(function*() {
      const place = yield* Folders.temporary
      const file = join(place, "README.md")
      writeFileSync(file, "")
      for (const line of yield* refusals(file)) assert.strictEqual(line, `cannot open ${file}: is no folder`)
      chmodSync(place, 0o755)
      const [engine, beside, itemsBeside, alone] = yield* refusals(place)
      assert.strictEqual(
        engine,
        `cannot open ${place}: holds files that are no engine's (README.md): name an empty folder, ` +
          "or one that is missing"
      )
      for (const line of [beside, itemsBeside, alone]) {
        assert.strictEqual(
          line,
          `cannot open ${
            join(place, "engine.sqlite")
          }: no engine has worked there: name its folder by --data-dir or DATA_DIR`
        )
      }
      for (const line of yield* refusals("/")) assert.notInclude(line, "chmod")
      assert.deepStrictEqual(readdirSync(place), ["README.md"])
    }))

  it.live("a volume's root and keys that were brought along are a folder to begin in", () =>
    Effect.gen(function*() {
      const dataDir = yield* Folders.temporary
      mkdirSync(join(dataDir, "lost+found"), { mode: 0o700 })
      writeFileSync(join(dataDir, "payment-token.keys"), "", { mode: 0o600 })
      yield* opened(Infra.layerEmbedded({ dataDir }), dataDir)
    }))

  it.live("an engine runs as the owner of its folder, and makes nothing in another's", (context) =>
    Effect.gen(function*() {
      const dataDir = yield* Folders.temporary
      // Only root may give a folder away.
      if (process.geteuid?.() !== 0) return context.skip()
      chownSync(dataDir, NOBODY, NOBODY)
      const [line] = yield* refusals(dataDir)
      assert.strictEqual(
        line,
        `cannot open ${dataDir}: belongs to user ${NOBODY}, and this process runs as user 0: an engine runs as the ` +
          "owner of its folder and its files"
      )
      assert.deepStrictEqual(readdirSync(dataDir), [])
    }))
})
