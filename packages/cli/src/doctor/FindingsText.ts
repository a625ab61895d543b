/** All findings as a person reads them, the worst first, and as programs do. Pure. */
import { type Finding, type Verdict, worstFirst } from "@flash-sale/operations/doctor/Check"

/** How a report is shown. */
export interface Style {
  /** Lines are broken at spaces beyond it; undefined where nobody looks at it, so nothing is broken. */
  readonly columns: number | undefined
  readonly hasColor: boolean
  /** Whether what is well has a line each, with what was found. */
  readonly isAll: boolean
}

const COLORS: Readonly<Record<Verdict, string>> = { wrong: "31", warning: "33", not_looked_at: "2", ok: "32" }
/** Wide enough for each verdict that has lines of its own. */
const VERDICT_WIDTH = 9
const INDENT = " ".repeat(VERDICT_WIDTH)
/** A narrower terminal gets lines of this width, and breaks them by itself. */
const NARROWEST = 40

/** The text in lines, of which each further one begins with `hanging` spaces. */
const broken = (text: string, hanging: number, columns: number | undefined): string => {
  if (columns === undefined) return text
  const width = Math.max(NARROWEST, columns)
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line.trim() !== "" && longer.length > width) {
      lines.push(line)
      line = " ".repeat(hanging) + word
    } else line = longer
  }
  return [...lines, line].join("\n")
}

const painted = (text: string, verdict: Verdict, { hasColor }: Style): string =>
  hasColor ? `\u001b[${COLORS[verdict]}m${text}\u001b[0m` : text

const lineOf = (idWidth: number, style: Style) => ({ detail, id, mend, verdict }: Finding): string => {
  const head = `${verdict.padEnd(VERDICT_WIDTH)}${id.padEnd(idWidth)}  `
  const shown = broken(head + detail, head.length, style.columns)
  const first = painted(shown.slice(0, VERDICT_WIDTH), verdict, style) + shown.slice(VERDICT_WIDTH)
  const how = mend === undefined
    ? []
    : [broken(`${INDENT}mend: ${mend}`, VERDICT_WIDTH + "mend: ".length, style.columns)]
  return [first, ...how].join("\n")
}

/** Ids in a paragraph: of checks that are well, or that share the reason why nobody looked. */
const paragraph = (title: string, verdict: Verdict, findings: ReadonlyArray<Finding>, style: Style): string => {
  const ids = findings.map(({ id }) => id).join(", ")
  return `${painted(title, verdict, style)}\n${broken(INDENT + ids, VERDICT_WIDTH, style.columns)}`
}

const of = (findings: ReadonlyArray<Finding>, verdict: Verdict) => findings.filter((one) => one.verdict === verdict)

const notLookedAt = (findings: ReadonlyArray<Finding>, style: Style): ReadonlyArray<string> =>
  [...Map.groupBy(of(findings, "not_looked_at"), ({ detail }) => detail)].map(([why, same]) =>
    paragraph(broken(`not looked at: ${why}`, VERDICT_WIDTH, style.columns), "not_looked_at", same, style)
  )

const SUMS: ReadonlyArray<readonly [Verdict, string, string]> = [
  ["wrong", "wrong", "wrong"],
  ["warning", "warning", "warnings"],
  ["not_looked_at", "not looked at", "not looked at"],
  ["ok", "ok", "ok"]
]

/** `1 wrong, 2 warnings, 30 ok`. */
const sum = (findings: ReadonlyArray<Finding>): string =>
  SUMS.flatMap(([verdict, one, many]) => {
    const { length } = of(findings, verdict)
    return length === 0 ? [] : [`${length} ${length === 1 ? one : many}`]
  }).join(", ")

/** The whole report. */
export const text = (findings: ReadonlyArray<Finding>, style: Style): string => {
  const idWidth = Math.max(...findings.map(({ id }) => id.length))
  const line = lineOf(idWidth, style)
  const well = of(findings, "ok")
  const wellText = style.isAll ? well.map(line) : well.length === 0 ? [] : [paragraph("ok", "ok", well, style)]
  const bad = worstFirst(findings).filter(({ verdict }) => verdict === "wrong" || verdict === "warning").map(line)
  return [...bad, ...notLookedAt(findings, style), ...wellText, sum(findings)].join("\n")
}

/** A JSON object a line. */
export const json = (findings: ReadonlyArray<Finding>): string =>
  worstFirst(findings).map(({ detail, id, mend, verdict }) => JSON.stringify({ id, verdict, detail, mend })).join("\n")
