/** The keys' file as it changes under a running engine: no change opens the door, and none is overlooked. */
import { assert, describe, it } from "@effect/vitest"
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import type { Callers } from "@flash-sale/domain/ports/Callers"
import * as ApiKeys from "@flash-sale/infra/access/keys/ApiKeys"
import { Effect, Logger } from "effect"
import { TestClock } from "effect/testing"
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import * as Folders from "../../sqlite/Folders.ts"
import * as BuyerTokens from "../BuyerTokens.ts"

const { NOW } = BuyerTokens
const named = (name: string, rest: Partial<ApiKeys.NewKey> = {}): ApiKeys.NewKey => ({
  name: KeyName.make(name),
  scopes: ["read"],
  expiresAt: undefined,
  ...rest
})

const said = (callers: Callers["Service"], key: string): string | undefined => {
  const identity = callers.known(`Bearer ${key}`)
  if (identity?._tag === "Identified") return identity.caller._tag === "Key" ? identity.caller.name : "somebody"
  return identity?._tag === "Rejected" ? identity.why : undefined
}
const UNKNOWN = "the api key is not known"

/** A file with the key `ops`, an engine that follows it, and the lines that it logs. */
const setUp = Effect.gen(function*() {
  yield* TestClock.setTime(NOW)
  const folder = yield* Folders.temporary
  const path = join(folder, "keys.json")
  const ops = yield* ApiKeys.create(path, named("ops"))
  const lines: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`))
  const callers = yield* BuyerTokens.callers({ keysFile: path }).pipe(Effect.provide(Logger.layer([logger])))
  assert.strictEqual(said(callers, ops), "ops")
  return { folder, path, ops, lines, callers, good: readFileSync(path, "utf8") }
})

const aSecond = TestClock.adjust("1 second")

describe("the keys' file under a running engine", () => {
  it.effect("a key that is made is taken within a second, and one that is revoked is not any more", () =>
    Effect.gen(function*() {
      const { callers, lines, ops, path } = yield* setUp
      const shop = yield* ApiKeys.create(path, named("shop"))
      assert.strictEqual(said(callers, shop), UNKNOWN)
      yield* aSecond
      assert.deepStrictEqual([said(callers, shop), said(callers, ops)], ["shop", "ops"])
      yield* ApiKeys.revoke(path, KeyName.make("ops"))
      yield* aSecond
      assert.deepStrictEqual([said(callers, shop), said(callers, ops)], ["shop", UNKNOWN])
      assert.deepStrictEqual(
        lines,
        Array.from({ length: 2 }, () => `Info ${path} has changed: the api keys are read anew`)
      )
    }))

  it.effect("a file that cannot be read or understood changes nothing, and is said once", () =>
    Effect.gen(function*() {
      const { callers, folder, good, lines, ops, path } = yield* setUp
      const broken: ReadonlyArray<readonly [what: string, make: () => void]> = [
        ["emptied", () => truncateSync(path)],
        ["cut off", () => writeFileSync(path, good.slice(0, -5))],
        ["garbage", () => writeFileSync(path, Buffer.from([0xff, 0x00, 0xfe]))],
        ["too long", () => writeFileSync(path, "x".repeat(100_000))],
        ["another thing", () => writeFileSync(path, "{}")],
        ["open to all", () => chmodSync(path, 0o666)],
        ["a folder", () => (unlinkSync(path), mkdirSync(path))],
        ["a link to itself", () => (rmSync(path, { recursive: true }), symlinkSync(path, path))],
        ["a device", () => (unlinkSync(path), symlinkSync("/dev/zero", path))]
      ]
      for (const [what, make] of broken) {
        make()
        const before = lines.length
        yield* aSecond
        yield* aSecond
        assert.strictEqual(said(callers, ops), "ops", what)
        assert.lengthOf(callers.keys(), 1)
        assert.strictEqual(lines.length, before + 1, what)
        assert.match(lines.at(-1) ?? "", /^Error the api keys stay as they were read before: .*keys\.json/, what)
        assert.strictEqual(said(callers, ops.replace("ops", "opt")), UNKNOWN)
      }
      unlinkSync(path)
      writeFileSync(join(folder, "new"), good, { mode: 0o600 })
      renameSync(join(folder, "new"), path)
      yield* aSecond
      assert.strictEqual(said(callers, ops), "ops")
      assert.match(lines.at(-1) ?? "", /^Info .* can be read again: the api keys are as before$/)
    }))

  it.effect("a file that is deleted holds no keys, and one that comes later does", () =>
    Effect.gen(function*() {
      const { callers, good, lines, ops, path } = yield* setUp
      unlinkSync(path)
      yield* aSecond
      assert.deepStrictEqual([said(callers, ops), callers.keys().length], [UNKNOWN, 0])
      assert.deepStrictEqual(lines, [`Info ${path} is gone, and the api keys with it`])
      writeFileSync(path, good, { mode: 0o600 })
      yield* aSecond
      assert.deepStrictEqual([said(callers, ops), callers.keys().length], ["ops", 1])
    }))

  it.effect("a file that is deleted and written anew, as some programs replace it, has keys all the while", () =>
    Effect.gen(function*() {
      const { callers, good, lines, ops, path } = yield* setUp
      for (let times = 0; times < 10; times++) {
        unlinkSync(path)
        // In some of these pauses the engine looks.
        yield* TestClock.adjust("200 millis")
        assert.deepStrictEqual([said(callers, ops), callers.keys().length], ["ops", 1])
        writeFileSync(path, good, { mode: 0o600 })
        yield* aSecond
        assert.deepStrictEqual([said(callers, ops), callers.keys().length], ["ops", 1])
      }
      assert.deepStrictEqual(lines, [])
    }))

  it.effect("a link that is led elsewhere is followed, as Kubernetes replaces what it mounts", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(NOW)
      const folder = yield* Folders.temporary
      const made = yield* Effect.forEach(["one", "two"], (name) =>
        Effect.gen(function*() {
          mkdirSync(join(folder, name))
          return yield* ApiKeys.create(join(folder, name, "keys.json"), named(name))
        }))
      symlinkSync("one", join(folder, "..data"))
      symlinkSync("..data/keys.json", join(folder, "keys.json"))
      const callers = yield* BuyerTokens.callers({ keysFile: join(folder, "keys.json") })
      assert.deepStrictEqual(made.map((key) => said(callers, key)), ["one", UNKNOWN])
      symlinkSync("two", join(folder, "..new"))
      renameSync(join(folder, "..new"), join(folder, "..data"))
      yield* aSecond
      assert.deepStrictEqual(made.map((key) => said(callers, key)), [UNKNOWN, "two"])
    }))

  it.effect("a key that expires is rejected from then on, also where it was taken before, and the clock may step", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(NOW)
      const path = join(yield* Folders.temporary, "keys.json")
      const key = yield* ApiKeys.create(path, named("ops", { expiresAt: NOW + 60_000 }))
      const callers = yield* BuyerTokens.callers({ keysFile: path })
      assert.strictEqual(said(callers, key), "ops")
      yield* TestClock.setTime(NOW + 59_999)
      assert.strictEqual(said(callers, key), "ops")
      yield* TestClock.setTime(NOW + 60_000)
      assert.strictEqual(said(callers, key), "the api key has expired")
      assert.strictEqual(said(callers, `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`), UNKNOWN)
      assert.lengthOf(callers.keys(), 1)
      yield* TestClock.setTime(NOW - 1_000_000)
      assert.strictEqual(said(callers, key), "ops")
    }))
})

describe("the keys' file at the start", () => {
  it.effect("no file is no keys; one that cannot be used stops the start in one line", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const path = join(folder, "keys.json")
      assert.lengthOf((yield* BuyerTokens.callers({ keysFile: path })).keys(), 0)
      assert.lengthOf((yield* BuyerTokens.callers({ keysFile: undefined })).keys(), 0)
      const start = Effect.map(Effect.flip(BuyerTokens.callers({ keysFile: path })), ({ message }) => message)
      writeFileSync(path, "", { mode: 0o600 })
      assert.strictEqual(yield* start, `the api keys cannot be used: ${path} is empty`)
      writeFileSync(path, "[7]")
      assert.strictEqual(yield* start, `the api keys cannot be used: ${path}: key 1 is no key`)
      writeFileSync(path, "[]")
      assert.lengthOf((yield* BuyerTokens.callers({ keysFile: path })).keys(), 0)
      chmodSync(path, 0o644)
      assert.strictEqual(
        yield* start,
        `the api keys cannot be used: ${path} is open to other users (mode 0644): chmod 0640, or less`
      )
      rmSync(path)
      mkdirSync(path)
      assert.strictEqual(yield* start, `the api keys cannot be used: ${path} is no file`)
    }))
})
