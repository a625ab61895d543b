/** What imports what. Imports of types count like all others. */
import { lineAt, type Source } from "../Source.ts"

export interface Import {
  readonly specifier: string
  readonly line: number
}

const IMPORT = /^(?:import|export)\b(?:[^"';]*?\bfrom)?\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gm

/** The imports of a file, as they are written there. */
export const importsOf = ({ text }: Source): ReadonlyArray<Import> =>
  Array.from(text.matchAll(IMPORT), (match) => ({
    specifier: (match[1] ?? match[2])!,
    line: lineAt(text, match.index)
  }))

/** The package to which a file of packages/<package>/src belongs. */
export const packageOf = (path: string): string | undefined => /^packages\/([^/]+)\/src\//.exec(path)?.[1]

/** The path that a relative import in the file at `path` means. */
export const targetOf = (path: string, specifier: string): string =>
  new URL(specifier, `file:///${path}`).pathname.slice(1)

/** One thing imports another: a file a file, or a room a room. */
export interface Arrow {
  readonly from: string
  readonly to: string
}

/** An arrow between two files of a package, and the line of the import. */
export interface FileArrow extends Arrow {
  readonly line: number
}

/** The arrows between files of the same package. */
export const arrowsOf = (files: ReadonlyArray<Source>): ReadonlyArray<FileArrow> =>
  files.flatMap((file) =>
    importsOf(file)
      .filter(({ specifier }) => specifier.startsWith("."))
      .map(({ line, specifier }) => ({ from: file.path, to: targetOf(file.path, specifier), line }))
      .filter(({ from, to }) => packageOf(from) === packageOf(to))
  )

/**
 * The groups of what reaches each other by arrows, each in the order of its names; what is in no circle is a group of
 * its own. A group comes after all groups that it imports. (Tarjan's strongly connected components.)
 */
export const groupsOf = (arrows: ReadonlyArray<Arrow>): ReadonlyArray<ReadonlyArray<string>> => {
  const next = Map.groupBy(arrows, ({ from }) => from)
  const seen = new Map<string, number>()
  const open: Array<string> = []
  const groups: Array<ReadonlyArray<string>> = []
  /** Returns the earliest node still open that is reached from this one. */
  const visit = (node: string): number => {
    const own = seen.size
    let earliest = own
    seen.set(node, own)
    open.push(node)
    for (const { to } of next.get(node) ?? []) {
      if (!seen.has(to)) earliest = Math.min(earliest, visit(to))
      else if (open.includes(to)) earliest = Math.min(earliest, seen.get(to)!)
    }
    if (earliest === own) groups.push(open.splice(open.indexOf(node)).toSorted())
    return earliest
  }
  for (const node of next.keys()) if (!seen.has(node)) visit(node)
  return groups
}
