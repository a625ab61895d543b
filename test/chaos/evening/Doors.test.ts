/** What is tried at the ports of a running engine by who should not be there. */
import { KeyName } from "@flash-sale/domain/access/ApiKey"
import * as ApiKeys from "@flash-sale/infra/access/keys/ApiKeys"
import { Effect } from "effect"
import { createHmac, generateKeyPairSync } from "node:crypto"
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { until } from "../../servers/Processes.ts"
import * as Services from "../Services.ts"
import { tokenOf } from "./Installation.ts"
import * as Request from "./Request.ts"

const { ask, bearer, shown } = Request
const TIMEOUT = 120_000
const METRICS_TOKEN = "metrics-token-of-this-test"
/** How often the keys' file is replaced, and how long after a key was revoked it counts no more, in milliseconds. */
const REPLACED = 100
const REPLACED_EVERY = 100
const REVOKED_WITHIN = 1_000
/** What a request takes, and a look at the file, on a machine that does other things as well. */
const SLACK = 500

let made = 0
const order = (user: string, more: object = {}) => ({
  request_id: `door-${made++}`,
  user_id: user,
  item_id: "101",
  amount: 1,
  ...more
})

/** An engine on one file where orders need a key or a token. */
const start = async (env: Readonly<Record<string, string>> = {}) => {
  const DATA_DIR = join(await Services.folder(), "data")
  const engine = await Services.service("serve", {
    DATA_DIR,
    AUTH: "required",
    BUYER_TOKEN_SECRET: "a secret of the shop, of 32 bytes or more",
    METRICS_TOKEN,
    SHUTDOWN_NOTICE: "0ms",
    ...env
  })
  await engine.start()
  await engine.untilHealth(200)
  const path = join(DATA_DIR, "keys.json")
  const key = (name: string, scopes: ApiKeys.NewKey["scopes"]) =>
    Effect.runPromise(ApiKeys.create(path, { name: KeyName.make(name), scopes, expiresAt: undefined }))
  const revoke = (name: string) => Effect.runPromise(ApiKeys.revoke(path, KeyName.make(name)))
  const shop = await key("shop", ["orders"])
  await until(
    "the key counts",
    async () => (await ask(engine.url, "/orders/none", { headers: bearer(shop) })).status === 404
  )
  return { ...engine, path, key, revoke, shop }
}

/** Each way to replace a file that programs have. */
const WAYS: ReadonlyArray<(path: string, text: string) => void> = [
  (path, text) => {
    writeFileSync(`${path}.new`, text, { mode: 0o600 })
    renameSync(`${path}.new`, path)
  },
  (path, text) => writeFileSync(path, text),
  (path, text) => {
    rmSync(path)
    writeFileSync(path, text, { mode: 0o600 })
  },
  (path, text) => {
    chmodSync(path, 0o644)
    writeFileSync(path, "")
    writeFileSync(path, text)
    chmodSync(path, 0o600)
  }
]

const HS = { alg: "HS256" }
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** Tokens for alice that nobody at the shop has made. */
const forgeries = (): Readonly<Record<string, string>> => {
  const good = tokenOf("alice")
  const [header = "", payload = "", signature = ""] = good.split(".")
  const claims = { sub: "alice", exp: Math.floor(Date.now() / 1_000) + 600 }
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const pem = publicKey.export({ type: "spki", format: "pem" })
  const byPem = `${part(HS)}.${part(claims)}`
  return {
    expired: tokenOf("alice", { exp: 1_700_000_000 }),
    "for another secret": tokenOf("alice", {}, "another secret of 32 bytes or more"),
    "another user": `${header}.${part({ ...claims, sub: "alice" })}.${tokenOf("mallory").split(".")[2]}`,
    "without a signature": `${header}.${payload}.`,
    "of two parts": `${header}.${payload}`,
    "alg none": `${part({ alg: "none" })}.${payload}.`,
    "alg None and the signature": `${part({ alg: "None" })}.${payload}.${signature}`,
    "alg HS512": tokenOf("alice", {}, undefined, { alg: "HS512" }),
    "alg RS256 by the secret": tokenOf("alice", {}, undefined, { alg: "RS256" }),
    "HS256 by a public key": `${byPem}.${createHmac("sha256", pem).update(byPem).digest("base64url")}`,
    "critical header": tokenOf("alice", {}, undefined, { ...HS, crit: ["x"], x: 1 }),
    "a key of its own": tokenOf("alice", {}, "x".repeat(32), { ...HS, jwk: { kty: "oct", k: part("x".repeat(32)) } }),
    "no exp": tokenOf("alice", { exp: undefined }),
    "a signature with a letter more": `${good}A`
  }
}

