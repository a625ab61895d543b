/** What is shipped is under licenses that allow that, and the list of them is the one that the lock says. Pure. */
import type { Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"
import type { Package } from "./Lock.ts"

export const LIST = "docs/licenses.md"

/** Licenses that ask for no more than to be named. */
const SHIPPED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"]
/** One asks for the source of what was changed, one is no license everywhere: for tools that stay here. */
const TOOLS = [...SHIPPED, "MPL-2.0", "Unlicense"]

const HEAD = `# Licenses

The engine is under [MIT](../LICENSE). With it come these packages, by what \`package-lock.json\` says of each;
those that only check and test it are not among them. \`npm run check:packages\` compares this list, and
\`node scripts/check-packages.ts --write\` writes it. \`npm run --silent sbom > sbom.json\` writes what is
installed as a bill of materials in CycloneDX's format.

| license | packages |
|---|---|
`

/** The list as it should be. */
export const listOf = (packages: ReadonlyArray<Package>): string => {
  const shipped = packages.filter(({ isShipped }) => isShipped)
  const rows = [...new Set(shipped.map(({ license = "none" }) => license))].toSorted().map((license) => {
    const names = shipped.filter((one) => (one.license ?? "none") === license).map(({ name }) => `\`${name}\``)
    return `| ${license} | ${[...new Set(names)].join(", ")} |\n`
  })
  return `${HEAD}${rows.join("")}`
}

export const checkLicenses = (packages: ReadonlyArray<Package>, list: Source): ReadonlyArray<Violation> => [
  ...packages.flatMap(({ isShipped, license = "none", name }) =>
    (isShipped ? SHIPPED : TOOLS).includes(license)
      ? []
      : [{ path: "package-lock.json", line: 1, rule: "licenses", message: `${name} is under ${license}` }]
  ),
  ...(list.text === listOf(packages)
    ? []
    : [{
      path: list.path,
      line: 1,
      rule: "licenses",
      message: "is not what the lock says: node scripts/check-packages.ts --write"
    }])
]
