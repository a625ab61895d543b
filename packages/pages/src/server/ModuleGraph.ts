/** Which module needs which, and where the names of packages lead in a browser. Pure. */

/** The one module of the domain that browsers get: it needs nothing. */
export const CURRENCIES = "domain/records/Currencies.ts"

/** The files, or folders, behind the names of packages. */
export type Packages = Readonly<Record<string, string>>

/** Of the pages for buyers, and of what a shop's page gets. */
export const PACKAGES: Packages = {
  // Each module by itself: pages need no more of it than they use.
  "@flash-sale/client/": "client/",
  "@flash-sale/domain/records/Currencies": CURRENCIES,
  lit: "lit/index.js",
  "lit-html": "lit/lit-html.js",
  "lit-html/is-server.js": "lit/is-server.js",
  "lit-element/lit-element.js": "lit/lit-element.js",
  "@lit/reactive-element": "lit/reactive-element.js"
}

/** Of the console. */
export const CONSOLE_PACKAGES: Packages = {
  ...PACKAGES,
  uplot: "uplot/uPlot.iife.min.js"
}

/** The file behind the name of a package: by a folder where the name leads into one. */
const fileOf = (specifier: string): string | undefined => {
  const exact = CONSOLE_PACKAGES[specifier]
  if (exact !== undefined) return exact
  const folder = Object.keys(CONSOLE_PACKAGES).find((name) => name.endsWith("/") && specifier.startsWith(name))
  return folder === undefined ? undefined : CONSOLE_PACKAGES[folder]! + specifier.slice(folder.length)
}

const IMPORT = /\b(?:import|export)\b[^"';()]*?\bfrom\s*["']([^"']+)["']|\bimport\s*["']([^"']+)["']/g

/** What a browser gets of a module; undefined where it is not served. */
export type TextOf = (name: string) => string | undefined

/** The names that this module imports, in their order. Throws where one leads to nothing that is served. */
const importsOf = (name: string, textOf: TextOf): ReadonlyArray<string> =>
  Array.from(textOf(name)!.matchAll(IMPORT), (match) => {
    const specifier = (match[1] ?? match[2])!
    const target = specifier.startsWith(".")
      ? new URL(specifier, `file:///${name}`).pathname.slice(1)
      : fileOf(specifier)
    if (target !== undefined && textOf(target) !== undefined) return target
    throw new Error(`${name} imports "${specifier}", which is not served`)
  })

/** What a module needs, itself first. */
export const needsOf = (name: string, textOf: TextOf): ReadonlyArray<string> => {
  const found = new Set([name])
  // What is found on the way is looked at in its turn.
  for (const needed of found) for (const next of importsOf(needed, textOf)) found.add(next)
  return [...found]
}
