/** The documents say what is there: links, files, scripts, variables; and nothing that is only on one machine. */
import { existsSync } from "node:fs"
import { posix } from "node:path"
import { checkDecisions } from "./docs/Decisions.ts"
import { checkNames } from "./docs/Names.ts"
import { checkMentions, checkPaths, tree } from "./docs/Paths.ts"
import { prose } from "./docs/Prose.ts"
import { lineAt, root, type Source, sources } from "./Source.ts"
import { report, type Violation } from "./Violation.ts"

const DOCUMENTS = ["*.md", "docs/**/*.md", "lua/**/*.md", "deploy/**/*.md", "bench/**/*.md"]
/** Files in which a path or a host of one machine could end up, beside the documents. */
const OTHERS = [
  "package*.json",
  ".npmrc",
  ".ci/*",
  "scripts/**/*.{ts,mjs}",
  "packages/*/src/**/*.ts",
  "packages/*/package.json",
  "lua/**/*.lua",
  "test/**/*.ts",
  "deploy/**/*.{yml,yaml,json}",
  "docker-compose.yml",
  "**/Dockerfile*"
]

/** Sources whose comments may send the reader to a document. */
const SOURCES = [
  "packages/**/*.ts",
  "lua/**/*.lua",
  "bench/**/*.ts",
  "deploy/**/*.{yml,yaml,sh,cfg}",
  "docker-compose.yml"
]

/** Each is right on one machine, or in one company's network, and wrong anywhere else. */
const LOCAL: ReadonlyArray<{ readonly pattern: RegExp; readonly message: string }> = [
  { pattern: /(?<![\w.-])\/work\/[\w.-]*/g, message: "is a path of one machine" },
  { pattern: /(?<![\w.-])\/(?:home|Users)\/(?!node\b)[\w-]+\/[\w.-]*/g, message: "is a path of one machine" },
  {
    pattern: /\b(?:registry|registries|artifactory|nexus|pypi-mirror)\.[\w-]+\.[a-z]{2,}\b(?<!\.k8s\.io)/g,
    message: "is a package registry's host: the reader's own npm is set up for theirs"
  }
]

