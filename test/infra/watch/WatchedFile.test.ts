/** A watched file whose reading meets a fault of the engine's own. */
import { assert, describe, it } from "@effect/vitest"
import * as WatchedFile from "@flash-sale/infra/watch/WatchedFile"
import { Effect, Logger } from "effect"
import { TestClock } from "effect/testing"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "../sqlite/Folders.ts"

/** Texts that are read wrongly, each in a way of its own. */
const FAULTS: Readonly<Record<string, (text: string) => Effect.Effect<string, string>>> = {
  throws: () => {
    throw new TypeError("secret")
  },
  dies: () => Effect.die(new RangeError("secret")),
  rejects: () => Effect.promise(() => Promise.reject(new Error("secret")))
}
const read = (text: string): Effect.Effect<string, string> => FAULTS[text]?.(text) ?? Effect.succeed(text)

const options = (path: string): WatchedFile.Options<string> => ({ path, what: "the texts", read, missing: undefined })
const write = (path: string, text: string) => writeFileSync(path, text, { mode: 0o600 })
const aSecond = TestClock.adjust("1 second")

describe("a watched file", () => {
  it.effect("a fault while it is read is said once, shows nothing of it, and does not end the watch", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`))
    return Effect.gen(function*() {
      const path = join(yield* Folders.temporary, "texts")
      write(path, "first")
      const { current } = yield* WatchedFile.make(options(path))
      const said = (name: string) =>
        `Error the texts stay as they were read before: ${path}: reading it failed by a fault of the engine (${name})`
      for (const text of Object.keys(FAULTS)) {
        write(path, text)
        yield* aSecond
        yield* aSecond
        assert.strictEqual(current(), "first")
      }
      assert.deepStrictEqual(lines, [said("TypeError"), said("RangeError"), said("Error")])
      write(path, "second")
      yield* aSecond
      assert.strictEqual(current(), "second")
    }).pipe(Effect.provide(Logger.layer([logger])))
  })

  it.effect("a fault at the start stops it in the same words", () =>
    Effect.gen(function*() {
      const path = join(yield* Folders.temporary, "texts")
      for (const [text, name] of [["throws", "TypeError"], ["dies", "RangeError"], ["rejects", "Error"]] as const) {
        write(path, text)
        const failure = yield* Effect.flip(WatchedFile.make(options(path)))
        assert.strictEqual(
          failure.message,
          `the texts cannot be used: ${path}: reading it failed by a fault of the engine (${name})`
        )
      }
    }))
})
