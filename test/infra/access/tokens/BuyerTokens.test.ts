/** Buyers' tokens under a secret: which are taken, which are not, and what is remembered of them. */
import { assert, describe, it } from "@effect/vitest"
import * as AccessCallers from "@flash-sale/infra/access/AccessCallers"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { UnsecuredJWT } from "jose"
import * as BuyerTokens from "../BuyerTokens.ts"

const { ask, at, claims, NOW, sign, signText } = BuyerTokens

const withSecret = Effect.tap(BuyerTokens.callers({ buyerTokens: BuyerTokens.settings() }), TestClock.setTime(NOW))
const promise = <A>(make: () => Promise<A>) => Effect.promise(make)

const GOOD = ["u-1", undefined]
const EXPIRED = "the token has expired"
const MALFORMED = "the token is malformed"
const BAD_SIGNATURE = "the token's signature is not good"
const OTHER_ALGORITHM = "the token is signed by an algorithm that is not taken"
const NO_CREDENTIAL = "the header Authorization is not Bearer with an api key or a token"
const HS256 = JSON.stringify({ alg: "HS256" })

describe("buyers' tokens: who sends them", () => {
  it.effect("a token says which user it is, and for which item", () =>
    Effect.gen(function*() {
      const callers = yield* withSecret
      assert.deepStrictEqual(yield* ask(callers, yield* promise(() => sign(claims()))), GOOD)
      const limited = yield* promise(() => sign(claims({ item_id: "101" })))
      assert.deepStrictEqual(yield* ask(callers, limited), ["u-1", "101"])
    }))

  it.effect("what is no user's name, or no item's, is nobody's token", () =>
    Effect.gen(function*() {
      const callers = yield* withSecret
      for (
        const sub of [undefined, "", " ", "u 1", "u\n1", "ü", "u-1\0", "a".repeat(101), 7, null, ["u-1"], {}, "u/1"]
      ) {
        const token = yield* promise(() => signText(HS256, JSON.stringify({ ...claims(), sub })))
        const why = yield* ask(callers, token)
        assert.include(["the token's claim sub is no user_id", "the token has no claim sub"], why, String(sub))
      }
      for (const item_id of ["", "a b", 7, null, [], "a".repeat(101), "../x"]) {
        const token = yield* promise(() => signText(HS256, JSON.stringify({ ...claims(), item_id })))
        assert.strictEqual(yield* ask(callers, token), "the token's claim item_id is no item_id", String(item_id))
      }
    }))

  it.effect("issuer and audience must be those of the settings", () =>
    Effect.gen(function*() {
      const callers = yield* BuyerTokens.callers({
        buyerTokens: BuyerTokens.settings({ issuer: "https://shop.example", audience: "flash-sale" })
      })
      yield* TestClock.setTime(NOW)
      const told = (rest: object) =>
        Effect.flatMap(
          promise(() => sign(claims({ iss: "https://shop.example", aud: "flash-sale", ...rest }))),
          (token) => ask(callers, token)
        )
      assert.deepStrictEqual(yield* told({}), GOOD)
      assert.deepStrictEqual(yield* told({ aud: ["other", "flash-sale"] }), GOOD)
      assert.strictEqual(yield* told({ aud: "flash-sale-2" }), "the token's claim aud is not what it must be")
      assert.strictEqual(yield* told({ aud: [] }), "the token's claim aud is not what it must be")
      assert.strictEqual(yield* told({ aud: undefined }), "the token has no claim aud")
      assert.strictEqual(yield* told({ iss: "https://shop.example/" }), "the token's claim iss is not what it must be")
      assert.strictEqual(yield* told({ iss: undefined }), "the token has no claim iss")
    }))
})

