/**
 * The package as a shop has it: packed, installed elsewhere without a network, compiled against, and run on Node 20 and
 * on Node 24 against an engine that is killed with -9 meanwhile.
 */
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest"
import * as Services from "../../chaos/Services.ts"
import { spawnLogged } from "../../servers/Processes.ts"
import { execute } from "../../servers/Programs.ts"
import { SHOP_PROGRAM } from "./ShopProgram.ts"

const TIMEOUT = 180_000
/** Longer than a gateway takes to see an order that has no event to tell of, which is a second. */
const PAYMENT_LATENCY = "3s"
const root = fileURLToPath(new URL("../../..", import.meta.url))
const source = join(root, "packages/client")

let folder = ""
const installed = () => join(folder, "node_modules/@flash-sale/client")

/** Runs a program in a folder, and gives what it writes. */
const inFolder = async (cwd: string, program: string, args: ReadonlyArray<string>): Promise<string> => {
  const { stdout } = await promisify(execFile)(program, args, { cwd, timeout: TIMEOUT })
  return stdout
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flash-sale-shop-"))
  await inFolder(source, "npm", ["pack", "--silent", "--pack-destination", folder])
  const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"))
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "shop", private: true, type: "module" }))
  await inFolder(folder, "npm", ["install", `./${tarball}`, "--offline", "--no-audit", "--no-fund"])
  await writeFile(join(folder, "shop.js"), SHOP_PROGRAM)
}, TIMEOUT)

afterAll(() => rm(folder, { recursive: true, force: true }))

/** The program at this path, where it is a Node of this major version. */
const isNode = async (path: string, major: number): Promise<boolean> => {
  const version = await execute(path, ["--version"], 5_000).catch(() => "")
  return version.startsWith(`v${major}.`)
}

/** A Node of this major version: our own, or one on the PATH. */
const findNode = async (major: number): Promise<string | undefined> => {
  const folders = (process.env["PATH"] ?? "").split(delimiter)
  for (const path of [process.execPath, ...folders.map((folder) => join(folder, "node"))]) {
    if (await isNode(path, major)) return path
  }
}

describe("the package", () => {
  it("has JavaScript, types, a README and the license, depends on nothing, and says for which Node it is", async () => {
    const manifest: unknown = JSON.parse(await readFile(join(installed(), "package.json"), "utf8"))
    expect(manifest).toMatchObject({ name: "@flash-sale/client", type: "module", sideEffects: false, license: "MIT" })
    expect(manifest).not.toHaveProperty("dependencies")
    expect(manifest).not.toHaveProperty("private")
    expect(await readdir(join(folder, "node_modules"))).toEqual([".package-lock.json", "@flash-sale"])
    const files = await readdir(installed(), { recursive: true, withFileTypes: true })
    const names = files.filter((file) => file.isFile()).map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(["LICENSE", "README.md", "main.js", "main.d.ts", "package.json"]))
    expect(names.filter((name) => !/\.js$|^(?:LICENSE|README\.md|main\.d\.ts|package\.json)$/.test(name))).toEqual([])
    expect(await readFile(join(installed(), "LICENSE"), "utf8")).toBe(await readFile(join(root, "LICENSE"), "utf8"))
  })

  it("imports nothing but its own files, and its types import nothing", async () => {
    const types = await readFile(join(installed(), "dist/main.d.ts"), "utf8")
    expect(types).toContain("createClient")
    expect(types).not.toMatch(/\bimport\b|\bfrom "|<reference/)
    const files = (await readdir(join(installed(), "dist"), { recursive: true })).filter((name) => name.endsWith(".js"))
    expect(files.length).toBeGreaterThan(10)
    for (const name of files) {
      const text = await readFile(join(installed(), "dist", name), "utf8")
      const specifiers = Array.from(text.matchAll(/\bfrom "([^"]+)"|\bimport\(/g), ([, specifier]) => specifier)
      expect(specifiers.filter((specifier) => !/^\.{1,2}\/[\w./]+\.js$/.test(specifier ?? ""))).toEqual([])
      expect(text).not.toMatch(/\b(?:process|Buffer|require)\b/)
    }
  })

  it("has examples in its README that compile, strictly, in a browser's project and in one of Node", async () => {
    const readme = await readFile(join(installed(), "README.md"), "utf8")
    const examples = Array.from(readme.matchAll(/^```ts\n([\s\S]*?)^```/gm), ([, example = ""]) => example)
    expect(examples.length).toBeGreaterThan(3)
    await mkdir(join(folder, "examples"), { recursive: true })
    for (const [at, text] of examples.entries()) await writeFile(join(folder, `examples/example${at}.ts`), text)
    const wrong = `import { createClient } from "@flash-sale/client"\ncreateClient({ baseUrl: 1 })\n`
    await writeFile(join(folder, "wrong.ts"), wrong)
    const compile = (...args: ReadonlyArray<string>) =>
      inFolder(folder, join(root, "node_modules/.bin/tsc"), [
        ...["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"],
        ...["--target", "es2022", "--module", "nodenext", "--ignoreConfig", ...args]
      ])
    const paths = examples.map((_, at) => `examples/example${at}.ts`)
    await compile("--types", "", "--lib", "es2022,dom", ...paths)
    const nodeTypes = ["--typeRoots", join(root, "node_modules/@types"), "--types", "node"]
    await compile("--lib", "es2022", "--skipLibCheck", ...nodeTypes, ...paths)
    await expect(compile("--types", "", "--lib", "es2022,dom", "wrong.ts")).rejects.toMatchObject({
      stdout: expect.stringContaining("wrong.ts(2,16)")
    })
  }, TIMEOUT)

  for (const major of [20, 24]) {
    it(`buys on Node ${major}, and misses nothing while the engine is killed and started again`, async (ctx) => {
      await shopOn(major, ctx)
    }, TIMEOUT)
  }
})

