/** The text of a keys' file. */
import { assert, describe, it } from "@effect/vitest"
import * as KeyList from "@flash-sale/infra/access/keys/KeyList"

const HASH = `sha256:${"0123456789abcdef".repeat(4)}`
const key = { name: "ops", hash: HASH, scopes: ["admin"] }
const text = (...keys: ReadonlyArray<unknown>) => JSON.stringify(keys)

describe("KeyList", () => {
  it("what is written is read again, a key on a line", () => {
    const keys = KeyList.parse(text(
      key,
      { ...key, name: "shop-1", scopes: ["orders", "read"], expires_at: "2027-01-31T00:00:00.000Z" }
    ))
    if (typeof keys === "string") throw new Error(keys)
    assert.deepStrictEqual(KeyList.parse(KeyList.write(keys)), keys)
    assert.deepStrictEqual(KeyList.write(keys).split("\n").length, 5)
    assert.deepStrictEqual(keys.map(KeyList.expiresAt), [Number.POSITIVE_INFINITY, Date.UTC(2027, 0, 31)])
    assert.deepStrictEqual(KeyList.parse(KeyList.write([])), [])
  })

  it("what holds no keys is refused in words that show no value", () => {
    const secret = `fs_ops_${"A".repeat(32)}`
    const cases: ReadonlyArray<readonly [text: string, wrong: string]> = [
      ["", "holds no JSON list of keys"],
      ["{}", "holds no JSON list of keys"],
      ["null", "holds no JSON list of keys"],
      [text(key).slice(0, -1), "holds no JSON list of keys"],
      ["\0\0\0\0", "holds no JSON list of keys"],
      [text(key, 7), "key 2 is no key"],
      [text(key, null), "key 2 is no key"],
      [text({ ...key, name: "Ops" }), "key 1, name: must be 1 to 40 characters out of small letters, digits and '-'"],
      [text({ ...key, name: 7 }), "key 1, name: is not what it must be"],
      [text({ name: "ops", scopes: ["admin"] }), "key 1, hash: is missing"],
      [text({ ...key, hash: secret }), "key 1, hash: must be sha256: and 64 hexadecimal digits in small letters"],
      [
        text({ ...key, hash: HASH.toUpperCase() }),
        "key 1, hash: must be sha256: and 64 hexadecimal digits in small letters"
      ],
      [text({ ...key, hash: `${HASH}\n` }), "key 1, hash: must be sha256: and 64 hexadecimal digits in small letters"],
      [text({ ...key, scopes: [] }), "key 1, scopes: must name a scope"],
      [text({ ...key, scopes: "admin" }), "key 1, scopes: is not what it must be"],
      [
        text({ ...key, scopes: ["admin", secret] }),
        "key 1, scopes: Expected \"read\" | \"stock\" | \"sale\" | \"orders\" | \"refunds\" | \"dlq\" | \"admin\""
      ],
      [text({ ...key, expires_at: null }), "key 1, expires_at: is not what it must be"],
      [text({ ...key, expire_at: "2027-01-31T00:00:00Z" }), "key 1, expire_at: is no field of a key"],
      [text(key, key), "two keys have the name ops"],
      [text(...Array.from({ length: 101 }, (_, n) => ({ ...key, name: `k${n}` }))), "holds more than 100 keys"]
    ]
    for (const [given, wrong] of cases) assert.strictEqual(KeyList.parse(given), wrong, given)
    for (const expires_at of ["2027-01-31", "soon", "2027-01-31T00:00:00", "2027-13-31T00:00:00Z", "1800000000"]) {
      assert.strictEqual(
        KeyList.parse(text({ ...key, expires_at })),
        "key 1, expires_at: must be a time with its zone, such as 2026-11-27T10:00:00Z"
      )
    }
  })

  it("as many keys as there may be fit into the longest file that is read", () => {
    const scopes = ["read", "stock", "sale", "orders", "refunds", "dlq", "admin"] as const
    const keys = KeyList.parse(text(...Array.from({ length: KeyList.MAX_KEYS }, (_, n) => ({
      name: String(n).padStart(40, "k"),
      hash: HASH,
      scopes,
      expires_at: "2027-01-31T00:00:00.000+00:00"
    }))))
    if (typeof keys === "string") throw new Error(keys)
    assert.isBelow(KeyList.write(keys).length, 32 * 1024)
  })
})
