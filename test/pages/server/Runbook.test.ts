import * as Runbook from "@flash-sale/pages/server/Runbook"
import * as Sources from "@flash-sale/pages/server/Sources"
import { readdirSync, readFileSync } from "node:fs"
import { expect, it } from "vitest"

const runbook = Runbook.bodyOf(Sources.runbook())
const anchors = new Set(Array.from(runbook.matchAll(/<h\d id="([^"]+)"/g), ([, id]) => id))
const CONSOLE = new URL("../../../packages/pages/src/console/", import.meta.url)
const sources = readdirSync(CONSOLE, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(new URL(name, CONSOLE), "utf8"))

it("has a heading for each of its own links", () => {
  const links = Array.from(runbook.matchAll(/href="#([^"]+)"/g), ([, anchor]) => anchor)
  expect(links.length).toBeGreaterThan(50)
  expect(links.filter((anchor) => !anchors.has(anchor))).toEqual([])
})

it("has a heading for each section that the console links to", () => {
  const words = ["Refusals", "Problems", "ProblemCodes"]
    .map((name) => readFileSync(new URL(`words/${name}.ts`, CONSOLE), "utf8")).join("")
  const dashed = Array.from(words.matchAll(/"([a-z]+(?:-[a-z]+)+|flashsale[a-z]+)"/g), ([, section]) => section)
  const linked = sources.flatMap((text) => Array.from(text.matchAll(/runbook\("([^"]+)"/g), ([, section]) => section))
  const sections = [...new Set([...dashed, ...linked])]
  expect(sections.length).toBeGreaterThan(15)
  expect(sections.filter((section) => !anchors.has(section))).toEqual([])
})

it("leads to nothing that is not beside it, and has nothing that a browser would run or load", () => {
  expect(runbook).not.toMatch(/href="(?!#|\/console")|<script|<img|<iframe|style=|\son\w+=|<!--/)
})

it("begins with the way back to the console and its chapters", () => {
  const [top] = runbook.split("<main", 1)
  const chapters = Array.from(runbook.matchAll(/<h2 id="([^"]+)"/g), ([, id]) => id)
  expect(top).toContain(`<a href="/console">Console</a>`)
  expect(chapters.length).toBeGreaterThan(20)
  expect(Array.from(top!.matchAll(/href="#([^"]+)"/g), ([, id]) => id)).toEqual(chapters)
  expect(Runbook.bodyOf("# One\n\ntext")).not.toContain("Contents")
})

it("says where it is where it is not there", () => {
  expect(Runbook.bodyOf(undefined)).toContain("docs/operations.md")
})

it("escapes what is typed", () => {
  const body = Runbook.bodyOf("`<script>` and\n\n```bash\necho \"<b>\"\n```\n\n| a |\n|---|\n| `<i>` |")
  expect(body).toContain("<code>&lt;script&gt;</code>")
  expect(body).toContain("echo &quot;&lt;b&gt;&quot;")
  expect(body).toContain("<td><code>&lt;i&gt;</code></td>")
})
