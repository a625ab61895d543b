/** What a client takes, and what it refuses in one line that names it. */
import { expect, it } from "vitest"
import { type ClientOptions, createClient } from "../../../packages/client/src/main.ts"

const refusal = (options: unknown): string => {
  try {
    createClient(options as ClientOptions)
    return "taken"
  } catch (error) {
    return error instanceof TypeError ? error.message : `not a TypeError: ${error}`
  }
}

it("options that are right are taken", () => {
  for (const baseUrl of ["http://localhost:8080", "https://shop.example/engine/", new URL("http://[::1]:8080")]) {
    expect(refusal({ baseUrl, token: "k", timeoutMillis: 1, retry: { attempts: 1 } })).toBe("taken")
  }
})

it("options that are wrong are named, and a token is never shown", () => {
  const baseUrl = "http://engine"
  const wrong: ReadonlyArray<readonly [unknown, RegExp]> = [
    [{}, /^baseUrl: /],
    [{ baseUrl: "engine:8080" }, /^baseUrl: /],
    [{ baseUrl: "http://user:password@engine" }, /^baseUrl: must have no user/],
    [{ baseUrl: "http://engine?a=1" }, /^baseUrl: must have no query/],
    [{ baseUrl, token: "secret key" }, /^token: (?!.*secret)/],
    [{ baseUrl, token: 7 }, /^token: /],
    [{ baseUrl, fetch: "fetch" }, /^fetch: /],
    [{ baseUrl, timeoutMillis: 0 }, /^timeoutMillis: must be a whole number from 1 to 2147483647$/],
    [{ baseUrl, timeoutMillis: Infinity }, /^timeoutMillis: /],
    [{ baseUrl, retry: { attempts: 1.5 } }, /^retry\.attempts: must be a whole number from 1 to 100$/],
    [{ baseUrl, retry: { totalMillis: -1 } }, /^retry\.totalMillis: /],
    [{ baseUrl, retry: { baseMillis: Number.NaN } }, /^retry\.baseMillis: /],
    [{ baseUrl, retry: { maxMillis: 2 ** 31 } }, /^retry\.maxMillis: /]
  ]
  for (const [options, message] of wrong) expect(refusal(options)).toMatch(message)
})
