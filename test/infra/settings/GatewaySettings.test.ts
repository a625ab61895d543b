/** Settings of who is let in, and of the addresses that ports listen on. */
import { describe, expect, it } from "@effect/vitest"
import * as Settings from "@flash-sale/infra/Settings"
import * as ListenHost from "@flash-sale/infra/settings/ListenHost"
import * as MetricsToken from "@flash-sale/infra/settings/MetricsToken"
import * as Origins from "@flash-sale/infra/settings/Origins"
import { type Config, ConfigProvider, Effect, Redacted } from "effect"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const read = <A>(config: Config.Config<A>, env: Readonly<Record<string, string>>) =>
  config.parse(ConfigProvider.fromUnknown(env))
const wrong = (env: Readonly<Record<string, string>>, config: Config.Config<unknown> = Settings.GatewaySettings) =>
  Effect.map(Effect.flip(read(config, env)), Settings.lines)
const TOKEN = "0123456789abcdef"

describe("CORS_ORIGINS", () => {
  it("takes origins in full, as browsers write them", () => {
    expect(Origins.origins.read("https://Shop.example, http://localhost:3000,https://a.example:443,http://[::1]:80"))
      .toEqual(new Set(["https://shop.example", "http://localhost:3000", "https://a.example", "http://[::1]"]))
  })

  it.each([
    "*",
    "null",
    "https://*.shop.example",
    "https://shop.example/",
    "https://shop.example/path",
    "https://shop.example?x",
    "https://shop.example#x",
    "https://user@shop.example",
    "shop.example",
    "ftp://shop.example",
    "https://",
    "https://shop.example:99999",
    "https://shop.example,",
    "https://shop .example",
    Array.from({ length: 101 }, (_, n) => `https://s${n}.example`).join()
  ])("does not take %s", (text) => {
    expect(Origins.origins.read(text)).toBeUndefined()
  })

  it.effect("a wrong one stops the start with a line that names it", () =>
    Effect.gen(function*() {
      expect(yield* wrong({ CORS_ORIGINS: "*" })).toEqual([`CORS_ORIGINS: "*" is not ${Origins.origins.expects}`])
    }))
})

describe("HTTP_HOST and METRICS_HOST", () => {
  it.effect("serve is for this machine alone where nothing else is said, gateways and processors for all", () =>
    Effect.gen(function*() {
      expect((yield* read(Settings.ServeGatewaySettings, {})).httpHost).toBe("127.0.0.1")
      expect((yield* read(Settings.ServeProcessorSettings, {})).metricsHost).toBe("127.0.0.1")
      expect((yield* read(Settings.GatewaySettings, {})).httpHost).toBeUndefined()
      expect((yield* read(Settings.ProcessorSettings, {})).metricsHost).toBeUndefined()
      const all = { HTTP_HOST: "0.0.0.0", METRICS_HOST: "::" }
      expect((yield* read(Settings.ServeGatewaySettings, all)).httpHost).toBe("0.0.0.0")
      expect((yield* read(Settings.ServeProcessorSettings, all)).metricsHost).toBe("::")
    }))

  it.effect("take an address and nothing else", () =>
    Effect.gen(function*() {
      for (const host of ["localhost", "127.0.0.1:80", "[::1]", "10.0.0.0/8", "fe80::1%eth0"]) {
        expect(yield* wrong({ HTTP_HOST: host })).toEqual([`HTTP_HOST: "${host}" is not ${ListenHost.kind.expects}`])
      }
    }))
})

