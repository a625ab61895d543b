/** `flash-sale key` as it is typed. */
import { NodeServices } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import * as Key from "@flash-sale/cli/key/Key"
import { Effect, Runtime } from "effect"
import { Command as Cli } from "effect/cli"
import { TestClock } from "effect/testing"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Folders from "../../infra/sqlite/Folders.ts"
import * as CommandLine from "../CommandLine.ts"

const cli = Cli.runWith(Cli.make("flash-sale").pipe(Cli.withSubcommands([Key.command])), { version: "0.0.0" })
const run = CommandLine.runner(cli)
/** A line with its exit code, and what it says on standard error as lines. */
const typed = (line: string, env: Readonly<Record<string, string>> = {}) =>
  Effect.map(Effect.provide(run(line, env), NodeServices.layer), ({ complaint, failure, isSuccess, out }) => ({
    code: isSuccess ? 0 : Runtime.getErrorExitCode(failure),
    out,
    errors: complaint.split("\n"),
    failure
  }))

const NOW = Date.UTC(2026, 10, 29, 12)

it.effect("a key is printed once, alone on standard output, and everything else beside", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(NOW)
    const folder = yield* Folders.temporary
    const path = join(folder, "keys.json")
    const env = { DATA_DIR: folder }
    const made = yield* typed("key create --name ops --scopes admin", env)
    expect(made).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^fs_ops_[0-9A-Za-z]{32}$/),
      errors: [
        `keys: ${path}`,
        "key ops was made, with admin, for ever. It is told this once. Services that run take it within a second"
      ]
    })
    expect(readFileSync(path, "utf8")).not.toContain(made.out)
    const json = yield* typed("key create --name shop --scopes orders,read --expires 90d --json", env)
    expect(JSON.parse(json.out)).toEqual({
      name: "shop",
      scopes: ["orders", "read"],
      expires_at: "2027-02-27T12:00:00.000Z",
      key: expect.stringMatching(/^fs_shop_[0-9A-Za-z]{32}$/)
    })
  }))

it.effect("keys are listed with what they may do and until when, without their hashes", () =>
  Effect.gen(function*() {
    yield* TestClock.setTime(NOW)
    const folder = yield* Folders.temporary
    const env = { DATA_DIR: folder }
    expect((yield* typed("key list", env)).out).toBe("no api keys: flash-sale key create makes one")
    for (
      const rest of [
        "ops --scopes admin",
        "shop-server --scopes orders --expires 15d",
        "job --scopes read --expires 1h"
      ]
    ) {
      yield* typed(`key create --name ${rest}`, env)
    }
    yield* TestClock.setTime(NOW + 86_400_000)
    expect((yield* typed("key list", env)).out).toBe(
      "ops          admin   for ever\n" +
        "shop-server  orders  until 2026-12-14T12:00:00.000Z  expires soon\n" +
        "job          read    until 2026-11-29T13:00:00.000Z  EXPIRED"
    )
    const lines = (yield* typed("key list --json", env)).out.split("\n").map((line) => JSON.parse(line))
    expect(lines.map(({ name, state }) => [name, state])).toEqual([
      ["ops", "ok"],
      ["shop-server", "soon"],
      ["job", "expired"]
    ])
    expect(Object.keys(lines[1])).toEqual(["name", "scopes", "expires_at", "state"])
  }))

it.effect("a key that is revoked is gone", () =>
  Effect.gen(function*() {
    const folder = yield* Folders.temporary
    const env = { DATA_DIR: folder }
    yield* typed("key create --name ops --scopes admin", env)
    expect(yield* typed("key revoke ops", env)).toMatchObject({
      code: 0,
      out: "key ops is revoked: services that run reject it within a second"
    })
    const path = join(folder, "keys.json")
    yield* typed("key create --name ops --scopes admin", env)
    expect(JSON.parse((yield* typed("key revoke ops --json", env)).out)).toEqual({ name: "ops", revoked: true })
    expect(yield* typed("key revoke ops", env)).toMatchObject({
      code: 1,
      out: "",
      errors: [`keys: ${path}`, `flash-sale: there is no key ops in ${path}`]
    })
  }))

