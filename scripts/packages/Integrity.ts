/** Every package is installed only as it was when it was locked: each has the digest of its archive. */
import { excepting, type Exceptions } from "../Exceptions.ts"
import type { Violation } from "../Violation.ts"
import type { Package } from "./Lock.ts"

const LOCK = "package-lock.json"

/** Tools for other machines than those that the lock is written on, where the registry in reach has no such archive. */
const forOthers = (scope: string, ...platforms: ReadonlyArray<string>): Exceptions =>
  Object.fromEntries(
    platforms.map((platform) => [`${scope}${platform}`, "for developing on another platform; never shipped"])
  )

const EXCEPTIONS: Exceptions = {
  ...forOthers("@dprint/", "android-arm64", "android-x64", "darwin-arm64", "darwin-x64", "win32-arm64", "win32-x64"),
  ...forOthers("@dprint/linux-", "arm64-glibc", "arm64-musl", "loong64-glibc", "loong64-musl"),
  ...forOthers("@dprint/linux-", "ppc64-glibc", "ppc64-musl", "riscv64-glibc"),
  ...forOthers("@effect/tsgo-", "darwin-arm64", "darwin-x64", "linux-arm", "linux-arm64", "win32-arm64", "win32-x64")
}

const problemOf = ({ integrity, isShipped, name, resolved }: Package): ReadonlyArray<string> => [
  ...(/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? "") ? [] : ["has no integrity in SHA-512"]),
  ...(isShipped && EXCEPTIONS[name] !== undefined ? ["is shipped, and so cannot be an exception"] : []),
  ...(resolved === undefined || resolved.startsWith("https://") ? [] : [`comes from ${resolved}`])
]

export const checkIntegrity = (packages: ReadonlyArray<Package>): ReadonlyArray<Violation> => {
  const found = packages.flatMap((one) =>
    problemOf(one).map((problem) => ({
      path: LOCK,
      line: 1,
      rule: "integrity",
      name: one.name,
      isExcepted: problem.startsWith("has no"),
      message: `${one.name} ${problem}`
    }))
  )
  return [
    ...excepting("integrity", found.filter(({ isExcepted }) => isExcepted), EXCEPTIONS, ({ name }) => name),
    ...found.filter(({ isExcepted }) => !isExcepted)
  ]
}
