/** The packages that are installed: each is what was locked, and under a license that allows its use. */
import { writeFileSync } from "node:fs"
import { checkIntegrity } from "./packages/Integrity.ts"
import { checkLicenses, LIST, listOf } from "./packages/Licenses.ts"
import { packagesOf } from "./packages/Lock.ts"
import { root, sources } from "./Source.ts"
import { report } from "./Violation.ts"

if (import.meta.main) {
  const packages = packagesOf(sources("package-lock.json")[0]!.text)
  if (process.argv.includes("--write")) writeFileSync(`${root}${LIST}`, listOf(packages))
  const list = sources(LIST)[0] ?? { path: LIST, text: "" }
  report("check-packages", [...checkIntegrity(packages), ...checkLicenses(packages, list)])
}
