/**
 * Reads every file that the pages are made of, once: takes the types out of TypeScript, and compresses. Why there is no
 * bundler: docs/decisions/0053-pages-without-a-build.md.
 *
 * **Details**: the folders are fixed, and what is in them is listed here. A request is looked up in what this gives, so
 * that no path of a request ever reaches the disk.
 */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { findPackageJSON, stripTypeScriptTypes } from "node:module"
import { basename, dirname, extname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import * as ModuleGraph from "./ModuleGraph.ts"
import * as Runbook from "./Runbook.ts"

/** A file as it is served. */
export interface Asset {
  /** Its address below `/assets/<digest>/`: `shop/Shop.ts`. */
  readonly name: string
  readonly contentType: string
  readonly etag: string
  readonly plain: Uint8Array
  readonly gzip: Uint8Array
  readonly brotli: Uint8Array
}

export interface Assembled {
  readonly assets: ReadonlyArray<Asset>
  /** Of all files together: part of every address, so that browsers may keep what is behind it for ever. */
  readonly digest: string
  /** What stands in the documents before there is any script, by the names of its files. */
  readonly bodies: ReadonlyMap<string, string>
  /** The names that each module needs, itself first and those of the modules that it imports after it. */
  readonly needs: ReadonlyMap<string, ReadonlyArray<string>>
  /** The body of the runbook. */
  readonly runbook: string
}

const TYPES: Readonly<Record<string, string>> = {
  ".ts": "text/javascript; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8"
}

/** The rooms of this package that browsers get. */
const ROOMS = ["design", "sale", "order", "elements", "shop", "home", "console"]
/** What is part of a document. */
const BODIES = ["shop/Shop.html"]
/** Beside the packages. */
const RUNBOOK = "../../../docs/operations.md"
/** Of lit, what its module `lit` needs. */
const LIT: Readonly<Record<string, ReadonlyArray<string>>> = {
  lit: ["index.js"],
  "lit-html": ["lit-html.js", "is-server.js"],
  "lit-element": ["lit-element.js"],
  "@lit/reactive-element": ["reactive-element.js", "css-tag.js"]
}

/** Its module is a third larger than its script, of which a line makes a module. The script has no notice. */
const UPLOT = ["uPlot.iife.min.js", "uPlot.min.css"]
const AS_MODULE: Readonly<Record<string, string>> = {
  "uPlot.iife.min.js": "/*! MIT License. Copyright (c) 2022 Leon Sorokin */\nexport default uPlot\n"
}

const source = fileURLToPath(new URL("..", import.meta.url))

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
  for (const room of ROOMS) add(room, join(source, room), filesIn(join(source, room)))
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

/** Lines that are a comment, and what is left empty: people read the source, browsers pay for each byte. */
const withoutLines = (code: string): string =>
  code
    .replaceAll(/^[ \t]*\/\/.*$/gm, "")
    .replaceAll(/[ \t]+$/gm, "")
    .replaceAll(/\n{2,}/g, "\n")
    .trimStart()

const withoutComments = (code: string): string =>
  withoutLines(code.replaceAll(/^[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*$/gm, ""))

const textOf = (path: string): string => {
  const text = readFileSync(path, "utf8")
  if (extname(path) === ".ts") return withoutComments(stripTypeScriptTypes(text))
  // What is installed keeps the notice of its license, which is a block.
  return extname(path) === ".js" ? withoutLines(text) + (AS_MODULE[basename(path)] ?? "") : text
}

/** Nearly as small as at 11, which takes ten times as long. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
const hashOf = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("base64url")

export const assetOf = (name: string, contentType: string, text: string): Asset => {
  const plain = Buffer.from(text)
  return {
    name,
    contentType,
    etag: `"${hashOf(plain).slice(0, 22)}"`,
    plain,
    gzip: gzipSync(plain),
    brotli: brotliCompressSync(plain, BROTLI)
  }
}

/** All of it: half a second of one core. */
export const assemble = (): Assembled => {
  const texts = new Map(Array.from(pathsOf(), ([name, path]) => [name, textOf(path)]))
  const assets = Array.from(texts, ([name, text]) => assetOf(name, TYPES[extname(name)]!, text))
  const digest = hashOf(assets.map(({ etag, name }) => `${name} ${etag}`).join("\n")).slice(0, 16)
  const bodies = new Map(BODIES.map((name) => [name, readFileSync(join(source, name), "utf8")]))
  const runbook = join(source, RUNBOOK)
  return {
    assets,
    digest,
    bodies,
    needs: ModuleGraph.needsOf(texts),
    runbook: Runbook.bodyOf(existsSync(runbook) ? readFileSync(runbook, "utf8") : undefined)
  }
}
