/** The runbook as a page: so that who is on duty has it where there is no repository and no network. Pure. */
import { Marked } from "marked"

/** The anchor of a heading, as the places have it that show the repository. */
export const anchorOf = (heading: string): string =>
  heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")

const marked = new Marked({
  renderer: {
    heading({ depth, text, tokens }) {
      return `<h${depth} id="${anchorOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`
    },
    // Other documents are not beside it: their names stay.
    link({ href, tokens }) {
      const words = this.parser.parseInline(tokens)
      return href.startsWith("#") ? `<a href="${href}">${words}</a>` : words
    },
    // What is said to the tests alone.
    html: () => "",
    table(token) {
      const cells = (row: typeof token.header, tag: string) =>
        row.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join("")
      const rows = token.rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("")
      return `<div class="table" tabindex="0"><table><thead><tr>${
        cells(token.header, "th")
      }</tr></thead><tbody>${rows}</tbody></table></div>`
    }
  }
})

export const MISSING =
  "# Operations\n\nThe runbook is not beside this engine: it is `docs/operations.md` in the repository."

/** The chapters of a text, each with the way there. */
const contentsOf = (text: string): string => {
  const chapters = marked.lexer(text).flatMap((token) => token.type === "heading" && token.depth === 2 ? [token] : [])
  if (chapters.length === 0) return ""
  const items = chapters.map(({ text, tokens = [] }) =>
    `<li><a href="#${anchorOf(text)}">${marked.Parser.parseInline(tokens)}</a></li>`
  )
  return `<details><summary>Contents</summary><ol>${items.join("")}</ol></details>`
}

/** The body of the page. `text` is its Markdown; undefined where it is not there. */
export const bodyOf = (text = MISSING): string =>
  `<nav class="runbook-nav" aria-label="Runbook"><a href="/console">Console</a>${contentsOf(text)}</nav>
<main class="runbook-page">\n${marked.parse(text, { async: false })}</main>`
