/** The file of the keys of payment tokens. */
import { assert, describe, it } from "@effect/vitest"
import { OrderLog } from "@flash-sale/domain/ports/OrderLog"
import { ItemId, RequestId } from "@flash-sale/domain/records/Ids"
import { PaymentToken } from "@flash-sale/domain/records/token/PaymentToken"
import * as AesTokenCipher from "@flash-sale/infra/payment/AesTokenCipher"
import * as TokenKeyFile from "@flash-sale/infra/payment/TokenKeyFile"
import * as TokenKeys from "@flash-sale/infra/payment/TokenKeys"
import * as EncryptedTokens from "@flash-sale/infra/sqlite/backup/EncryptedTokens"
import * as SqliteInfra from "@flash-sale/infra/sqlite/SqliteInfra"
import { Effect, Layer } from "effect"
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { inspect } from "node:util"
import * as Folders from "../sqlite/Folders.ts"

const A = "0123456789abcdef".repeat(4)
const B = "FEDCBA9876543210".repeat(4)

const parsed = (text: string): TokenKeys.TokenKeys => {
  const keys = TokenKeys.parse(text)
  if (typeof keys === "string") throw new Error(keys)
  return keys
}

describe("TokenKeys", () => {
  it("the first key encrypts, all are known by their ids, and none is shown", () => {
    const keys = parsed(`# made in November\n\n 2026-11  ${B} \r\nk1\t${A}\nlost erased`)
    assert.strictEqual(keys.current.id, "2026-11")
    assert.strictEqual(keys.current.key.export().toString("hex"), B.toLowerCase())
    assert.deepStrictEqual([...keys.known.keys()], ["2026-11", "k1", "lost"])
    assert.strictEqual(keys.known.get("lost"), "erased")
    assert.notInclude(inspect(keys, { depth: 9 }) + JSON.stringify(keys), "0123")
  })

  it("what is no key file is refused by its line, in words that show no key", () => {
    const cases: ReadonlyArray<readonly [text: string, wrong: string]> = [
      ["", "holds no key"],
      ["# nothing\n\n", "holds no key"],
      [A, "line 1 begins with no id of 1 to 32 letters, digits, '_' and '-'"],
      [`k.1 ${A}`, "line 1 begins with no id of 1 to 32 letters, digits, '_' and '-'"],
      ["k1", "line 1 holds no key of 64 hexadecimal digits"],
      [`\nk1 ${A.slice(1)}`, "line 2 holds no key of 64 hexadecimal digits"],
      [`k1 ${A.replace("0", "g")}`, "line 1 holds no key of 64 hexadecimal digits"],
      [`k1 ${A} ${B}`, "line 1 holds more than an id and a key"],
      [`k1 ${A}\nk1 ${B}`, "line 2 has the id of a line above it"],
      [`k1 erased\nk2 ${A}`, "the first key encrypts, and it is erased"],
      [Array.from({ length: TokenKeys.MAX_KEYS + 1 }, (_, n) => `k${n} ${A}`).join("\n"), "holds more than 64 keys"]
    ]
    for (const [text, wrong] of cases) assert.strictEqual(TokenKeys.parse(text), wrong, text)
  })
})

describe("TokenKeyFile", () => {
  it.effect("an engine makes its key once, for itself alone, and finds it again", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const made = yield* TokenKeyFile.readOrMake(folder, Effect.undefined)
      const path = join(folder, TokenKeyFile.FILE_NAME)
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      assert.match(readFileSync(path, "utf8"), /^k[0-9a-f]{16} [0-9a-f]{64}\n$/)
      const again = yield* TokenKeyFile.readOrMake(folder, Effect.undefined)
      assert.isTrue(made!.current.key.equals(again!.current.key))
      assert.deepStrictEqual(readdirSync(folder), [TokenKeyFile.FILE_NAME])
      const other = yield* TokenKeyFile.readOrMake(yield* Folders.temporary, Effect.undefined)
      assert.isFalse(made!.current.key.equals(other!.current.key))
      assert.notStrictEqual(made!.current.id, other!.current.id)
    }))

  it.effect("no key is made in the place of one that the log needs; once it is there it is used", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      assert.isUndefined(yield* TokenKeyFile.readOrMake(folder, Effect.succeed("k1")))
      assert.deepStrictEqual(readdirSync(folder), [])
      writeFileSync(join(folder, TokenKeyFile.FILE_NAME), `k1 ${A}\n`, { mode: 0o600 })
      const found = yield* TokenKeyFile.readOrMake(folder, Effect.die("the file is there"))
      assert.strictEqual(found?.current.id, "k1")
    }))

  it.live("which key the log needs is read from its orders, and from nothing that only looks like one", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const append = (value: string) =>
        Effect.flatMap(OrderLog, (log) => log.append({ itemId: ItemId.make("101"), value, headers: {} })).pipe(
          Effect.provide(Layer.fresh(SqliteInfra.layer({ folder })))
        )
      yield* append(JSON.stringify({ user_id: "\"payment_token\":\"enc1.no." }))
      yield* append(JSON.stringify({ payment_token: "tok_1" }))
      assert.isUndefined(yield* EncryptedTokens.keyId(folder))
      const cipher = AesTokenCipher.make(parsed(`2026-11 ${A}\n`))
      const owner = { itemId: ItemId.make("101"), requestId: RequestId.make("r-1") }
      yield* append(JSON.stringify({ payment_token: cipher.encrypt(PaymentToken.make("tok_1"), owner) }))
      assert.strictEqual(yield* EncryptedTokens.keyId(folder), "2026-11")
    }))

  it.effect("a key file that cannot be used is refused, and never replaced", () =>
    Effect.gen(function*() {
      const folder = yield* Folders.temporary
      const path = join(folder, TokenKeyFile.FILE_NAME)
      writeFileSync(path, "k1 erased\n", { mode: 0o600 })
      const words = yield* Effect.flip(TokenKeyFile.readOrMake(folder, Effect.undefined))
      assert.strictEqual(
        words.message,
        `the keys of payment tokens cannot be used: ${path}: the first key encrypts, and it is erased`
      )
      writeFileSync(path, `k1 ${A}\n`)
      chmodSync(path, 0o644)
      assert.include(
        (yield* Effect.flip(TokenKeyFile.readOrMake(folder, Effect.undefined))).message,
        "open to other users (mode 0644)"
      )
      assert.strictEqual(readFileSync(path, "utf8"), `k1 ${A}\n`)
      const nowhere = yield* Effect.flip(TokenKeyFile.readOrMake(join(folder, "nowhere"), Effect.undefined))
      assert.include(nowhere.message, "ENOENT")
    }))
})
