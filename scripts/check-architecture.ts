/** Which module may know which, and what no module may do. Every list of exceptions is at the top, with its reasons. */
import { builtinModules } from "node:module"
import { codeOnly, lineAt, type Source, sources } from "./Source.ts"
import { report, type Violation } from "./Violation.ts"

/** What each package may import of its siblings: domain <- infra <- gateway, processor <- cli; domain <- audit <- cli. */
const SIBLINGS: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: [],
  infra: ["domain"],
  audit: ["domain"],
  gateway: ["domain", "infra"],
  processor: ["domain", "infra"],
  cli: ["domain", "infra", "audit", "gateway", "processor"]
}
/** What other packages may import of infra. Adapters are reached through Infra alone, which chooses them. */
const INFRA_IS_OPEN_AT = ["Infra", "Settings", "settings/", "actor/", "resilience/", "observability/", "http/"]
/** The folders of infra that every adapter may use, beside its own. `memory` is what one does without a technology. */
const SHARED_IN_INFRA = ["actor", "http", "memory", "observability", "resilience", "settings"]
/** The files of infra that may know every technology, and why. */
const KNOWS_ADAPTERS: Readonly<Record<string, string>> = {
  "packages/infra/src/Infra.ts": "chooses the adapters",
  "packages/infra/src/Settings.ts": "reads from the environment what each technology declares as its settings"
}

const MAX_LINES = 250
const NAMES_WITHOUT_MEANING = ["utils", "util", "common", "helpers", "misc", "shared", "lib"]

interface Banned {
  readonly pattern: RegExp
  readonly message: string
  /** The files that may, and why. */
  readonly except: Readonly<Record<string, string>>
}

const BANNED: ReadonlyArray<Banned> = [
  { pattern: /\bDate\.now\b/g, message: "time comes from Clock, or from the record", except: {} },
  { pattern: /\bnew Date\(\s*\)/g, message: "time comes from Clock, or from the record", except: {} },
  { pattern: /\bMath\.random\b/g, message: "chance comes from Random, so that a seed replays it", except: {} },
  { pattern: /\bprocess\.env\b/g, message: "settings come from Config", except: {} },
  { pattern: /\bset(?:Timeout|Interval)\b/g, message: "waiting is Effect.sleep or a Schedule", except: {} },
  {
    pattern: /\bEffect\.(?:log(?:Trace|Debug|Info|Warning|Error|Fatal)?|annotateLogs)\b/g,
    message: "lines are Log.info and its like, which name their event",
    except: { "packages/infra/src/observability/logs/Log.ts": "is where they are made" }
  },
  { pattern: /\bconsole\./g, message: "lines are Effect.log; a command's output is Console", except: {} },
  {
    pattern: /\bJSON\.parse\b/g,
    message: "what comes from outside is decoded by a Schema",
    except: {
      "packages/domain/src/records/Json.ts": "gives unknown, of which each reader checks what it takes"
    }
  }
]

interface Import {
  readonly specifier: string
  readonly line: number
}

