/** The packages that package-lock.json names, without those of this repository. Pure. */

interface Entry {
  readonly version: string
  readonly integrity?: string
  readonly resolved?: string
  readonly license?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly devOptional?: boolean
}
export interface Package {
  readonly name: string
  readonly version: string
  readonly integrity: string | undefined
  readonly resolved: string | undefined
  readonly license: string | undefined
  /** Whether it is needed to run the engine, and not only to check and to test it. */
  readonly isShipped: boolean
}

/** Each version of a package once, in the order of their names. */
export const packagesOf = (lock: string): ReadonlyArray<Package> => {
  const { packages }: { readonly packages: Readonly<Record<string, Entry>> } = JSON.parse(lock)
  return Object.entries(packages)
    .filter(([path, { link }]) => path.includes("node_modules/") && link !== true)
    .map(([path, { dev, devOptional, integrity, license, resolved, version }]) => ({
      name: path.replace(/^.*node_modules\//, ""),
      version,
      integrity,
      license,
      resolved,
      isShipped: dev !== true && devOptional !== true
    }))
    .toSorted((one, other) => one.name < other.name ? -1 : 1)
}
