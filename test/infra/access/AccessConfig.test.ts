/** The variables that say who may call: what they take, and what they refuse without showing a secret. */
import { expect, it } from "@effect/vitest"
import * as Settings from "@flash-sale/infra/Settings"
import { ConfigProvider, Effect, Redacted } from "effect"
import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { inspect } from "node:util"
import * as Folders from "../sqlite/Folders.ts"

const SECRET = "0123456789abcdef0123456789abcdef"
const NEW = "fedcba9876543210fedcba9876543210"

const read = (env: Readonly<Record<string, string>>) =>
  Effect.mapError(Settings.AccessSettings.parse(ConfigProvider.fromEnv({ env })), Settings.lines)
const wrong = (env: Readonly<Record<string, string>>) => Effect.flip(read(env))

it.effect("nobody needs a key by default, and no token is taken", () =>
  Effect.gen(function*() {
    const nothing = { auth: "open", keysFile: undefined, dataDir: undefined, buyerTokens: undefined }
    expect(yield* read({})).toEqual(nothing)
    expect(yield* read({ AUTH: "", API_KEYS_FILE: " ", BUYER_TOKEN_SECRET: "", BUYER_TOKEN_ISSUER: "" })).toEqual(
      nothing
    )
    expect(yield* read({ AUTH: "required", API_KEYS_FILE: "/etc/keys.json", DATA_DIR: "/data" })).toEqual({
      auth: "required",
      keysFile: "/etc/keys.json",
      dataDir: "/data",
      buyerTokens: undefined
    })
    expect(yield* wrong({ AUTH: "off" })).toEqual(["AUTH: \"off\" is not one of open, required"])
  }))

it.effect("tokens are verified by a secret, or by public keys in a file or at an address", () =>
  Effect.gen(function*() {
    const issuer = "https://shop.example"
    const given = yield* read({ BUYER_TOKEN_SECRET: SECRET, BUYER_TOKEN_ISSUER: issuer, BUYER_TOKEN_AUDIENCE: "sale" })
    expect(given.buyerTokens).toMatchObject({ source: { _tag: "Secrets" }, issuer, audience: "sale" })
    expect(inspect(given, { depth: 9 }) + JSON.stringify(given)).not.toContain(SECRET)
    expect((yield* read({ BUYER_TOKEN_JWKS_FILE: "/etc/jwks.json" })).buyerTokens).toEqual({
      source: { _tag: "JwksFile", path: "/etc/jwks.json" },
      issuer: undefined,
      audience: undefined
    })
    for (
      const url of [
        "https://shop.example/jwks.json?x=1",
        "http://localhost:3000/jwks.json",
        "http://127.0.0.1/jwks.json",
        "http://[::1]:80/jwks.json"
      ]
    ) {
      expect((yield* read({ BUYER_TOKEN_JWKS_URL: url })).buyerTokens?.source).toEqual({
        _tag: "JwksUrl",
        url: new URL(url)
      })
    }
  }))

it.effect("a file holds the new secret and the one before", () =>
  Effect.gen(function*() {
    const path = join(yield* Folders.temporary, "secret")
    const sourceOf = (content: string, mode = 0o600) => {
      writeFileSync(path, content)
      chmodSync(path, mode)
      return read({ BUYER_TOKEN_SECRET_FILE: path })
    }
    for (
      const [content, secrets] of [
        [SECRET, [SECRET]],
        [`${SECRET}\n`, [SECRET]],
        [`${NEW}\n${SECRET}`, [NEW, SECRET]],
        [`${NEW}\r\n${SECRET}\r\n`, [NEW, SECRET]],
        [`${NEW}\n\n`, [NEW]]
      ] as const
    ) {
      const source = (yield* sourceOf(content)).buyerTokens?.source
      expect(source?._tag === "Secrets" ? source.secrets.map((one) => Redacted.value(one)) : source).toEqual(secrets)
    }
    const short = "is-short-and-secret"
    for (
      const [content, line] of [
        [short, "BUYER_TOKEN_SECRET_FILE: holds a secret of less than 32 bytes"],
        [`${NEW}\n${short}`, "BUYER_TOKEN_SECRET_FILE: holds a secret of less than 32 bytes"],
        [`${NEW} \n${SECRET}`, "BUYER_TOKEN_SECRET_FILE: holds a line that begins or ends with a space"],
        [
          `${NEW}\n${SECRET}\n${NEW}`,
          "BUYER_TOKEN_SECRET_FILE: holds more than 2 lines, the new secret and the one before"
        ],
        ["\n\n", "BUYER_TOKEN_SECRET_FILE: holds no secret"]
      ] as const
    ) expect(yield* Effect.flip(sourceOf(content))).toEqual([line])
    expect(yield* Effect.flip(sourceOf(SECRET, 0o644))).toEqual([
      `BUYER_TOKEN_SECRET_FILE: ${path} is open to other users (mode 0644): chmod 0640, or less`
    ])
  }))