const IMPORT = /^(?:import|export)\b(?:[^"';]*?\bfrom)?\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm

const importsOf = ({ text }: Source): ReadonlyArray<Import> =>
  Array.from(text.matchAll(IMPORT), (match) => ({
    specifier: (match[1] ?? match[2])!,
    line: lineAt(text, match.index)
  }))

const packageOf = (path: string): string | undefined => /^packages\/([^/]+)\/src\//.exec(path)?.[1]

const isBuiltin = (specifier: string): boolean =>
  specifier.startsWith("node:") || builtinModules.includes(specifier.split("/")[0]!)

/** The package that an import names: two parts where it has a scope. */
const dependencyOf = (specifier: string): string =>
  specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/")

const isOpen = (module: string): boolean =>
  INFRA_IS_OPEN_AT.some((open) => open.endsWith("/") ? module.startsWith(open) : module === open)

/** What is wrong with one relative import, or undefined. */
const judgeRelative = (path: string, owner: string, specifier: string): string | undefined => {
  if (!/\.(?:ts|json)$/.test(specifier)) return `"${specifier}": a file is imported with its ending, .ts`
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1)
  if (packageOf(target) !== owner) return `"${specifier}" leaves the package: import packages by name`
  if (owner !== "infra" || path in KNOWS_ADAPTERS) return undefined
  const folder = target.split("/")[4] === undefined ? undefined : target.split("/")[3]!
  if (folder === undefined || SHARED_IN_INFRA.includes(folder) || path.split("/")[3] === folder) return undefined
  return `"${specifier}": only Infra knows the adapters of another technology`
}

/** What is wrong with one import of a sibling, or undefined. */
const judgeSibling = (owner: string, specifier: string): string | undefined => {
  const [, sibling = "", ...rest] = specifier.split("/")
  if (sibling === owner) return `"${specifier}": inside of a package imports are relative`
  if (!(SIBLINGS[owner] ?? []).includes(sibling)) return `${owner} must not know ${sibling}`
  if (sibling === "infra" && !isOpen(rest.join("/"))) return `"${specifier}": adapters are chosen by Infra alone`
}

/** What is wrong with one import, or undefined. `declared` are the dependencies in the package's package.json. */
const judgeImport = (
  path: string,
  specifier: string,
  declared: ReadonlyArray<string>
): string | undefined => {
  const owner = packageOf(path)!
  if (specifier.startsWith(".")) return judgeRelative(path, owner, specifier)
  if (owner === "domain" && dependencyOf(specifier) !== "effect") {
    return `"${specifier}": domain imports effect and nothing else`
  }
  const sibling = specifier.startsWith("@flash-sale/") ? judgeSibling(owner, specifier) : undefined
  if (sibling !== undefined || isBuiltin(specifier)) return sibling
  if (!declared.includes(dependencyOf(specifier))) return `"${specifier}" is not in packages/${owner}/package.json`
}

/** The imports that cross a border, of one file of packages/<package>/src. */
export const checkImports = (source: Source, declared: ReadonlyArray<string>): ReadonlyArray<Violation> =>
  importsOf(source).flatMap(({ line, specifier }) => {
    const message = judgeImport(source.path, specifier, declared)
    return message === undefined ? [] : [{ path: source.path, line, rule: "imports", message }]
  })

/** What the code reaches around Effect for. */
export const checkBanned = (
  { path, text }: Source,
  banned: ReadonlyArray<Banned> = BANNED
): ReadonlyArray<Violation> => {
  const code = codeOnly(text)
  return banned.flatMap(({ except, message, pattern }) =>
    path in except ? [] : Array.from(code.matchAll(pattern), (match) => ({
      path,
      line: lineAt(code, match.index),
      rule: "banned",
      message: `${match[0]}: ${message}`
    }))
  )
}

/** One concept, one file, named after it, of a size that one can read. */
export const checkShape = ({ path, text }: Source): ReadonlyArray<Violation> => {
  const names = path.split("/").slice(3)
  const file = names.at(-1)!
  const lines = text.trimEnd().split("\n").length
  const found: Array<Violation> = []
  const add = (line: number, rule: string, message: string) => found.push({ path, line, rule, message })
  if (lines > MAX_LINES) add(MAX_LINES + 1, "size", `${lines} lines, at most ${MAX_LINES}: which concepts are in it?`)
  for (const name of names) {
    if (NAMES_WITHOUT_MEANING.includes(name.replace(/\.ts$/, "").toLowerCase())) {
      add(1, "names", `"${name}" says nothing: name it after the concept`)
    }
  }
  if (file.startsWith("index.")) add(1, "barrel", "a module is imported by its own path")
  else if (!/^(?:[A-Z][A-Za-z0-9]*|main)\.ts$/.test(file)) add(1, "names", "a file is named in PascalCase, or main.ts")
  for (const match of text.matchAll(/^export \* from/gm)) {
    add(lineAt(text, match.index), "barrel", "a module is imported by its own path")
  }
  return found
}

/** Exceptions for files that are gone: an exception that nobody needs hides the next mistake. */
export const checkExceptions = (
  paths: ReadonlyArray<string>,
  banned: ReadonlyArray<Banned> = BANNED
): ReadonlyArray<Violation> =>
  [...new Set(banned.flatMap(({ except }) => Object.keys(except)))]
    .filter((path) => !paths.includes(path))
    .map((path) => ({ path, line: 1, rule: "exceptions", message: "is excepted by name, but does not exist" }))

const dependencies = (text: string): ReadonlyArray<string> => {
  const { dependencies = {} }: { readonly dependencies?: Record<string, string> } = JSON.parse(text)
  return Object.keys(dependencies)
}

if (import.meta.main) {
  const files = sources("packages/*/src/**/*.ts")
  const declared = new Map(
    sources("packages/*/package.json").map(({ path, text }) => [path.split("/")[1], dependencies(text)])
  )
  report("architecture", [
    ...files.flatMap((file) => [
      ...checkImports(file, declared.get(packageOf(file.path)) ?? []),
      ...checkBanned(file),
      ...checkShape(file)
    ]),
    ...checkExceptions(files.map(({ path }) => path))
  ])
}
