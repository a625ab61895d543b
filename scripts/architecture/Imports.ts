/** Which package may know which, and how an import is written. */
import { builtinModules } from "node:module"
import { excepting, type Exceptions } from "../Exceptions.ts"
import type { Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"
import { arrowsOf, importsOf, packageOf, targetOf } from "./Graph.ts"
import { PLAN, roomOf } from "./Rooms.ts"

/**
 * What each package may import of its siblings: domain <- infra <- gateway, processor, archive, webhooks, operations <-
 * admin <- cli, and domain <- audit <- operations. The client is installed where the engine is not: it knows none, and
 * the pages alone know it, whose browsers are where it is installed; gateway and admin serve the pages.
 */
const SIBLINGS: Readonly<Record<string, ReadonlyArray<string>>> = {
  client: [],
  domain: [],
  infra: ["domain"],
  audit: ["domain"],
  pages: ["domain", "infra", "client"],
  gateway: ["domain", "infra", "pages"],
  processor: ["domain", "infra"],
  archive: ["domain", "infra"],
  webhooks: ["domain", "infra"],
  operations: ["domain", "infra", "audit"],
  admin: ["domain", "infra", "operations", "gateway", "pages"],
  cli: ["domain", "infra", "audit", "operations", "gateway", "admin", "processor", "archive", "webhooks", "pages"]
}
/** The packages that only compute, or run anywhere, and all that they may import. */
const PURE: Readonly<Record<string, ReadonlyArray<string>>> = {
  client: [],
  domain: ["effect"],
  audit: ["effect", "@flash-sale/domain"]
}
/** What other packages may import of infra. Adapters are reached through Infra alone, which chooses them. */
const INFRA_IS_OPEN_AT = [
  "Infra",
  "InfraArchives",
  "InfraLooks",
  "InfraWarmUp",
  "ServiceSettings",
  "Settings",
  "settings/",
  "actor/",
  "collections/",
  "fencing/",
  "facts/",
  "http/",
  "resilience/",
  "observability/",
  "time/",
  "warmup/MadeUp",
  "watch/"
]
/** The files right in infra's src that may know every technology, and why. */
const KNOWS_ADAPTERS: Exceptions = {
  "packages/infra/src/Infra.ts": "chooses the adapters",
  "packages/infra/src/InfraArchives.ts": "chooses the adapters of the archive",
  "packages/infra/src/InfraLooks.ts": "chooses the adapters that look at what there is",
  "packages/infra/src/InfraWarmUp.ts": "has the adapters warm up",
  "packages/infra/src/Settings.ts": "reads from the environment what each technology declares as its settings"
}

const isBuiltin = (specifier: string): boolean =>
  specifier.startsWith("node:") || builtinModules.includes(specifier.split("/")[0]!)

/** The package that an import names: two parts where it has a scope. */
const dependencyOf = (specifier: string): string =>
  specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/")

const isOpen = (module: string): boolean =>
  INFRA_IS_OPEN_AT.some((open) => open.endsWith("/") ? module.startsWith(open) : module === open)

/** What is wrong with one relative import, or undefined. Which room it leads to is for the plan to judge. */
const judgeRelative = (path: string, owner: string, specifier: string): string | undefined => {
  if (!/\.(?:ts|json)$/.test(specifier)) return `"${specifier}": a file is imported with its ending, .ts`
  // A package may say which version it is.
  if (targetOf(path, specifier) === `packages/${owner}/package.json`) return undefined
  if (packageOf(targetOf(path, specifier)) !== owner) {
    return `"${specifier}" leaves the package: import packages by name`
  }
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
  const pure = PURE[owner]
  if (pure !== undefined && !pure.includes(dependencyOf(specifier))) {
    return pure.length === 0
      ? `"${specifier}": ${owner} imports its own files and nothing else`
      : `"${specifier}": ${owner} imports ${pure.join(", ")} and nothing else`
  }
  const sibling = specifier.startsWith("@flash-sale/") ? judgeSibling(owner, specifier) : undefined
  if (sibling !== undefined || isBuiltin(specifier)) return sibling
  if (!declared.includes(dependencyOf(specifier))) return `"${specifier}" is not in packages/${owner}/package.json`
}

/** The imports that cross a border. `declaredBy` knows the dependencies in the package.json of each package. */
export const checkImports = (
  files: ReadonlyArray<Source>,
  declaredBy: Readonly<Record<string, ReadonlyArray<string>>>
): ReadonlyArray<Violation> =>
  files.flatMap((file) =>
    importsOf(file).flatMap(({ line, specifier }) => {
      const message = judgeImport(file.path, specifier, declaredBy[packageOf(file.path)!] ?? [])
      return message === undefined ? [] : [{ path: file.path, line, rule: "imports", message }]
    })
  )

/** The files right in infra's src that know a technology: for its rooms the plan says as much. */
export const checkAdapters = (
  files: ReadonlyArray<Source>,
  exceptions: Exceptions = KNOWS_ADAPTERS
): ReadonlyArray<Violation> => {
  const folder = "packages/infra/src"
  // The archive is above the others, as its file is one of SQLite's.
  const technologies = PLAN[folder]!.slice(-2).flat()
  const found = arrowsOf(files)
    .filter(({ from, to }) =>
      from.startsWith(`${folder}/`) && roomOf(folder, from) === undefined &&
      technologies.includes(roomOf(folder, to) ?? "")
    )
    .map(({ from, line, to }) => ({
      path: from,
      line,
      rule: "adapters",
      message: `only Infra knows the adapters of ${roomOf(folder, to)}. Take from Infra what you need.`
    }))
  return excepting("adapters", found, exceptions)
}