describe("buyers' tokens: times", () => {
  it.effect("exp must be there, a number, in the future and within a day", () =>
    Effect.gen(function*() {
      const callers = yield* withSecret
      const cases: ReadonlyArray<readonly [exp: string, said: unknown]> = [
        [`${at(600)}`, GOOD],
        [`${at(600)}.5`, GOOD],
        [`${at(86_400)}`, GOOD],
        [`${at(86_405)}`, GOOD],
        [`${at(86_406)}`, "token_too_long"],
        [`${at(0)}000`, "token_too_long"],
        ["1e300", "token_too_long"],
        ["1e999", "token_too_long"],
        [`${at(-4)}`, GOOD],
        [`${at(-5)}`, EXPIRED],
        ["0", EXPIRED],
        ["-1e999", EXPIRED],
        [`"${at(600)}"`, "the token's claim exp is not what it must be"],
        ["null", "the token's claim exp is not what it must be"],
        ["true", "the token's claim exp is not what it must be"],
        [`[${at(600)}]`, "the token's claim exp is not what it must be"]
      ]
      for (const [exp, said] of cases) {
        const token = yield* promise(() => signText(HS256, `{"sub":"u-1","exp":${exp}}`))
        assert.deepStrictEqual(yield* ask(callers, token), said, exp)
      }
      const without = yield* promise(() => sign({ sub: "u-1" }))
      assert.strictEqual(yield* ask(callers, without), "the token has no claim exp")
    }))

  it.effect("nbf is honoured", () =>
    Effect.gen(function*() {
      const callers = yield* withSecret
      const early = "the token is not valid yet"
      const bad = "the token's claim nbf is not what it must be"
      for (const [nbf, said] of [[at(5), GOOD], [at(6), early], ["x", bad], [1e300, early]] as const) {
        const token = yield* promise(() => signText(HS256, JSON.stringify({ ...claims(), nbf })))
        assert.deepStrictEqual(yield* ask(callers, token), said, String(nbf))
      }
    }))

  it.effect("a token that was taken once is of no use after it has expired, and the clock may step back", () =>
    Effect.gen(function*() {
      const callers = yield* withSecret
      const token = yield* promise(() => sign(claims({ nbf: at(-60) }, 60)))
      assert.isUndefined(callers.known(`Bearer ${token}`))
      assert.deepStrictEqual(yield* ask(callers, token), GOOD)
      assert.isDefined(callers.known(`Bearer ${token}`))
      yield* TestClock.setTime(NOW + 65_000 - 1)
      assert.isDefined(callers.known(`Bearer ${token}`))
      yield* TestClock.setTime(NOW + 65_000)
      assert.isUndefined(callers.known(`Bearer ${token}`))
      assert.strictEqual(yield* ask(callers, token), EXPIRED)
      // By a day and more: the token would be of use for longer than a day then, and is not good yet.
      yield* TestClock.setTime(NOW - 90_000_000)
      assert.strictEqual(yield* ask(callers, token), "the token is not valid yet")
    }))

  it.effect(
    "what is remembered at a time is what checking it again at that time would say",
    () =>
      Effect.gen(function*() {
        for (
          const [nbf, exp] of [[undefined, 600], [-60, 60.5], [-30.25, 86_400.75], [3, 86_405], [
            -100_000,
            86_000
          ]] as const
        ) {
          const token = yield* promise(() => sign(claims(nbf === undefined ? {} : { nbf: at(nbf) }, exp)))
          const edges = [0, nbf ?? 0, exp, exp - 86_400].flatMap((edge) =>
            [-6, -5.5, -5, -4.75, -1, 0, 1, 4.25, 5, 5.5, 6].map((off) => NOW + (edge + off) * 1_000)
          )
          for (const time of edges) {
            const remembers = yield* withSecret
            assert.deepStrictEqual(yield* ask(remembers, token), GOOD)
            yield* TestClock.setTime(time)
            const known = remembers.known(`Bearer ${token}`)
            const fresh = yield* BuyerTokens.callers({ buyerTokens: BuyerTokens.settings() })
            const said = yield* fresh.identify(`Bearer ${token}`)
            assert.deepStrictEqual(known, said._tag === "Identified" ? said : undefined, `${nbf} ${exp} ${time - NOW}`)
          }
        }
      }),
    60_000
  )
})

