/** Where browsers find files, and where the names of packages lead. Pure. */
import type { Packages } from "./ModuleGraph.ts"

export const addressOf = (digest: string, name: string): string => `/assets/${digest}/${name}`

/** Where the names of packages lead. */
export const importMap = (digest: string, packages: Packages): string =>
  JSON.stringify({
    imports: Object.fromEntries(Object.entries(packages).map(([name, file]) => [name, addressOf(digest, file)]))
  })
