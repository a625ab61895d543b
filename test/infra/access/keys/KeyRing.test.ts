/** Api keys against their hashes: who has which, and that no answer takes longer than another. */
import { assert, describe, it } from "@effect/vitest"
import { KeyName, write } from "@flash-sale/domain/access/ApiKey"
import type { StoredKey } from "@flash-sale/infra/access/keys/KeyList"
import * as KeyRing from "@flash-sale/infra/access/keys/KeyRing"
import { createHash } from "node:crypto"

const ops = write(KeyName.make("ops"), "0123456789abcdefghijABCDEFGHIJ01")
const shop = write(KeyName.make("shop"), "0123456789abcdefghijABCDEFGHIJ02")
const unknown = { _tag: "Unknown" }

const stored = (key: string, rest: Partial<StoredKey> = {}): StoredKey => ({
  name: KeyName.make(key.split("_")[1]!),
  hash: KeyRing.hashOf(key),
  scopes: ["read"],
  ...rest
})

const median = (numbers: ReadonlyArray<number>): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!

describe("KeyRing", () => {
  it("a hash is the SHA-256 of the whole key", () => {
    assert.strictEqual(KeyRing.hashOf(ops), `sha256:${createHash("sha256").update(ops).digest("hex")}`)
  })

  it("a key is whose hash is there, until it expires", () => {
    const ring = KeyRing.make([stored(ops), stored(shop, { scopes: ["orders"], expires_at: "2027-01-01T00:00:00Z" })])
    const end = Date.UTC(2027, 0, 1)
    assert.deepStrictEqual(ring.infos.map(({ expiresAt, scopes }) => [scopes, expiresAt]), [
      [["read"], Number.POSITIVE_INFINITY],
      [["orders"], end]
    ])
    assert.deepStrictEqual(ring.check(ops, end), {
      _tag: "Known",
      caller: { _tag: "Key", name: KeyName.make("ops"), scopes: ["read"] },
      until: Number.POSITIVE_INFINITY
    })
    assert.strictEqual(ring.check(shop, end - 1)._tag, "Known")
    assert.deepStrictEqual(ring.check(shop, end), { _tag: "Expired" })
  })

  it("nothing else is a key", () => {
    const ring = KeyRing.make([stored(ops), stored(shop)])
    const secret = ops.slice(7)
    for (
      const text of [
        "",
        "fs_",
        "ops",
        KeyRing.hashOf(ops),
        `fs_shop_${secret}`,
        `fs_nobody_${secret}`,
        `${ops}0`,
        ops.slice(0, -1),
        `${ops.slice(0, -1)}2`,
        ops.toUpperCase(),
        ` ${ops}`,
        `${ops}\n`,
        `${ops}\0`,
        `fs_constructor_${secret}`,
        `fs___proto___${secret}`
      ]
    ) assert.deepStrictEqual(ring.check(text, 0), unknown, text)
    // A key under the name of another one: its hash is right, and the name is not.
    assert.deepStrictEqual(KeyRing.make([stored(shop, { hash: KeyRing.hashOf(ops) })]).check(ops, 0), unknown)
    assert.deepStrictEqual(KeyRing.empty.check(ops, 0), unknown)
  })

  it("a hash of zeros in the file is nobody's key", () => {
    const ring = KeyRing.make([stored(ops, { hash: `sha256:${"0".repeat(64)}` })])
    assert.deepStrictEqual(ring.check(ops, 0), unknown)
  })

  it("a name that nobody has takes as long as one that is guessed", () => {
    const ring = KeyRing.make([stored(ops)])
    const guessed = `fs_ops_${"x".repeat(32)}`
    const nobodys = `fs_opt_${"x".repeat(32)}`
    const millisOf = (text: string): number => {
      const begin = performance.now()
      for (let n = 0; n < 300; n++) ring.check(text, 0)
      return performance.now() - begin
    }
    const rounds = Array.from({ length: 60 }, () => [millisOf(guessed), millisOf(nobodys)] as const)
    const ratio = median(rounds.map(([known, unknown]) => unknown / known))
    // Without the hash and the comparison it is less than a half.
    assert.isAbove(ratio, 0.8)
    assert.isBelow(ratio, 1.25)
  })
})