describe("buyers' tokens: forged", () => {
  it.effect("a token under another secret, or that was changed, is not taken, and nothing of it is remembered", () =>
    Effect.gen(function*() {
      const callers = yield* withSecret
      const good = yield* promise(() => sign(claims()))
      const [header = "", payload = "", signature = ""] = good.split(".")
      const other = Buffer.from(JSON.stringify(claims({ sub: "u-2" }))).toString("base64url")
      const forged = yield* promise(() => sign(claims(), Buffer.from(`${BuyerTokens.SECRET}!`)))
      for (
        const token of [
          forged,
          `${header}.${other}.${signature}`,
          `${header}.${payload}.${signature.slice(0, -2)}`,
          `${header}.${payload}.${"A".repeat(43)}`,
          `${header}.${payload}.A`
        ]
      ) {
        assert.include([BAD_SIGNATURE, MALFORMED], yield* ask(callers, token), token)
        assert.isUndefined(callers.known(`Bearer ${token}`))
      }
    }))

  it.effect("no other algorithm is taken, and none least of all", () =>
    Effect.gen(function*() {
      const callers = yield* withSecret
      const unsecured = new UnsecuredJWT(claims()).encode()
      assert.strictEqual(yield* ask(callers, unsecured), NO_CREDENTIAL)
      assert.strictEqual(yield* ask(callers, `${unsecured}AAAA`), OTHER_ALGORITHM)
      for (const alg of ["none", "None", "nOnE", "hs256", "HS512", "RS256", "ES256", "EdDSA", "__proto__", "dir"]) {
        const token = yield* promise(() => signText(JSON.stringify({ alg }), JSON.stringify(claims())))
        assert.strictEqual(yield* ask(callers, token), OTHER_ALGORITHM, alg)
      }
      for (const alg of ["", 7, null, undefined, ["HS256"]]) {
        const token = yield* promise(() => signText(JSON.stringify({ alg }), JSON.stringify(claims())))
        assert.strictEqual(yield* ask(callers, token), MALFORMED, String(alg))
      }
    }))

  it.effect("a header with an extension is not taken, known to the library or not", () =>
    Effect.gen(function*() {
      const callers = yield* withSecret
      for (
        const header of [
          { alg: "HS256", crit: ["b64"], b64: true },
          { alg: "HS256", crit: ["b64"], b64: false },
          { alg: "HS256", crit: ["exp"], exp: 1 },
          { alg: "HS256", crit: [] },
          { alg: "HS256", crit: "b64" }
        ]
      ) {
        const token = yield* promise(() => signText(JSON.stringify(header), JSON.stringify(claims())))
        assert.strictEqual(yield* ask(callers, token), MALFORMED, JSON.stringify(header))
      }
    }))

  it.effect("what is no token is refused at once", () =>
    Effect.gen(function*() {
      const callers = yield* withSecret
      const good = yield* promise(() => sign(claims()))
      const [header = "", payload = "", signature = ""] = good.split(".")
      for (
        const credential of [
          header,
          `${header}.${payload}`,
          `${header}.${payload}.`,
          `.${payload}.${signature}`,
          `..`,
          `${good}.`,
          `${good}.${signature}`,
          `${header}.${payload}.${signature}.x.y`,
          `${good}=`,
          `${good}+/`,
          `ö.ö.ö`
        ]
      ) {
        const said = callers.known(`Bearer ${credential}`)
        assert.deepInclude(said, { _tag: "Rejected", why: NO_CREDENTIAL }, credential)
      }
      for (
        const authorization of [
          "",
          "Bearer",
          "Bearer ",
          good,
          `Basic ${good}`,
          `Bearer  `,
          `Bearer a b`,
          `Bearer\t${good}`
        ]
      ) {
        assert.deepInclude(callers.known(authorization), { _tag: "Rejected", why: NO_CREDENTIAL }, authorization)
      }
      for (const text of ["[]", "7", "null", "\"x\"", "{"]) {
        const payload = yield* promise(() => signText(HS256, text))
        assert.strictEqual(yield* ask(callers, payload), MALFORMED, text)
        const header = yield* promise(() => signText(text, JSON.stringify(claims())))
        assert.strictEqual(yield* ask(callers, header), MALFORMED, text)
      }
    }))

  it.effect("the scheme is written as one likes, and a header has a bound", () =>
    Effect.gen(function*() {
      const callers = yield* withSecret
      const good = yield* promise(() => sign(claims()))
      for (const scheme of ["bearer", "BEARER", "Bearer  "]) {
        assert.strictEqual((yield* callers.identify(`${scheme} ${good}`))._tag, "Identified", scheme)
      }
      const longest = `Bearer${" ".repeat(AccessCallers.MAX_HEADER - "Bearer".length - good.length)}${good}`
      assert.strictEqual((yield* callers.identify(longest))._tag, "Identified")
      for (const header of [`${longest} `, `Bearer ${"a".repeat(1_000_000)}.b.c`, `Bearer ${" ".repeat(1_000_000)}`]) {
        assert.deepInclude(callers.known(header), {
          _tag: "Rejected",
          why: "the header Authorization is longer than 4096 characters"
        })
      }
    }))

  it.effect("no text makes more of it than a refusal", () =>
    Effect.gen(function*() {
      const callers = yield* withSecret
      const parts = [
        "",
        "{}",
        "[]",
        "{\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"kid\":{}}",
        "\0",
        "{\"__proto__\":1}",
        "💥"
      ]
      for (const header of parts) {
        for (const payload of parts) {
          for (const signature of ["AA", "____", "A"]) {
            const [first, second] = [header, payload].map((text) => Buffer.from(text).toString("base64url"))
            const said = yield* callers.identify(`Bearer ${first}.${second}.${signature}`)
            assert.strictEqual(said._tag, "Rejected", `${header} ${payload} ${signature}`)
          }
        }
      }
    }))
})