describe("At the doors of a running engine", () => {
  it("keys are replaced under load: none is refused that counts, and none counts that was revoked", {
    timeout: TIMEOUT
  }, async () => {
    const engine = await start()
    const answers = new Map<string, number>()
    let isOver = false
    const load = async () => {
      while (!isOver) {
        const answer = shown(await ask(engine.url, "/buy", { headers: bearer(engine.shop), body: order(`u-${made}`) }))
        answers.set(answer, (answers.get(answer) ?? 0) + 1)
      }
    }
    const loading = [load(), load()]
    const text = readFileSync(engine.path, "utf8")
    for (let n = 0; n < REPLACED; n++) {
      const begun = performance.now()
      WAYS[n % WAYS.length]!(engine.path, n % 2 === 0 ? `${text}\n` : text)
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, REPLACED_EVERY - (performance.now() - begun))))
    }
    await engine.key("other", ["orders"])
    await engine.revoke("shop")
    const revoked = performance.now()
    isOver = true
    await Promise.all(loading)
    // Not before: the load above ends with the old key.
    const isRefused = async () =>
      (await ask(engine.url, "/buy", { headers: bearer(engine.shop), body: order("u") })).status === 401
    await until("the revoked key is refused", isRefused)
    expect(performance.now() - revoked).toBeLessThan(REVOKED_WITHIN + SLACK)
    process.stdout.write(`${REPLACED} files: ${JSON.stringify([...answers])}\n`)
    expect([...answers.keys()].filter((answer) => answer.startsWith("401"))).toEqual([])
    expect(engine.output()).not.toContain("and the api keys with it")
  })

  it("tokens that are forged, and those of others, at both ways in", { timeout: TIMEOUT }, async () => {
    const engine = await start()
    const asAlice = bearer(tokenOf("alice"))
    const mine = order("alice")
    expect((await ask(engine.url, "/buy", { headers: asAlice, body: mine })).status).toBe(202)
    for (const chunked of [false, true]) {
      for (const [what, token] of Object.entries(forgeries())) {
        const answer = await ask(engine.url, "/buy", { headers: bearer(token), body: order("alice"), chunked })
        expect([what, answer.status], answer.text).toEqual([what, 401])
      }
      const stolen = { headers: bearer(tokenOf("mallory")), chunked }
      expect(shown(await ask(engine.url, "/buy", { ...stolen, body: order("alice") }))).toBe("403 wrong_user")
      // The id of an order that somebody else has, under one's own name, shows nothing of that order.
      const guessed = await ask(engine.url, "/buy", { ...stolen, body: { ...mine, user_id: "mallory" } })
      expect(guessed.status, guessed.text).toBe(422)
      expect(guessed.text).not.toContain("alice")
    }
    const read = (path: string, user: string) => ask(engine.url, path, { headers: bearer(tokenOf(user)) })
    for (const path of [`/orders/${mine.request_id}`, `/orders/${mine.request_id}/events`]) {
      expect((await read(path, "mallory")).status).toBe(404)
      expect((await ask(engine.url, path)).status).toBe(401)
      expect((await ask(engine.url, `${path}?access_token=${tokenOf("alice")}`)).status).toBe(401)
    }
  })

  it("guessing keys shuts out the address alone, whatever it says of itself, and no shop behind it", {
    timeout: TIMEOUT
  }, async () => {
    const engine = await start()
    const guess = (n: number, headers = {}, from = "127.0.0.2") =>
      ask(engine.url, "/buy", {
        from,
        chunked: n % 2 === 1,
        headers: { ...bearer(`fs_shop_${String(n).padStart(32, "0")}`), ...headers },
        body: order("u")
      })
    for (let n = 0; n < 60; n++) {
      expect((await guess(n, { "x-forwarded-for": `203.0.113.${n}` })).status, String(n)).toBe(401)
    }
    for (const n of [60, 61]) {
      for (const forwarded of ["198.51.100.7", "127.0.0.1", "::1", "198.51.100.7, 127.0.0.3"]) {
        expect(shown(await guess(n, { "x-forwarded-for": forwarded }))).toBe("429 too_many_failures")
      }
      // A shop, and a buyer who is known, behind the same address.
      const chunked = n === 61
      const behind = { from: "127.0.0.2", headers: bearer(engine.shop), body: order("u"), chunked }
      expect((await ask(engine.url, "/buy", behind)).status).toBe(202)
      expect((await guess(n, {}, "127.0.0.4")).status).toBe(401)
    }
  })

  it("a trusted proxy's word counts, and that of who speaks through it does not", { timeout: TIMEOUT }, async () => {
    const engine = await start({ TRUSTED_PROXIES: "127.0.0.9" })
    const guess = (forwarded: string) =>
      ask(engine.url, "/buy", {
        from: "127.0.0.9",
        headers: { ...bearer("fs_shop_wrong"), "x-forwarded-for": forwarded },
        body: order("u")
      })
    for (let n = 0; n < 60; n++) expect((await guess(`10.0.0.${n}, 203.0.113.7`)).status).toBe(401)
    expect((await guess("10.9.9.9, 203.0.113.7")).status).toBe(429)
    expect((await guess("203.0.113.7, 203.0.113.8")).status).toBe(401)
  })

  it("metrics, names of hosts, and cursors", { timeout: TIMEOUT }, async () => {
    const engine = await start({ CORS_ORIGINS: "https://shop.example" })
    for (const url of [engine.url, engine.metricsUrl]) {
      for (
        const [path, headers] of [
          ["/metrics", {}],
          ["/metrics?token=1", bearer(engine.shop)],
          ["/metrics", bearer(`${METRICS_TOKEN}x`)],
          ["/metrics", bearer(METRICS_TOKEN.toUpperCase())],
          ["/metrics", { authorization: METRICS_TOKEN }],
          [`/metrics?access_token=${METRICS_TOKEN}`, {}],
          ["//metrics", {}],
          ["/metrics/", {}],
          ["/Metrics", {}],
          ["/./metrics", {}],
          ["/%6detrics", {}],
          [`${url}/metrics`, {}]
        ] as const
      ) {
        for (const method of ["GET", "HEAD", "POST"]) {
          const answer = await ask(url, path, { method, headers })
          expect([path, method, answer.status >= 400, answer.text.includes("gateway_")]).toEqual([
            path,
            method,
            true,
            false
          ])
        }
      }
      expect((await ask(url, "/metrics", { headers: bearer(METRICS_TOKEN) })).status).toBe(200)
    }
    const ops = await engine.key("ops", ["admin"])
    await until(
      "the key counts",
      async () => (await ask(engine.adminUrl, "/admin/v1/items", { headers: bearer(ops) })).status === 200
    )
    for (
      const host of [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8081",
        "127.0.0.1@evil.example",
        "localhost@evil.example",
        "127.0.0.1.nip.io",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "localhost evil.example",
        "[::1].evil.example",
        "evil.example:127.0.0.1",
        "localhost,evil.example",
        "evil.example#localhost"
      ]
    ) {
      const answer = await ask(engine.adminUrl, "/admin/v1/items", { headers: { ...bearer(ops), host } })
      expect([host, answer.status >= 400], answer.text).toEqual([host, true])
    }
    const cursors = [
      "0/99999999999999999999:",
      "0/9999999999999999999:101",
      "12/",
      "0/0:../",
      "0/-1:",
      "0/1:%00",
      "1e1/",
      "/",
      "٣/"
    ]
    for (const cursor of cursors) {
      const answer = await ask(engine.url, `/items?cursor=${encodeURIComponent(cursor)}`)
      expect([cursor, [200, 400].includes(answer.status)], answer.text).toEqual([cursor, true])
      const names = JSON.parse(answer.text) as { readonly items?: ReadonlyArray<unknown> }
      expect(answer.status === 400 || (names.items ?? []).length === 0 || cursor.startsWith("0/")).toBe(true)
    }
  })
})
