/** What counts as the same as the document shows, and which blocks are procedures. */
import { describe, expect, it } from "vitest"
import * as Document from "./Document.ts"
import * as ExpectedOutput from "./ExpectedOutput.ts"

const none: ExpectedOutput.Names = new Map()

describe("compare", () => {
  it.each([
    ["item 101: available 97", "item 101: available 97\n"],
    ["done in 3 s at 2026-11-27T10:00:00Z", "done in 2.75 s at 2027-01-02T03:04:05.678Z"],
    [`{"processing_time_ms":3}`, `{"processing_time_ms":12.5}`],
    ["ID    AGE  REASON", "ID      AGE   REASON   "],
    ["Redis is away: …", "Redis is away: ECONNREFUSED"],
    ["first\n…\nlast", "first\nlast"],
    ["first\n…\nlast", "first\nsecond\nthird\nlast"],
    ["…\nlast", "last"],
    ["first\n…", "first\nsecond"]
  ])("%j allows %j", (shown, printed) => {
    expect(ExpectedOutput.compare(shown, printed, none)).toBeDefined()
  })

  it.each([
    ["item 101: available 97", "item 101: available 96"],
    ["item 101: available 97", "item 101: available 97\nand more"],
    ["no dead letters", ""],
    ["a.c", "abc"],
    ["first …\nlast", "first\nsecond\nlast"],
    [`{"status":"healthy"}`, `{"status":"unhealthy"}`]
  ])("%j does not allow %j", (shown, printed) => {
    expect(ExpectedOutput.compare(shown, printed, none)).toBeUndefined()
  })

  it("takes a name for whatever stands there, and for the same one from then on", () => {
    const id = "0c3e7f0e-54c1-4d3c-8f39-6d1f5a3f3b1d"
    const other = "9b7c2f0a-1111-4222-8333-444455556666"
    const known = ExpectedOutput.compare(`3-1742 of orders-3-1742 ${id}`, `2-7 of orders-2-7 ${other}`, none)
    expect(known).toEqual(new Map([["3-1742", "2-7"], [id, other]]))
    expect(ExpectedOutput.renamed("dlq show 3-1742 backup-20261127.rdb", known!)).toBe(
      "dlq show 2-7 backup-20261127.rdb"
    )
    expect(ExpectedOutput.compare("3-1742: discarded", "2-7: discarded", known!)).toEqual(known)
    expect(ExpectedOutput.compare("3-1742: discarded", "2-70: discarded", known!)).toBeUndefined()
    expect(ExpectedOutput.compare("3-1742 3-1742", "2-7 2-8", none)).toBeUndefined()
  })
})

const DOCUMENT = `# Title

\`\`\`bash
typed first
\`\`\`

## One

<!-- repeat -->
\`\`\`bash
look
\`\`\`

\`\`\`
seen
\`\`\`

Text.

\`\`\`
an example
\`\`\`

<!-- not run: needs Docker -->
\`\`\`bash
docker run
\`\`\`

### Two

\`\`\`
no output of a command
\`\`\`
`

it("finds the commands with what they show", () => {
  const plain = { shown: undefined, isRepeated: false, notRun: undefined }
  expect(Document.steps(DOCUMENT)).toEqual([
    { ...plain, line: 4, section: "Title", commands: "typed first" },
    { ...plain, line: 11, section: "One", commands: "look", shown: "seen", isRepeated: true },
    { ...plain, line: 26, section: "One", commands: "docker run", notRun: "needs Docker" }
  ])
})
