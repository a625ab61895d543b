/** One version, wherever it is written down. */
import { release } from "@flash-sale/infra/http/Release"
import { expect, it } from "vitest"
import { sources } from "../../scripts/Source.ts"

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

const manifests = sources("package.json", "packages/*/package.json").map(({ text }): Manifest => JSON.parse(text))
const textOf = (path: string) => sources(path)[0]!.text

it("packages, the lock, the changelog and the image have the release's version", () => {
  expect(manifests.length).toBeGreaterThan(5)
  expect(release.version).toMatch(/^\d+\.\d+\.\d+$/)
  const own = Object.entries(JSON.parse(textOf("package-lock.json")).packages)
    .filter(([path]) => !path.includes("node_modules/"))
    .map(([, entry]) => (entry as Manifest).version)
  const ofEachOther = manifests.flatMap(({ dependencies = {} }) =>
    Object.entries(dependencies).filter(([name]) => name.startsWith("@flash-sale/")).map(([, version]) => version)
  )
  const [changelog] = /^## (?:\d+\.)+\d+/m.exec(textOf("CHANGELOG.md")) ?? []
  const [image] = /newTag: \S+/.exec(textOf("deploy/kubernetes/base/kustomization.yaml")) ?? []
  const all = [...manifests.map(({ version }) => version), ...own, ...ofEachOther]
  expect(new Set(all)).toEqual(new Set([release.version]))
  expect([changelog, image]).toEqual([`## ${release.version}`, `newTag: ${release.version}`])
})
