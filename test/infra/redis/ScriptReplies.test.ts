/** Replies that come with every order are looked through by hand: what is none is told by the schema, and is a bug. */
import { assert, describe, it } from "@effect/vitest"
import * as Replies from "@flash-sale/infra/redis/wire/ScriptReplies"
import { Effect, Exit, Schema } from "effect"

const RIGHT: ReadonlyArray<unknown> = [
  [[]],
  [["order_status:a"], ["known", "{}"], ["claimed", 59], ["limited", 0]]
]
const WRONG: ReadonlyArray<unknown> = [
  undefined,
  null,
  "claimed",
  [],
  [["a"], []],
  [[1]],
  ["a"],
  [[], ["known", 1]],
  [[], ["claimed", "1"]],
  [[], ["claimed", 1.5]],
  [[], ["other", 1]],
  [[], ["claimed", 1, 2]],
  [[], null]
]

describe("Script replies", () => {
  it.effect("are read as the schema reads them", () =>
    Effect.gen(function*() {
      const byTheSchema = Schema.is(Replies.AdmitReply)
      for (const reply of [...RIGHT, ...WRONG]) {
        const read = yield* Effect.exit(Replies.admitReply(reply))
        assert.strictEqual(Exit.isSuccess(read), byTheSchema(reply), JSON.stringify(reply))
        if (Exit.isSuccess(read)) assert.deepStrictEqual(read.value as unknown, reply)
      }
      assert.isTrue(RIGHT.every(byTheSchema))
    }))

  it.effect("those of folds are read as the schema reads them", () =>
    Effect.gen(function*() {
      const byTheSchema = Schema.is(Replies.FoldReplies)
      const folded = ["folded", "", ["1"], "10", "h - -"]
      const right = [[], [folded], [folded, ["moved"], ["behind", "7"], ["stopped", "why"], ["failed", "DAMAGED"]]]
      const wrong = [
        null,
        ["folded"],
        [["folded", "", ["1"], "10"]],
        [["folded", "", [1], "10", ""]],
        [[...folded, "more"]],
        [folded, ["behind", 7]],
        [folded, ["other"]],
        [folded, null]
      ]
      for (const reply of [...right, ...wrong]) {
        const read = yield* Effect.exit(Replies.foldReplies(reply))
        assert.strictEqual(Exit.isSuccess(read), byTheSchema(reply), JSON.stringify(reply))
        if (Exit.isSuccess(read)) assert.deepStrictEqual(read.value as unknown, reply)
      }
      assert.isTrue(right.every(byTheSchema))
    }))

  it.effect("texts are texts, or a bug", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Replies.texts(["a", ""]), ["a", ""])
      for (const reply of [null, "a", [1], ["a", null]]) {
        assert.isTrue(Exit.isFailure(yield* Effect.exit(Replies.texts(reply))))
      }
    }))
})