describe("buyers' tokens: replacing the secret", () => {
  it.effect("while two secrets are named tokens under either are taken", () =>
    Effect.gen(function*() {
      const secrets = ["the new secret, of 32 bytes or more..", BuyerTokens.SECRET]
      const callers = yield* BuyerTokens.callers({
        buyerTokens: BuyerTokens.settings({
          source: { _tag: "Secrets", secrets: secrets.map((secret) => Redacted.make(secret)) }
        })
      })
      yield* TestClock.setTime(NOW)
      for (const secret of secrets) {
        const token = yield* promise(() => sign(claims(), Buffer.from(secret)))
        assert.deepStrictEqual(yield* ask(callers, token), GOOD, secret)
      }
      const third = yield* promise(() => sign(claims(), Buffer.from("another secret, of 32 bytes or more.")))
      assert.strictEqual(yield* ask(callers, third), BAD_SIGNATURE)
      const expired = yield* promise(() => sign(claims({}, -60)))
      assert.strictEqual(yield* ask(callers, expired), EXPIRED)
    }))

  it.effect("without settings no token is taken", () =>
    Effect.gen(function*() {
      const callers = yield* BuyerTokens.callers()
      yield* TestClock.setTime(NOW)
      const good = yield* promise(() => sign(claims()))
      assert.strictEqual(yield* ask(callers, good), "no tokens are taken here")
      assert.deepInclude(callers.known(`Bearer ${good}`), { why: "no tokens are taken here" })
      assert.deepStrictEqual(callers.known(undefined), { _tag: "Identified", caller: { _tag: "Nobody" } })
    }))
})
