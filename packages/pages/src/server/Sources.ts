/**
 * The files that the pages are made of, as they stand on the disk.
 *
 * **Details**: the folders are fixed, and what is in them is listed here, once. A request is looked up among these
 * names, so that no path of a request ever reaches the disk.
 */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { findPackageJSON } from "node:module"
import { dirname, extname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as ModuleGraph from "./ModuleGraph.ts"

export interface Sources {
  /** What stands in each file, by its address below `/assets/<digest>/`: `shop/Shop.ts`. */
  readonly texts: ReadonlyMap<string, string>
  /** Of all files together: part of every address, so that browsers may keep what is behind it for ever. */
  readonly digest: string
  /** What stands in the storefront's document before there is any script. */
  readonly shop: string
}

/** The kinds of files that browsers get. */
export const TYPES: Readonly<Record<string, string>> = {
  ".ts": "text/javascript; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8"
}

/** The rooms of this package that browsers get. */
const ROOMS = ["design", "sale", "order", "elements", "shop", "home", "console"]
/** Part of a document. */
const SHOP = "shop/Shop.html"
/** Beside the packages. */
const RUNBOOK = "../../../docs/operations.md"
/** Of lit, what its module `lit` needs. */
const LIT: Readonly<Record<string, ReadonlyArray<string>>> = {
  lit: ["index.js"],
  "lit-html": ["lit-html.js", "is-server.js"],
  "lit-element": ["lit-element.js"],
  "@lit/reactive-element": ["reactive-element.js", "css-tag.js"]
}
/** Its module is a third larger than its script. */
const UPLOT = ["uPlot.iife.min.js", "uPlot.min.css"]

const root = fileURLToPath(new URL("..", import.meta.url))

const folderOf = (name: string, from: string | URL): string => {
  const manifest = findPackageJSON(name, from)
  if (manifest === undefined) throw new Error(`${name} is not installed`)
  return dirname(manifest)
}

const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => TYPES[extname(name)] !== undefined)
    .toSorted()

/** The path of each file, by its name. */
const pathsOf = (): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const add = (name: string, folder: string, files: ReadonlyArray<string>) => {
    for (const file of files) found.set(`${name}/${file}`, join(folder, file))
  }
  for (const room of ROOMS) add(room, join(root, room), filesIn(join(root, room)))
  const client = join(folderOf("@flash-sale/client", import.meta.url), "src")
  add("client", client, filesIn(client))
  found.set(ModuleGraph.CURRENCIES, fileURLToPath(import.meta.resolve("@flash-sale/domain/records/Currencies")))
  const lit = join(folderOf("lit", import.meta.url), "package.json")
  for (const [name, files] of Object.entries(LIT)) {
    add("lit", name === "lit" ? dirname(lit) : folderOf(name, lit), files)
  }
  add("uplot", join(folderOf("uplot", import.meta.url), "dist"), UPLOT)
  return found
}

/** What is served is made of these files by `Assembly.ts` and the runtime: another of either is another digest. */
const digestOf = (texts: ReadonlyMap<string, string>): string => {
  const hash = createHash("sha256").update(process.version)
  hash.update(readFileSync(new URL("./Assembly.ts", import.meta.url)))
  for (const [name, text] of texts) hash.update(`\n${name} ${text.length}\n${text}`)
  return hash.digest("base64url").slice(0, 16)
}

/** Reads all of them: a few milliseconds. */
export const read = (): Sources => {
  const texts = new Map(Array.from(pathsOf(), ([name, path]) => [name, readFileSync(path, "utf8")]))
  return { texts, digest: digestOf(texts), shop: readFileSync(join(root, SHOP), "utf8") }
}

/** The Markdown of the runbook; undefined where it is not beside this engine. */
export const runbook = (): string | undefined => {
  const path = join(root, RUNBOOK)
  return existsSync(path) ? readFileSync(path, "utf8") : undefined
}
