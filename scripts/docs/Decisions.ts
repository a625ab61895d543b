/** Each decision says its number, its status and its date, and the index lists it by its title. */
import type { Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"

export const INDEX = "docs/decisions/README.md"
const FILE = /^docs\/decisions\/((\d{4})-[\w-]+\.md)$/
const STATUS = /^Status: (?:proposed|accepted|superseded by \[\d+\]\([\w.-]+\)), \d{4}-\d{2}-\d{2}\.$/

/** What is missing from one decision, or from its row in the index. */
const judge = (file: string, number: number, text: string, index: string): ReadonlyArray<string> => {
  const [heading = "", , status = ""] = text.split("\n")
  const title = /^# (\d+)\. (.+)$/.exec(heading)
  return [
    ...(Number(title?.[1]) === number ? [] : [`its heading is "# ${number}. <title>"`]),
    ...(STATUS.test(status) ? [] : [`its third line is "Status: accepted, <year-month-day>."`]),
    ...(index.includes(`[${title?.[2]}](${file})`) ? [] : [`${INDEX} has no row with its title and a link to it`])
  ]
}

/** What is missing from the decisions among these documents. */
export const checkDecisions = (documents: ReadonlyArray<Source>): ReadonlyArray<Violation> => {
  const index = documents.find(({ path }) => path === INDEX)?.text ?? ""
  return documents.flatMap(({ path, text }) => {
    const [, file, digits] = FILE.exec(path) ?? []
    if (file === undefined) return []
    return judge(file, Number(digits), text, index).map((message) => ({ path, line: 1, rule: "decisions", message }))
  })
}
