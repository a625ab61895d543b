/**
 * The procedures of `docs/operations.md`: every block of commands with what it is to print.
 *
 * A ```bash block is run as it stands, and where a block without a language follows it, that is what it must print.
 * A comment just before says what is different: `<!-- repeat -->`, it is typed again until it prints that, as whoever
 * waits does; `<!-- not run: reason -->`, it cannot be run by a test, or another test runs it.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export interface Step {
  /** Of the first of its commands. */
  readonly line: number
  /** The heading above it. */
  readonly section: string
  readonly commands: string
  readonly shown: string | undefined
  readonly isRepeated: boolean
  /** Why no test runs it here. */
  readonly notRun: string | undefined
}

interface Fence {
  readonly line: number
  readonly language: string
  readonly text: string
  /** The last line before it that says anything. */
  readonly before: string
  readonly section: string
}

const PATH = fileURLToPath(new URL("../../../docs/operations.md", import.meta.url))
const FENCE = /^```(\w*)$/

export const text = (): string => readFileSync(PATH, "utf8")

const fences = (document: string): ReadonlyArray<Fence> => {
  const found: Array<Fence> = []
  let section = ""
  let before = ""
  let open: { readonly line: number; readonly language: string; readonly lines: Array<string> } | undefined
  for (const [index, content] of document.split("\n").entries()) {
    const fence = FENCE.exec(content)
    if (open !== undefined) {
      if (fence === null) open.lines.push(content)
      else {
        found.push({ ...open, text: open.lines.join("\n"), before, section })
        open = undefined
        before = content
      }
    } else if (fence !== null) open = { line: index + 2, language: fence[1]!, lines: [] }
    else {
      section = /^#+ (.*)$/.exec(content)?.[1] ?? section
      if (content.trim() !== "") before = content
    }
  }
  return found
}

/** Every block of commands, in the document's order. */
export const steps = (document: string): ReadonlyArray<Step> => {
  const all = fences(document)
  return all.flatMap(({ before, language, line, section, text }, index) => {
    if (language !== "bash") return []
    const next = all[index + 1]
    // The fence that ended these commands is what stands before their output.
    const isShown = next !== undefined && next.language === "" && FENCE.test(next.before) && next.section === section
    return [{
      line,
      section,
      commands: text,
      shown: isShown ? next.text : undefined,
      isRepeated: before === "<!-- repeat -->",
      notRun: /^<!-- not run: (.+) -->$/.exec(before)?.[1]
    }]
  })
}