/** The name that a heading gets as an anchor, the way that GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/[`*]/g, "").trim().toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-")

/** The anchors of a document's headings. */
export const anchorsOf = (text: string): ReadonlyArray<string> =>
  Array.from(prose(text).matchAll(/^#+\s+(.*)$/gm), (match) => anchorOf(match[1]!))

export interface World {
  readonly exists: (path: string) => boolean
  /** The text of a document, undefined where it is none. */
  readonly read: (path: string) => string | undefined
}

/** Relative links whose file or heading is not there. */
export const checkLinks = ({ path, text }: Source, world: World): ReadonlyArray<Violation> =>
  Array.from(prose(text).matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)).flatMap((match) => {
    const target = match[1]!
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return []
    const [file = "", anchor] = target.split("#")
    const resolved = file === "" ? path : posix.join(posix.dirname(path), decodeURI(file))
    const line = lineAt(text, match.index)
    if (!world.exists(resolved)) return [{ path, line, rule: "links", message: `${target}: there is no ${resolved}` }]
    const document = anchor === undefined ? undefined : world.read(resolved)
    return document === undefined || anchorsOf(document).includes(anchor!)
      ? []
      : [{ path, line, rule: "links", message: `${target}: there is no such heading` }]
  })

/** `npm run x`, `npm test` and `npm start` that package.json does not have. */
export const checkScripts = ({ path, text }: Source, scripts: ReadonlyArray<string>): ReadonlyArray<Violation> =>
  Array.from(text.matchAll(/\bnpm (?:run(?:-script)? (?:-s |--silent )?([\w:-]+)|(test|start)\b)/g)).flatMap(
    (match) => {
      const name = (match[1] ?? match[2])!
      const message = `package.json has no script "${name}"`
      return scripts.includes(name) ? [] : [{ path, line: lineAt(text, match.index), rule: "scripts", message }]
    }
  )

export interface Variable {
  readonly name: string
  readonly path: string
  readonly line: number
}

/**
 * The environment variables that a module reads: `Config.Port("HTTP_PORT")`, and in modules that import Config also
 * their own helpers, such as `Variable.make("HTTP_PORT", ...)`. A secret may be in a file that another variable names.
 */
export const variablesRead = ({ path, text }: Source): ReadonlyArray<Variable> => {
  if (!/^import (?:type )?\{[^}]*\bConfig\b[^}]*\} from "effect"/m.test(text)) return []
  // A name without an underscore counts only where it can be nothing else.
  const helper = /\w(?:<[^()]*>)?\(\s*"(?=[A-Z0-9]+_[A-Z0-9])/
  const known = /\b(?:Config\.\w+|Variable\.(?:make|secret))(?:<[^()]*>)?\(\s*"/
  const pattern = new RegExp(`(?:${known.source}|${helper.source})([A-Z]\\w+)"`, "g")
  return Array.from(text.matchAll(pattern)).flatMap((match) =>
    (match[0].startsWith("Variable.secret(") ? [match[1]!, `${match[1]!}_FILE`] : [match[1]!]).map((name) => ({
      name,
      path,
      line: lineAt(text, match.index)
    }))
  )
}

/** The variables in the tables of a section that is called something with "configuration". */
export const variablesListed = ({ path, text }: Source): ReadonlyArray<Variable> => {
  let isConfiguration = false
  return text.split("\n").flatMap((content, index) => {
    if (/^#+\s/.test(content)) isConfiguration = /configuration/i.test(content)
    const cell = /^\|([^|]*)\|/.exec(content)?.[1]
    if (!isConfiguration || cell === undefined) return []
    return Array.from(cell.matchAll(/`([A-Z][A-Z0-9_]*)`/g), (match) => ({ name: match[1]!, path, line: index + 1 }))
  })
}

/** Variables that are read and not listed, or listed and not read. */
export const checkVariables = (
  read: ReadonlyArray<Variable>,
  listed: ReadonlyArray<Variable>
): ReadonlyArray<Violation> => {
  const missing = (from: ReadonlyArray<Variable>, among: ReadonlyArray<Variable>) =>
    from.filter(({ name }, index) =>
      !among.some((other) => other.name === name) && from.findIndex((other) => other.name === name) === index
    )
  const violation = (message: string) => ({ line, name, path }: Variable): Violation => ({
    path,
    line,
    rule: "variables",
    message: `${name} ${message}`
  })
  return [
    ...missing(read, listed).map(violation("is read, but listed in no configuration table")),
    ...missing(listed, read).map(violation("is listed, but read nowhere"))
  ]
}

/** Paths and hosts that mean something on one machine only. */
export const checkLocal = ({ path, text }: Source): ReadonlyArray<Violation> =>
  LOCAL.flatMap(({ message, pattern }) =>
    Array.from(text.matchAll(pattern), (match) => ({
      path,
      line: lineAt(text, match.index),
      rule: "local",
      message: `${match[0]} ${message}`
    }))
  )

if (import.meta.main) {
  const documents = sources(...DOCUMENTS)
  const texts = new Map(documents.map(({ path, text }) => [path, text]))
  const world: World = { exists: (path) => existsSync(`${root}${path}`), read: (path) => texts.get(path) }
  const files = tree()
  const named = sources("packages/*/src/**/*.ts", "lua/**/*.lua")
  const { scripts }: { readonly scripts: Record<string, string> } = JSON.parse(sources("package.json")[0]!.text)
  report("docs", [
    ...documents.flatMap((document) => [
      ...checkLinks(document, world),
      ...checkPaths(document, files),
      ...checkNames(document, named),
      ...checkScripts(document, Object.keys(scripts))
    ]),
    ...checkDecisions(documents),
    ...checkVariables(
      sources("packages/*/src/**/*.ts").flatMap(variablesRead),
      documents.flatMap(variablesListed)
    ),
    ...sources(...SOURCES).flatMap((source) => checkMentions(source, files)),
    ...[...documents, ...sources(...OTHERS)].flatMap(checkLocal)
  ])
}
