/** A file that a document or a comment names is there, so that a rename cannot leave the documents behind. */
import { globSync } from "node:fs"
import { posix } from "node:path"
import { lineAt, root, type Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"
import { prose } from "./Prose.ts"

/** Folders at the root: a name in backticks that begins with one of them is a path. */
const FOLDERS = [".ci", "bench", "deploy", "docs", "lua", "packages", "scripts", "test"]
/** Endings of our sources: a name with one of them is a file, wherever it is. */
const ENDINGS = /\.(?:ts|mjs|lua)$/
/** Characters of a path or of a pattern of paths. `<name>` stands for any name, so such a path is not looked up. */
const PATH = /^[\w.*{},@/-]+$/
const PATTERN = /[*{]/
/** A document that a comment sends its reader to. */
const DOCUMENT = /(?<![\w/])docs\/[\w./-]+\.md\b/g

/** Files and folders of the repository, by their paths from its root. */
export type Tree = ReadonlySet<string>

/** The files, and the folders that they are in. */
export const treeOf = (files: ReadonlyArray<string>): Tree => {
  const tree = new Set<string>()
  for (const file of files) {
    for (let path = file; path !== "."; path = posix.dirname(path)) tree.add(path)
  }
  return tree
}

/** What is in the folders at the root now. */
export const tree = (): Tree =>
  treeOf(
    globSync(FOLDERS.map((folder) => `${folder}/**`), { cwd: root, exclude: ["**/node_modules/**"] })
      .map((path) => path.replaceAll("\\", "/"))
  )

const isFromRoot = (name: string): boolean => FOLDERS.includes(name.split("/", 1)[0]!) && name.includes("/")

const exists = (name: string, all: Tree): boolean => {
  const path = name.replace(/\/$/, "")
  if (PATTERN.test(path)) return [...all].some((one) => posix.matchesGlob(one, isFromRoot(path) ? path : `**/${path}`))
  return all.has(path) || (!isFromRoot(path) && [...all].some((one) => one.endsWith(`/${path}`)))
}

/** Names in backticks that are paths from the root, or source files, and are not there. */
export const checkPaths = ({ path, text }: Source, all: Tree): ReadonlyArray<Violation> =>
  Array.from(prose(text).matchAll(/`([^`\n]+)`/g)).flatMap((match) => {
    const name = match[1]!
    if (!PATH.test(name) || !(isFromRoot(name) || ENDINGS.test(name)) || exists(name, all)) return []
    return [{ path, line: lineAt(text, match.index), rule: "paths", message: `there is no ${name}` }]
  })

/** Documents that a source names and that are not there. */
export const checkMentions = ({ path, text }: Source, all: Tree): ReadonlyArray<Violation> =>
  Array.from(text.matchAll(DOCUMENT)).flatMap((match) =>
    all.has(match[0])
      ? []
      : [{ path, line: lineAt(text, match.index), rule: "paths", message: `there is no ${match[0]}` }]
  )
