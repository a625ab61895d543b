/**
 * Who is let in, through real processes: keys and tokens as they are made, what is listened on, and that no secret of a
 * caller is in any line or span.
 */
import { createHmac } from "node:crypto"
import { networkInterfaces } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { startCollector } from "../servers/Collector.ts"
import { until } from "../servers/Processes.ts"
import * as Services from "./Services.ts"

const TIMEOUT = 120_000
const SECRET = "a secret of the shop, of 32 bytes or more"
const METRICS_TOKEN = "metrics-token-of-this-test"

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

/** A buyer's token as a shop makes it. */
const tokenOf = (sub: string, more: Readonly<Record<string, unknown>> = {}, secret = SECRET): string => {
  const now = Math.floor(Date.now() / 1_000)
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub, exp: now + 600, ...more })}`
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`
}

const buy = async (url: string, name: string, user: string, credential?: string): Promise<string> => {
  const response = await fetch(`${url}/buy`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` })
    },
    body: JSON.stringify({ request_id: name, user_id: user, item_id: "101", amount: 1 })
  })
  const { code = "" } = await response.json() as { readonly code?: string }
  return `${response.status} ${code}`.trim()
}

/** An address of this machine that is not its own alone; undefined where it has none. */
const outside = (): string | undefined =>
  Object.values(networkInterfaces()).flat().find((each) => each?.family === "IPv4" && !each.internal)?.address

const reaches = (host: string, url: string): Promise<boolean> =>
  fetch(`${url.replace("127.0.0.1", host)}/livez`, { signal: AbortSignal.timeout(2_000) }).then(() => true, () => false)

describe("Who is let in", () => {
  it("serve asks for a key or a token, and no secret is in a line or a span", { timeout: TIMEOUT }, async () => {
    const collector = await startCollector()
    onTestFinished(() => collector.close())
    const DATA_DIR = join(await Services.folder(), "data")
    const engine = await Services.service("serve", {
      DATA_DIR,
      AUTH: "required",
      BUYER_TOKEN_SECRET: SECRET,
      METRICS_TOKEN,
      LOG_LEVEL: "debug",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json"
    })
    await engine.start()
    await engine.untilHealth(200)
    const created = await Services.run(["key", "create", "--name", "shop", "--scopes", "orders"], { DATA_DIR })
    const key = /fs_shop_[0-9A-Za-z]{32}/.exec(created.output)?.[0] ?? ""
    expect(key).not.toBe("")
    await until("the key counts", async () => await buy(engine.url, "by-key", "anybody", key) !== "401 unauthenticated")

    const good = tokenOf("alice")
    const forged = tokenOf("alice", {}, "another secret of 32 bytes or more")
    const wrongKey = `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`
    expect(await buy(engine.url, "by-key", "anybody", key)).toBe("409 duplicate_request")
    expect(await buy(engine.url, "r-1", "alice", good)).toBe("202")
    expect(await buy(engine.url, "r-2", "alice", good)).toBe("202")
    expect(await buy(engine.url, "r-3", "bob", good)).toBe("403 wrong_user")
    expect(await buy(engine.url, "r-3", "alice", tokenOf("alice", { item_id: "102" }))).toBe("403 wrong_item")
    expect(await buy(engine.url, "r-3", "alice", tokenOf("alice", { exp: 4_000_000_000 }))).toBe("401 token_too_long")
    for (const wrong of [undefined, forged, wrongKey]) {
      expect(await buy(engine.url, "r-3", "alice", wrong)).toBe("401 unauthenticated")
    }
    const order = async (id: string, credential: string) =>
      (await fetch(`${engine.url}/orders/${id}`, { headers: { authorization: `Bearer ${credential}` } })).status
    expect([await order("r-1", good), await order("by-key", good), await order("by-key", key)]).toEqual([200, 404, 200])

    const metricsOf = (url: string, headers = {}) => fetch(`${url}/metrics`, { headers })
    for (const url of [engine.url, engine.metricsUrl]) {
      expect((await metricsOf(url)).status).toBe(401)
      expect((await metricsOf(url, { authorization: `Bearer ${key}` })).status).toBe(401)
      expect((await metricsOf(url, { authorization: `Bearer ${METRICS_TOKEN}` })).status).toBe(200)
    }
    expect((await engine.stop()).code).toBe(0)
    const output = engine.output()
    expect(output).toContain("order_received")
    expect(output).not.toContain("auth_open")
    const spans = JSON.stringify(collector.spans())
    expect(spans).toContain("POST /buy")
    const secrets = [key, wrongKey, good, forged, SECRET, METRICS_TOKEN, key.slice(-32), good.split(".")[2]!, "Bearer"]
    for (const secret of secrets) {
      expect(output).not.toContain(secret)
      expect(spans).not.toContain(secret)
    }
  })

  it(
    "an open serve says so once, and listens for this machine alone until it is told",
    { timeout: TIMEOUT },
    async () => {
      const DATA_DIR = join(await Services.folder(), "data")
      const other = outside()
      const engine = await Services.service("serve", { DATA_DIR })
      await engine.start()
      await engine.untilHealth(200)
      expect(await buy(engine.url, "r-1", "anybody")).toBe("202")
      expect(engine.output().split("auth_open")).toHaveLength(2)
      expect(engine.output()).toContain("AUTH is open: whoever reaches the port may place orders for any user_id")
      if (other !== undefined) {
        expect([await reaches(other, engine.url), await reaches(other, engine.metricsUrl)]).toEqual([false, false])
      }
      expect((await engine.stop()).code).toBe(0)
      const open = await Services.service("serve", { DATA_DIR, HTTP_HOST: "0.0.0.0", METRICS_HOST: "::" })
      await open.start()
      await open.untilHealth(200)
      if (other !== undefined) {
        expect([await reaches(other, open.url), await reaches(other, open.metricsUrl)]).toEqual([true, true])
      }
      expect((await open.stop()).code).toBe(0)
    }
  )
})