it.effect("a bad value is one line that names the variable, and shows no secret", () =>
  Effect.gen(function*() {
    const limits = "given, and no BUYER_TOKEN_SECRET, BUYER_TOKEN_JWKS_URL or BUYER_TOKEN_JWKS_FILE"
    const unsafe = "BUYER_TOKEN_JWKS_URL: must be https:, or http: on this machine"
    const cases: ReadonlyArray<readonly [env: Readonly<Record<string, string>>, line: string]> = [
      [{ BUYER_TOKEN_SECRET: "short" }, "BUYER_TOKEN_SECRET: holds a secret of less than 32 bytes"],
      [{ BUYER_TOKEN_SECRET: "ß".repeat(15) }, "BUYER_TOKEN_SECRET: holds a secret of less than 32 bytes"],
      [
        { BUYER_TOKEN_SECRET: SECRET, BUYER_TOKEN_JWKS_FILE: "/x" },
        "BUYER_TOKEN_SECRET, BUYER_TOKEN_JWKS_FILE: only one of these may be given"
      ],
      [
        { BUYER_TOKEN_JWKS_URL: "https://a.example", BUYER_TOKEN_JWKS_FILE: "/x" },
        "BUYER_TOKEN_JWKS_URL, BUYER_TOKEN_JWKS_FILE: only one of these may be given"
      ],
      [{ BUYER_TOKEN_ISSUER: "a" }, `BUYER_TOKEN_ISSUER: ${limits}`],
      [
        { BUYER_TOKEN_ISSUER: "a", BUYER_TOKEN_AUDIENCE: "b" },
        `BUYER_TOKEN_ISSUER, BUYER_TOKEN_AUDIENCE: ${limits}`
      ],
      [{ BUYER_TOKEN_JWKS_URL: "http://shop.example/jwks.json" }, unsafe],
      [{ BUYER_TOKEN_JWKS_URL: "http://127.0.0.1.shop.example/jwks.json" }, unsafe],
      [{ BUYER_TOKEN_JWKS_URL: "http://10.0.0.1/jwks.json" }, unsafe],
      [
        { BUYER_TOKEN_JWKS_URL: "https://u:p@shop.example/" },
        "BUYER_TOKEN_JWKS_URL: takes no user, password or fragment"
      ],
      [
        { BUYER_TOKEN_JWKS_URL: "file:///etc" },
        "BUYER_TOKEN_JWKS_URL: \"file:///etc\" is not a URL such as http://collector:4318"
      ]
    ]
    for (const [env, line] of cases) expect(yield* wrong(env)).toEqual([line])
    expect(yield* wrong({ BUYER_TOKEN_SECRET: SECRET, BUYER_TOKEN_SECRET_FILE: "/nowhere" })).toContain(
      "BUYER_TOKEN_SECRET_FILE: /nowhere does not exist (ENOENT)"
    )
    const long = "x".repeat(501)
    expect((yield* wrong({ BUYER_TOKEN_SECRET: SECRET, BUYER_TOKEN_AUDIENCE: long }))[0]).toMatch(
      /^BUYER_TOKEN_AUDIENCE: "x+\.\.\." is not a text of 1 to 500 characters/
    )
  }))