describe("HTTP_ALLOWED_HOSTS", () => {
  it.effect("serve for this machine alone answers to no name that nobody has listed", () =>
    Effect.gen(function*() {
      const hosts = (env: Readonly<Record<string, string>>) =>
        Effect.map(read(Settings.ServeGatewaySettings, env), ({ allowedHosts }) => allowedHosts)
      expect(yield* hosts({})).toEqual(new Set())
      expect(yield* hosts({ HTTP_HOST: "::1" })).toEqual(new Set())
      expect(yield* hosts({ HTTP_HOST: "0.0.0.0" })).toBeUndefined()
      expect(yield* hosts({ HTTP_ALLOWED_HOSTS: "shop.example" })).toEqual(new Set(["shop.example"]))
      expect((yield* read(Settings.ServeProcessorSettings, {})).allowedHosts).toEqual(new Set())
      expect((yield* read(Settings.ServeProcessorSettings, { METRICS_HOST: "::" })).allowedHosts).toBeUndefined()
      // A gateway and a processor at loopback are behind a proxy of their machine, which passes names on.
      expect((yield* read(Settings.GatewaySettings, { HTTP_HOST: "127.0.0.1" })).allowedHosts).toBeUndefined()
      expect((yield* read(Settings.ProcessorSettings, { METRICS_HOST: "127.0.0.1" })).allowedHosts).toBeUndefined()
    }))
})

describe("METRICS_TOKEN", () => {
  it.effect("may be two, the new one and the one before, each on a line of its own", () =>
    Effect.gen(function*() {
      const given = yield* read(Settings.GatewaySettings, { METRICS_TOKEN: `${TOKEN}new\n${TOKEN}\n` })
      expect(MetricsToken.tokensIn(given.metricsToken)).toEqual([`${TOKEN}new`, TOKEN])
      const [line = ""] = yield* wrong({ METRICS_TOKEN: `${TOKEN}\n${TOKEN}2\n${TOKEN}3` })
      expect(line).toBe("METRICS_TOKEN: holds more than 2 lines, the new token and the one before")
      expect(yield* wrong({ METRICS_TOKEN: `${TOKEN}\nshort` })).toEqual([
        "METRICS_TOKEN: is not 16 to 4096 printable ASCII characters without spaces"
      ])
    }))

  it.effect("is a secret of 16 characters or more, itself or in a file", () =>
    Effect.gen(function*() {
      const file = join(mkdtempSync(join(tmpdir(), "metrics-token-")), "token")
      writeFileSync(file, `${TOKEN}\n`, { mode: 0o600 })
      for (const env of [{ METRICS_TOKEN: TOKEN }, { METRICS_TOKEN_FILE: file }]) {
        for (const config of [Settings.GatewaySettings, Settings.ProcessorSettings]) {
          const { metricsToken } = yield* read<{ readonly metricsToken: Redacted.Redacted<string> | undefined }>(
            config,
            env
          )
          expect(Redacted.value(metricsToken!)).toBe(TOKEN)
          expect(String(metricsToken)).not.toContain(TOKEN)
        }
      }
      for (const token of ["short", "with spaces in it, many", "\u00fcber-ascii-zeichen"]) {
        const [line = ""] = yield* wrong({ METRICS_TOKEN: token })
        expect(line).toBe("METRICS_TOKEN: is not 16 to 4096 printable ASCII characters without spaces")
      }
      expect(yield* wrong({ METRICS_TOKEN: TOKEN, METRICS_TOKEN_FILE: file })).toEqual([
        "METRICS_TOKEN and METRICS_TOKEN_FILE: both are given"
      ])
    }))
})

describe("KEY_MAX_IN_FLIGHT", () => {
  it.effect("is four fifths of MAX_IN_FLIGHT where it is not set, and never more than it", () =>
    Effect.gen(function*() {
      const of = (env: Readonly<Record<string, string>>) =>
        Effect.map(read(Settings.GatewaySettings, env), ({ keyMaxInFlight }) => keyMaxInFlight)
      expect(yield* of({})).toBe(4_000)
      expect(yield* of({ MAX_IN_FLIGHT: "1" })).toBe(1)
      expect(yield* of({ MAX_IN_FLIGHT: "100", KEY_MAX_IN_FLIGHT: "100" })).toBe(100)
      expect(yield* wrong({ MAX_IN_FLIGHT: "100", KEY_MAX_IN_FLIGHT: "101" })).toEqual([
        "KEY_MAX_IN_FLIGHT: 101 is more than MAX_IN_FLIGHT, which is 100"
      ])
      expect(yield* wrong({ KEY_MAX_IN_FLIGHT: "0" })).toEqual([
        "KEY_MAX_IN_FLIGHT: \"0\" is not a whole number from 1 to 1000000"
      ])
    }))
})