it.effect("what makes no sense is refused, and changes nothing", () =>
  Effect.gen(function*() {
    const folder = yield* Folders.temporary
    const env = { DATA_DIR: folder }
    yield* typed("key create --name ops --scopes admin", env)
    const before = readFileSync(join(folder, "keys.json"), "utf8")
    const twice = yield* typed("key create --name ops --scopes read", env)
    expect([twice.code, twice.out]).toEqual([1, ""])
    expect(twice.errors[1]).toContain("there is a key ops in ")
    const scopes = yield* typed("key create --name x --scopes orders,root,Read", env)
    expect([scopes.code, scopes.out, scopes.errors]).toEqual([2, "", [
      "flash-sale: --scopes: \"root\", \"Read\" are no scopes; " +
      "the scopes are read, stock, sale, orders, refunds, dlq, admin"
    ]])
    expect((yield* typed("key create --name x --scopes ,", env)).errors[0]).toContain("--scopes: names none")
    for (
      const line of [
        "key create",
        "key create --name x",
        "key create --name Ops --scopes admin",
        "key create --name a_b --scopes admin",
        `key create --name ${"a".repeat(41)} --scopes admin`,
        "key create --name x --scopes admin --expires 90",
        "key create --name x --scopes admin --expires 3651d",
        "key create --name x --scopes admin --expires 1s",
        "key revoke",
        "key revoke fs_ops_x"
      ]
    ) expect([line, (yield* typed(line, env)).failure]).toMatchObject([line, { _tag: "ShowHelp" }])
    expect(readFileSync(join(folder, "keys.json"), "utf8")).toBe(before)
  }))

it.effect("the file is the one that is typed, that is set, or that of the folder", () =>
  Effect.gen(function*() {
    const [a, b, c, d] = yield* Effect.all([Folders.temporary, Folders.temporary, Folders.temporary, Folders.temporary])
    const set = { API_KEYS_FILE: join(c, "set.json"), DATA_DIR: d }
    const fileOf = (line: string, env: Readonly<Record<string, string>>) =>
      Effect.map(typed(line, env), ({ errors }) => errors[0])
    const create = "key create --scopes read --name"
    expect(yield* fileOf(`${create} x --file ${a}/typed.json --data-dir ${b}`, set)).toBe(`keys: ${a}/typed.json`)
    expect(yield* fileOf(`${create} x --data-dir ${b}`, set)).toBe(`keys: ${b}/keys.json`)
    expect(yield* fileOf(`${create} x`, set)).toBe(`keys: ${c}/set.json`)
    expect(yield* fileOf(`${create} x`, { DATA_DIR: d, REDIS_ADDR: "r:1" })).toBe(`keys: ${d}/keys.json`)
    expect([a, b, c, d].map((folder) => readdirSync(folder).length)).toEqual([2, 2, 2, 2])
    const nowhere = yield* typed(`${create} x`, { KAFKA_ADDR: "k:1" })
    expect([nowhere.code, nowhere.errors]).toEqual([2, [
      "flash-sale: nothing says where the keys are: --file or API_KEYS_FILE names the file, DATA_DIR its folder"
    ]])
    const missing = join(a, "none")
    const noFolder = yield* typed(`${create} x --data-dir ${missing}`, {})
    expect([noFolder.code, noFolder.errors[1]]).toEqual([
      1,
      `flash-sale: there is no folder ${missing}: npm start makes that of the engine, or name a file with --file`
    ])
    expect(existsSync(missing)).toBe(false)
  }))

it.effect("a file that cannot be used is said, and not replaced", () =>
  Effect.gen(function*() {
    const path = join(yield* Folders.temporary, "keys.json")
    writeFileSync(path, "[{}]", { mode: 0o600 })
    for (const line of ["key create --name x --scopes read", "key list", "key revoke x"]) {
      const failed = yield* typed(`${line} --file ${path}`)
      expect([failed.code, failed.out, failed.errors[1]]).toEqual([
        1,
        "",
        `flash-sale: the api keys cannot be used: ${path}: key 1, name: is missing`
      ])
    }
    expect(readFileSync(path, "utf8")).toBe("[{}]")
  }))

it.effect("each command explains itself", () =>
  Effect.gen(function*() {
    for (const line of ["key", "key create", "key list", "key revoke"]) {
      const { code, out } = yield* typed(`${line} --help`)
      expect([line, code]).toEqual([line, 0])
      expect(out).toContain(`flash-sale ${line}`)
      expect(out).toContain("DESCRIPTION")
    }
  }))
