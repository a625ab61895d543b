/**
 * What browsers get of each file: without types and comments, and compressed. Each is made when it is asked for, as all
 * of them take half a second of one core. Why there is no bundler: docs/decisions/0053-pages-without-a-build.md.
 */
import { createHash } from "node:crypto"
import { stripTypeScriptTypes } from "node:module"
import { extname } from "node:path"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import * as ModuleGraph from "./ModuleGraph.ts"
import { type Sources, TYPES } from "./Sources.ts"

/** A file as it is served. */
export interface Asset {
  readonly name: string
  readonly contentType: string
  readonly etag: string
  readonly plain: Uint8Array
  readonly gzip: Uint8Array
  readonly brotli: Uint8Array
}

export interface Assembly {
  readonly sources: Sources
  /** What a browser gets of the file of this name, which is among the sources. */
  readonly asset: (name: string) => Asset
  /** The names that a module needs, itself first and those of the modules that it imports after it. */
  readonly needs: (name: string) => ReadonlyArray<string>
}

/** A line that makes a module of a script. The script has no notice of its license. */
const AS_MODULE: Readonly<Record<string, string>> = {
  "uplot/uPlot.iife.min.js": "/*! MIT License. Copyright (c) 2022 Leon Sorokin */\nexport default uPlot\n"
}

/** Lines that are a comment, and what is left empty: people read the source, browsers pay for each byte. */
const withoutLines = (code: string): string =>
  code
    .replaceAll(/^[ \t]*\/\/.*$/gm, "")
    .replaceAll(/[ \t]+$/gm, "")
    .replaceAll(/\n{2,}/g, "\n")
    .trimStart()

/** No template of these pages has lines whose spaces at their beginning are seen. */
const withoutComments = (code: string): string =>
  withoutLines(code.replaceAll(/^[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*$/gm, "")).replaceAll(/^[ \t]+/gm, "")

const textOf = (name: string, source: string): string => {
  const kind = extname(name)
  if (kind === ".ts") return withoutComments(stripTypeScriptTypes(source))
  // What is installed keeps the notice of its license, which is a block.
  return kind === ".js" ? withoutLines(source) + (AS_MODULE[name] ?? "") : source
}

/** A thirtieth larger than at 11, in half of its time. A window above what a file has would cost ten times as much. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_LGWIN]: 17 } }

/** These bytes alone: what is sent to another thread is the whole memory that they stand in. */
const alone = (bytes: Buffer): Uint8Array => new Uint8Array(bytes)

export const assetOf = (name: string, contentType: string, text: string): Asset => {
  const plain = Buffer.from(text)
  return {
    name,
    contentType,
    etag: `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`,
    plain: alone(plain),
    gzip: alone(gzipSync(plain)),
    brotli: alone(brotliCompressSync(plain, BROTLI))
  }
}

export const make = (sources: Sources): Assembly => {
  const texts = new Map<string, string>()
  const servedText = (name: string): string => {
    const text = texts.get(name) ?? textOf(name, sources.texts.get(name)!)
    texts.set(name, text)
    return text
  }
  return {
    sources,
    asset: (name) => assetOf(name, TYPES[extname(name)]!, servedText(name)),
    needs: (name) => ModuleGraph.needsOf(name, (asked) => sources.texts.has(asked) ? servedText(asked) : undefined)
  }
}
