/** Buyers' tokens under public keys of a file: which keys are taken, and which tokens under them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { exportJWK, exportSPKI, type JWK } from "jose"
import { renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "../../sqlite/Folders.ts"
import * as BuyerTokens from "../BuyerTokens.ts"

const { ask, claims, NOW, pair, sign, signText } = BuyerTokens

const GOOD = ["u-1", undefined]
const UNKNOWN = "the token names a key that is not known"
const BAD_SIGNATURE = "the token's signature is not good"
const OTHER_ALGORITHM = "the token is signed by an algorithm that is not taken"

const write = (path: string, keys: ReadonlyArray<JWK>, mode = 0o644): void => {
  writeFileSync(`${path}.new`, JSON.stringify({ keys }), { mode })
  renameSync(`${path}.new`, path)
}

const ofFile = (path: string) =>
  BuyerTokens.callers({ buyerTokens: BuyerTokens.settings({ source: { _tag: "JwksFile", path } }) })

const setUp = Effect.gen(function*() {
  const path = join(yield* Folders.temporary, "jwks.json")
  const [rsa, ec, ed] = yield* Effect.promise(() =>
    Promise.all([pair("RS256", "rsa"), pair("ES256", "ec"), pair("EdDSA", "ed")])
  )
  write(path, [rsa.jwk, ec.jwk, ed.jwk])
  // Before the file is watched, as the clock stops at each look on its way.
  yield* TestClock.setTime(NOW)
  const callers = yield* ofFile(path)
  return { path, rsa, ec, ed, callers }
})

describe("public keys: tokens", () => {
  it.effect("EdDSA, ES256 and RS256 are taken, by the key that is named or by one that fits", () =>
    Effect.gen(function*() {
      const { callers, ec, ed, rsa } = yield* setUp
      for (
        const [alg, { privateKey }, kid] of [["RS256", rsa, "rsa"], ["ES256", ec, "ec"], ["EdDSA", ed, "ed"]] as const
      ) {
        const token = yield* Effect.promise(() => sign(claims(), privateKey, { alg, kid }))
        assert.deepStrictEqual(yield* ask(callers, token), GOOD, alg)
        assert.isDefined(callers.known(`Bearer ${token}`))
        const nameless = yield* Effect.promise(() => sign(claims(), privateKey, { alg }))
        assert.deepStrictEqual(yield* ask(callers, nameless), GOOD, alg)
      }
    }))

  it.effect("a public key is no secret: HS256 under its text is not taken", () =>
    Effect.gen(function*() {
      const { callers, ed, rsa } = yield* setUp
      for (const { jwk, publicKey } of [rsa, ed]) {
        const pem = yield* Effect.promise(() => exportSPKI(publicKey))
        for (const secret of [pem, pem.trim(), JSON.stringify(jwk), jwk.n ?? jwk.x ?? ""]) {
          for (const header of [{ alg: "HS256" }, { alg: "HS256", kid: jwk.kid }]) {
            const token = yield* Effect.promise(() =>
              signText(JSON.stringify(header), JSON.stringify(claims()), secret)
            )
            assert.strictEqual(yield* ask(callers, token), OTHER_ALGORITHM)
          }
        }
      }
    }))

  it.effect("a token does not bring the key that it is verified by", () =>
    Effect.gen(function*() {
      const { callers, rsa } = yield* setUp
      const own = yield* Effect.promise(() => pair("RS256"))
      const jwk = yield* Effect.promise(() => exportJWK(own.publicKey))
      for (
        const header of [
          { jwk },
          { jwk, kid: "rsa" },
          { jku: "http://127.0.0.1:1/keys", kid: "rsa" },
          { x5u: "http://127.0.0.1:1/cert", kid: "rsa" },
          { kid: "rsa" },
          {}
        ]
      ) {
        const token = yield* Effect.promise(() => sign(claims(), own.privateKey, { alg: "RS256", ...header }))
        assert.strictEqual(yield* ask(callers, token), BAD_SIGNATURE, JSON.stringify(header))
      }
      const unknown = yield* Effect.promise(() => sign(claims(), own.privateKey, { alg: "RS256", kid: "x" }))
      assert.strictEqual(yield* ask(callers, unknown), UNKNOWN)
      // A key of another kind under this name.
      const crossed = yield* Effect.promise(() => sign(claims(), rsa.privateKey, { alg: "RS256", kid: "ed" }))
      assert.strictEqual(yield* ask(callers, crossed), UNKNOWN)
    }))

  it.effect("no other algorithm of a key that is there is taken", () =>
    Effect.gen(function*() {
      const { callers } = yield* setUp
      for (const alg of ["PS256", "RS512", "ES384"]) {
        const other = yield* Effect.promise(() => pair(alg, "rsa"))
        const token = yield* Effect.promise(() => sign(claims(), other.privateKey, { alg, kid: "rsa" }))
        assert.strictEqual(yield* ask(callers, token), OTHER_ALGORITHM, alg)
      }
    }))

  it.effect("of several keys that may fit each is tried", () =>
    Effect.gen(function*() {
      const { path } = yield* setUp
      const [one, two, three] = yield* Effect.promise(() => Promise.all([pair("ES256"), pair("ES256"), pair("ES256")]))
      write(path, [one.jwk, two.jwk])
      const callers = yield* ofFile(path)
      const tokenOf = ({ privateKey }: BuyerTokens.Pair) =>
        Effect.promise(() => sign(claims(), privateKey, { alg: "ES256" }))
      assert.deepStrictEqual(yield* ask(callers, yield* tokenOf(one)), GOOD)
      assert.deepStrictEqual(yield* ask(callers, yield* tokenOf(two)), GOOD)
      assert.strictEqual(yield* ask(callers, yield* tokenOf(three)), BAD_SIGNATURE)
      const expired = yield* Effect.promise(() => sign(claims({}, -60), two.privateKey, { alg: "ES256" }))
      assert.strictEqual(yield* ask(callers, expired), "the token has expired")
    }))
})

describe("public keys: the file", () => {
  it.effect("keys are replaced while the engine runs, and a token under a key that is gone is not remembered", () =>
    Effect.gen(function*() {
      const { callers, ec, ed, path } = yield* setUp
      const next = yield* Effect.promise(() => pair("EdDSA", "next"))
      const [old, other, fresh] = yield* Effect.promise(() =>
        Promise.all([
          sign(claims(), ed.privateKey, { alg: "EdDSA", kid: "ed" }),
          sign(claims(), ec.privateKey, { alg: "ES256", kid: "ec" }),
          sign(claims(), next.privateKey, { alg: "EdDSA", kid: "next" })
        ])
      )
      assert.deepStrictEqual(yield* ask(callers, old), GOOD)
      assert.strictEqual(yield* ask(callers, fresh), UNKNOWN)
      write(path, [ec.jwk, next.jwk])
      yield* TestClock.adjust("1 second")
      assert.isUndefined(callers.known(`Bearer ${old}`))
      assert.strictEqual(yield* ask(callers, old), UNKNOWN)
      assert.deepStrictEqual(yield* ask(callers, fresh), GOOD)
      assert.deepStrictEqual(yield* ask(callers, other), GOOD)
      // What cannot be used changes nothing, and a file that is gone neither.
      writeFileSync(path, "{\"keys\":[")
      yield* TestClock.adjust("1 second")
      assert.isDefined(callers.known(`Bearer ${fresh}`))
      rmSync(path)
      yield* TestClock.adjust("1 second")
      assert.isDefined(callers.known(`Bearer ${fresh}`))
    }))

  it.effect("a malformed set does not end the watch: the next good one counts", () =>
    Effect.gen(function*() {
      const { callers, ec, ed, path } = yield* setUp
      const old = yield* Effect.promise(() => sign(claims(), ed.privateKey, { alg: "EdDSA", kid: "ed" }))
      for (const part of [{ key_ops: 5 }, { crv: { toString: 1 } }]) {
        write(path, [{ ...ec.jwk, ...part } as unknown as JWK])
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* ask(callers, old), GOOD)
      }
      write(path, [ec.jwk])
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* ask(callers, old), UNKNOWN)
    }))

  it.effect("what holds no public keys of these kinds stops the start, in words that show no key", () =>
    Effect.gen(function*() {
      const { path, rsa } = yield* setUp
      const [short, secret] = yield* Effect.promise(async () => {
        const { generateKeyPairSync } = await import("node:crypto")
        const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 })
        return [publicKey.export({ format: "jwk" }), await exportJWK(rsa.privateKey)] as const
      })
      const enc = { ...rsa.jwk, use: "enc" }
      const cases: ReadonlyArray<readonly [keys: unknown, wrong: string]> = [
        [[], "holds no key for EdDSA, ES256, RS256"],
        ["x", "holds no JSON Web Key Set"],
        [[7], "key 1 is no JSON Web Key"],
        [[rsa.jwk, {}], "key 2 is no JSON Web Key"],
        [[secret], "key 1 is private or a secret: only public keys belong there"],
        [[{ kty: "oct", k: "c2VjcmV0" }], "key 1 is private or a secret: only public keys belong there"],
        [[short], "key 1 has 1024 bits of at least 2048"],
        [[{ kty: "RSA", n: "AQAB" }], "key 1 is no key for RS256"],
        [[{ kty: "EC", crv: "P-256", x: "AAAA", y: "AAAA" }], "key 1 is no key for ES256"],
        [[{ ...rsa.jwk, key_ops: 5 }], "key 1: key_ops is no list of texts"],
        [[{ ...rsa.jwk, key_ops: "verify" }], "key 1: key_ops is no list of texts"],
        [[{ ...rsa.jwk, key_ops: [{}] }], "key 1: key_ops is no list of texts"],
        [[rsa.jwk, { kty: "EC", crv: { toString: 1 } }], "key 2: crv is no text"],
        [[{ ...rsa.jwk, kid: 7 }], "key 1: kid is no text"],
        [[{ ...rsa.jwk, use: null }], "key 1: use is no text"],
        [[{ ...rsa.jwk, alg: [] }], "key 1: alg is no text"],
        [[{ kty: "EC", crv: "constructor" }], "holds no key for EdDSA, ES256, RS256"],
        [[enc, { ...rsa.jwk, alg: "PS256" }], "holds no key for EdDSA, ES256, RS256"],
        [Array.from({ length: 33 }, () => rsa.jwk), "holds more than 32 keys"]
      ]
      for (const [keys, wrong] of cases) {
        writeFileSync(path, JSON.stringify({ keys }))
        const failure = yield* Effect.flip(ofFile(path))
        assert.strictEqual(failure.message, `the keys of buyers' tokens cannot be used: ${path}: ${wrong}`)
      }
      write(path, [enc, rsa.jwk])
      yield* ofFile(path)
      write(path, [rsa.jwk], 0o666)
      const { chmodSync } = yield* Effect.promise(() => import("node:fs"))
      chmodSync(path, 0o666)
      assert.include((yield* Effect.flip(ofFile(path))).message, "may be written by other users (mode 0666)")
      rmSync(path)
      assert.include((yield* Effect.flip(ofFile(path))).message, "ENOENT")
    }))
})