interface Line {
  readonly what: string
  readonly [key: string]: unknown
}

const shopOn = async (major: number, ctx: TestContext): Promise<void> => {
  const node = await findNode(major)
  if (node === undefined) return ctx.skip(`there is no Node ${major} on the PATH: the client was NOT tested on it`)
  const engine = await Services.service("serve", {
    DATA_DIR: await Services.folder(),
    PAYMENT_LATENCY,
    PAYMENT_FAILURE_RATE: "0"
  })
  await engine.start()
  await engine.untilHealth(200)
  const shop = await spawnLogged(node, ["shop.js", engine.url, `u-${major}`], { cwd: folder })
  ctx.onTestFinished(() => shop.kill("SIGKILL"))
  const lines = (): ReadonlyArray<Line> =>
    shop.output().split("\n").slice(0, -1).filter((line) => line.startsWith("{")).map((line) => JSON.parse(line))
  const until = (what: string, more: object = {}) =>
    shop.waitFor(() => lines().some((line) => ctx.expect.objectContaining({ what, ...more }).asymmetricMatch(line)))

  await until("following")
  await until("status", { status: "RESERVED" })
  await engine.killHard()
  await until("away")
  await engine.start()
  await until("done")
  expect(await shop.exit).toEqual({ code: 0, signal: null })

  const line = (what: string) => lines().find((one) => one.what === what)
  expect(line("webhook")).toMatchObject({ id: "1", forged: "no_signature_matches" })
  expect(line("bought")).toMatchObject({
    accepted: { request_id: `u-${major}-1`, attempts: 1 },
    outcome: { status: "COMPLETED", item_id: "101", amount: 1 },
    found: { status: "COMPLETED" },
    nobody: null
  })
  expect(line("refused")).toMatchObject({ isOurs: true, code: "sold_out", status: 410 })
  expect(line("decided")).toMatchObject({ isFinal: true })
  expect((line("decided")!["statuses"] as ReadonlyArray<string>).at(-1)).toBe("COMPLETED")
  const done = line("done")!
  expect(done).toMatchObject({
    later: ["COMPLETED", "COMPLETED"],
    again: "duplicate_request",
    begun: 1,
    last: 4,
    books: { item_id: "101", available: 96, held: 0, sold: 4 }
  })
  expect(done["attempts"]).toBeGreaterThan(1)
  // Each step was told, those while the connection was gone as well, and in their order.
  const sold = done["sold"] as ReadonlyArray<number>
  expect(sold).toEqual(sold.toSorted((one, other) => one - other))
  expect(sold[0]).toBe(1)
  expect(sold).toContain(3)
}
