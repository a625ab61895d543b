// Makes what the package ships: JavaScript in dist, and all public types in one file that imports nothing. Plain
// JavaScript, as it runs on Node 20 too. `npm pack` runs it.
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(fileURLToPath(import.meta.url))
const dist = join(root, "dist")
const MAIN = join(dist, "main.d.ts")

const FROM = /^(?:import|export)\b[^;]*?\bfrom "([^"]+)";\n/gm

/** @param {string} path @returns {Array<string>} */
const importsOf = (path) =>
  Array.from(
    readFileSync(path, "utf8").matchAll(FROM),
    ([, from = ""]) => join(dirname(path), from.replace(/\.[jt]s$/, ".d.ts"))
  )

/** The declarations that a file reaches, each once, what is imported first. @param {string} from */
const reachable = (from) => {
  /** @type {Set<string>} */
  const found = new Set()
  /** @param {string} path */
  const visit = (path) => {
    for (const next of importsOf(path)) if (!found.has(next)) visit(next)
    found.add(path)
  }
  visit(from)
  return [...found]
}

/** What the package exports, from the lines of main.d.ts: `type Client, createClient`. */
const exported = () =>
  Array.from(
    readFileSync(MAIN, "utf8").matchAll(/^export (type )?\{([^}]*)\} from/gm),
    ([, type = "", names = ""]) => names.split(",").map((name) => `${type}${name.trim()}`)
  ).flat()

/** Declarations without imports and exports: those of a module that is one file. @param {string} path */
const declarations = (path) =>
  readFileSync(path, "utf8").replaceAll(FROM, "").replaceAll(/^export \{\};\n/gm, "").replaceAll(/^export /gm, "")

rmSync(dist, { recursive: true, force: true })
const { error, status } = spawnSync("tsc", ["-p", root], { stdio: "inherit", shell: process.platform === "win32" })
if (status !== 0) {
  process.stderr.write(`build: tsc failed (${error?.message ?? `exit code ${status}`})\n`)
  process.exit(1)
}
const modules = reachable(MAIN)
const text = modules.map(declarations).join("") + `export { ${exported().join(", ")} };\n`
for (const path of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  if (path.endsWith(".d.ts")) rmSync(join(dist, path))
}
writeFileSync(MAIN, text)
