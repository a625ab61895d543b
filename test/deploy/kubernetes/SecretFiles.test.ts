/** The patch of the runbook that mounts a secret as a file: it fits the manifests as they are. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { parse } from "yaml"
import * as Manifests from "./Manifests.ts"
import * as Schema from "./Schema.ts"

type Fields = Record<string, unknown>

/** An operation of JSON Patch. */
interface Operation {
  readonly op: string
  readonly path: string
  readonly value: unknown
}

interface Pod {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: ReadonlyArray<{
          readonly env: ReadonlyArray<{ readonly value: string }>
          readonly volumeMounts: ReadonlyArray<{ readonly name: string; readonly mountPath: string }>
        }>
        readonly volumes: ReadonlyArray<{ readonly name: string; readonly secret?: { readonly defaultMode: number } }>
      }
    }
  }
}

const runbook = readFileSync(join(Manifests.root, "docs/operations.md"), "utf8")
const block = /### Secrets in files\n.*?```yaml\n(.*?)```/s.exec(runbook)?.[1] ?? ""
const { patches }: { readonly patches: ReadonlyArray<{ readonly patch: string }> } = parse(block)
const operations: ReadonlyArray<Operation> = parse(patches[0]!.patch)
const { objects } = Manifests.collect(join(Manifests.folder, "all"))

/** Adds to the object; fails where something is in the place, or nothing that it could be added to. */
const add = (object: unknown, path: string, value: unknown): void => {
  const names = path.split("/").slice(1)
  const last = names.pop()!
  const parent = names.reduce<unknown>((within, name) => (within as Fields)[name], object)
  if (Array.isArray(parent) && last === "-") return void parent.push(value)
  expect((parent as Fields)[last], path).toBeUndefined()
  ;(parent as Fields)[last] = value
}

it.each(["gateway", "processor"])("the patch adds to %s what it lacks, and is right by the schema", (name) => {
  const found = objects.find(({ object: { kind, metadata } }) => kind === "Deployment" && metadata.name === name)
  const patched = structuredClone(found!.object)
  for (const { op, path, value } of operations) {
    expect(op).toBe("add")
    add(patched, path, value)
  }
  expect(Schema.check(patched)).toEqual([])
  const { containers: [container], volumes } = (patched as unknown as Pod).spec.template.spec
  const [volume, mount] = [volumes.at(-1)!, container!.volumeMounts.at(-1)!]
  expect(volume.secret?.defaultMode).toBe(0o440)
  expect(mount.name).toBe(volume.name)
  expect(container!.env[0]!.value.startsWith(`${mount.mountPath}/`)).toBe(true)
})
