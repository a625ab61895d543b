/** The manifests: the files that the kustomizations name, and what kustomize makes of them where there is one. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parse, parseAllDocuments } from "yaml"
import { execute, find } from "../../servers/Programs.ts"
import type { KubernetesObject } from "./Schema.ts"

export const folder = fileURLToPath(new URL("../../../deploy/kubernetes/", import.meta.url))
export const root = fileURLToPath(new URL("../../../", import.meta.url))

const KUSTOMIZE = "sigs.k8s.io/kustomize/kustomize/v5@v5.8.0"
const BUILD_MILLIS = 300_000

/** What makes a ConfigMap. */
export interface Generator {
  readonly name: string
  readonly files: ReadonlyArray<string>
  readonly literals: ReadonlyArray<string>
}
/** Which version of an image is meant wherever its name is. */
export interface Image {
  readonly name: string
  readonly newTag?: string
  readonly digest?: string
}
interface Kustomization {
  readonly resources?: ReadonlyArray<string>
  readonly images?: ReadonlyArray<Image>
  readonly configMapGenerator?: ReadonlyArray<Pick<Generator, "name"> & Partial<Generator>>
}

/** The text as objects, with aliases and merges resolved. */
export const objectsOf = (text: string): ReadonlyArray<KubernetesObject> =>
  parseAllDocuments(text, { merge: true }).map((document) => document.toJS())

export interface Collected {
  readonly objects: ReadonlyArray<{ readonly file: string; readonly object: KubernetesObject }>
  readonly generators: ReadonlyArray<Generator & { readonly folder: string }>
  readonly images: ReadonlyArray<Image>
}

const objectsIn = (file: string) => objectsOf(readFileSync(file, "utf8")).map((object) => ({ file, object }))

/** The objects of each file in a folder. */
export const inFolder = (path: string): Collected["objects"] =>
  readdirSync(path).filter((name) => name.endsWith(".yaml")).flatMap((name) => objectsIn(join(path, name)))

/** Everything that a folder's kustomization reaches. Fails where a file is not there. */
export const collect = (path: string): Collected => {
  const kustomization: Kustomization = parse(readFileSync(join(path, "kustomization.yaml"), "utf8"))
  const parts = (kustomization.resources ?? []).map((resource): Collected => {
    const file = join(path, resource)
    if (statSync(file).isDirectory()) return collect(file)
    return { objects: objectsIn(file), generators: [], images: [] }
  })
  const own = (kustomization.configMapGenerator ?? []).map(({ files = [], literals = [], name }) => ({
    name,
    files,
    literals,
    folder: path
  }))
  for (const { files, name } of own) {
    for (const file of files) if (!existsSync(join(path, file))) throw new Error(`${name}: there is no ${file}`)
  }
  return {
    objects: parts.flatMap(({ objects }) => objects),
    generators: [...own, ...parts.flatMap(({ generators }) => generators)],
    images: [...kustomization.images ?? [], ...parts.flatMap(({ images }) => images)]
  }
}

/**
 * Path of kustomize: the one on the PATH, or one that Go builds, which is not tried where nobody asks for long tests.
 */
export const kustomize = async (mayBuild: boolean): Promise<string | undefined> => {
  const found = await find("kustomize")
  if (found !== undefined || !mayBuild) return found
  const cache = join(root, "node_modules/.cache/kustomize")
  const built = join(cache, "kustomize")
  if (existsSync(built)) return built
  const go = await find("go")
  if (go === undefined) return undefined
  await execute("env", [`GOBIN=${cache}`, go, "install", KUSTOMIZE], BUILD_MILLIS)
  return built
}
