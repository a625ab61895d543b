/** Keys that are made and revoked: by two commands at once, in files of others, and where nothing can be written. */
import { assert, describe, it } from "@effect/vitest"
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import * as ApiKeys from "@flash-sale/infra/access/keys/ApiKeys"
import { Effect } from "effect"
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { spawnLogged } from "../../../servers/Processes.ts"
import * as Folders from "../../sqlite/Folders.ts"

const named = (name: string): ApiKeys.NewKey => ({
  name: KeyName.make(name),
  scopes: ["orders", "read", "orders"],
  expiresAt: undefined
})
const MAKER = fileURLToPath(new URL("KeyMaker.ts", import.meta.url))
const modeOf = (path: string): number => statSync(path).mode & 0o777

describe("ApiKeys", () => {
  it.effect("a key is told once, and the file has its hash alone, for its owner alone", () =>
    Effect.gen(function*() {
      const path = join(yield* Folders.temporary, "keys.json")
      const key = yield* ApiKeys.create(path, named("shop"))
      assert.match(key, /^fs_shop_[0-9A-Za-z]{32}$/)
      const text = readFileSync(path, "utf8")
      assert.notInclude(text, key.slice("fs_shop_".length))
      assert.match(text, /^\[\n {2}\{"name":"shop","hash":"sha256:[0-9a-f]{64}","scopes":\["orders","read"\]\}\n\]\n$/)
      assert.strictEqual(modeOf(path), 0o600)
      assert.notStrictEqual(yield* ApiKeys.create(path, named("other")), key)
      assert.deepStrictEqual(
        yield* ApiKeys.list(path),
        ["shop", "other"].map((name) => ({
          name: KeyName.make(name),
          scopes: ["orders", "read"],
          expiresAt: Number.POSITIVE_INFINITY
        }))
      )
    }))

  it.effect("a name is taken once, and free again when its key is revoked", () =>
    Effect.gen(function*() {
      const path = join(yield* Folders.temporary, "keys.json")
      yield* ApiKeys.create(path, named("shop"))
      const before = readFileSync(path, "utf8")
      const twice = yield* Effect.flip(ApiKeys.create(path, named("shop")))
      assert.strictEqual(twice.message, `there is a key shop in ${path}: take another name, or revoke it first`)
      assert.strictEqual(readFileSync(path, "utf8"), before)
      yield* ApiKeys.revoke(path, KeyName.make("shop"))
      const gone = yield* Effect.flip(ApiKeys.revoke(path, KeyName.make("shop")))
      assert.strictEqual(gone.message, `there is no key shop in ${path}`)
      yield* ApiKeys.create(path, named("shop"))
      assert.notStrictEqual(readFileSync(path, "utf8"), before)
    }))

  it.effect("of commands at once none loses what another one did", () =>
    Effect.gen(function*() {
      const path = join(yield* Folders.temporary, "keys.json")
      const makers = ["a", "b", "c"]
      yield* Effect.promise(() =>
        Promise.all(makers.map(async (name) => {
          const maker = await spawnLogged(process.execPath, [MAKER, path, name, "20"], {})
          const { code } = await maker.exit
          assert.strictEqual(code, 0, maker.output())
        }))
      )
      const names = (yield* ApiKeys.list(path))?.map(({ name }) => name).toSorted()
      const wanted = makers.flatMap((maker) => Array.from({ length: 20 }, (_, n) => `${maker}-${n}`)).toSorted()
      assert.deepStrictEqual(names, wanted.map((name) => KeyName.make(name)))
    }), 60_000)

  it.effect("a file has a most of keys, and nothing is lost where there are as many", () =>
    Effect.gen(function*() {
      const path = join(yield* Folders.temporary, "keys.json")
      const key = (n: number) => ({ name: `k${n}`, hash: `sha256:${"0".repeat(64)}`, scopes: ["read"] })
      writeFileSync(path, JSON.stringify(Array.from({ length: 100 }, (_, n) => key(n))), { mode: 0o600 })
      const refused = yield* Effect.flip(ApiKeys.create(path, named("shop")))
      assert.strictEqual(refused.message, `${path} holds 100 keys already, which is the most`)
      assert.strictEqual((yield* ApiKeys.list(path))?.length, 100)
    }))

  it.effect("the rights that a file has stay, and what a link leads to is changed", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      mkdirSync(join(folder, "real"))
      const real = join(folder, "real", "k.json")
      const link = join(folder, "keys.json")
      yield* ApiKeys.create(real, named("one"))
      chmodSync(real, 0o640)
      symlinkSync(real, link)
      yield* ApiKeys.create(link, named("two"))
      assert.isTrue(lstatSync(link).isSymbolicLink())
      assert.deepStrictEqual([modeOf(real), (yield* ApiKeys.list(real))?.length], [0o640, 2])
      assert.deepStrictEqual(readdirSync(join(folder, "real")).toSorted(), ["k.json", "k.json.lock"])
    }))

  it.effect("what cannot be used is refused in words, and is left as it is", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const path = join(folder, "keys.json")
      const nowhere = yield* Effect.flip(ApiKeys.create(join(folder, "nowhere", "keys.json"), named("a")))
      assert.match(nowhere.message, /^the api keys cannot be used: .* does not exist \(ENOENT\)/)
      assert.isUndefined(yield* ApiKeys.list(path))
      writeFileSync(path, "[", { mode: 0o600 })
      for (
        const attempt of [ApiKeys.create(path, named("a")), ApiKeys.list(path), ApiKeys.revoke(path, KeyName.make("a"))]
      ) {
        const failure = yield* Effect.flip(attempt)
        assert.strictEqual(failure.message, `the api keys cannot be used: ${path}: holds no JSON list of keys`)
      }
      assert.strictEqual(readFileSync(path, "utf8"), "[")
    }))

  it.effect("the first key is made where there is no file, and kept where nobody sees it told", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const path = join(folder, "keys.json")
      const keepIn = join(folder, "admin.key")
      const key = yield* ApiKeys.createFirst(path, named("admin"), keepIn)
      assert.strictEqual(readFileSync(keepIn, "utf8"), `${key}\n`)
      assert.strictEqual(modeOf(keepIn), 0o600)
      yield* ApiKeys.revoke(path, KeyName.make("admin"))
      // A file without keys is a file: somebody has taken them away.
      assert.isUndefined(yield* ApiKeys.createFirst(path, named("admin"), keepIn))
      assert.strictEqual(readFileSync(keepIn, "utf8"), `${key}\n`)
    }))
})
