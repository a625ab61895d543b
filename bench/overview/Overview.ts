/**
 * `npm run bench`: everything that the engine is to do and to cost, in one table of ratios, with the aims beside it.
 *
 * Everything is started afresh `STARTS` times, `BEFORE` names the folder of another build that is measured in turn, and
 * `PARTS=door,recovery` measures these parts alone. It takes the whole machine for half an hour or more.
 */
import * as Services from "../Services.ts"
import * as Table from "../Table.ts"
import { type Aim, AIMS } from "./Aims.ts"
import * as BareServer from "./BareServer.ts"
import * as Samples from "./Samples.ts"
import { type Builds, SECTIONS } from "./Sections.ts"

const STARTS = Number(process.env["STARTS"] ?? 3)
const BEFORE = process.env["BEFORE"]
const PARTS = process.env["PARTS"]?.split(",")

const BUILDS: Builds = [...(BEFORE === undefined ? [] : [["before", BEFORE] as const]), ["now", Services.pathOf("..")]]

const NAME_WIDTH = 52

const words = (value: number | undefined): string => value === undefined ? "-" : value.toFixed(value < 100 ? 2 : 0)

const rowOf = ({ aim, isMore, name, unit }: Aim, samples: Samples.Samples): ReadonlyArray<string> | undefined => {
  const now = Samples.summaryOf(samples.of(name, "now"))
  if (now === undefined) return undefined
  const before = Samples.summaryOf(samples.of(name, "before"))
  const isMet = isMore === true ? now.median >= aim : now.median <= aim
  return [
    unit,
    `${isMore === true ? "≥" : "≤"} ${words(aim)}`,
    words(before?.median),
    words(now.median),
    before === undefined ? "-" : words(now.median / before.median),
    `${words(now.from)} - ${words(now.to)}`,
    isMet ? "reached" : `${words(isMore === true ? aim / now.median : now.median / aim)} × short`
  ]
}

const show = (samples: Samples.Samples): void => {
  const headings = ["unit", "aim", "before", "now", "now : before", "from - to", ""]
  process.stdout.write(`${"".padEnd(NAME_WIDTH)}${Table.row(headings)}\n`)
  for (const aim of AIMS) {
    const cells = rowOf(aim, samples)
    if (cells !== undefined) process.stdout.write(`${aim.name.padEnd(NAME_WIDTH)}${Table.row(cells)}\n`)
  }
}

export const run = async (): Promise<void> => {
  const wanted = SECTIONS.filter(({ name }) => PARTS?.includes(name) !== false)
  const unknown = PARTS?.filter((name) => !SECTIONS.some((section) => section.name === name)) ?? []
  if (unknown.length > 0) {
    const parts = SECTIONS.map(({ name }) => name).join(", ")
    process.stderr.write(`bench: PARTS: there is no part ${unknown.join(", ")}; there are ${parts}\n`)
    process.exitCode = 1
    return
  }
  const samples = Samples.make()
  for (let start = 1; start <= STARTS; start++) {
    const bare = await BareServer.measure()
    const [post, get, rate] = [bare.post.toFixed(1), bare.get.toFixed(1), bare.rate.toFixed(0)]
    process.stdout.write(
      `Start ${start} of ${STARTS}: the bare server, ${post} µs a POST, ${get} µs a GET, ${rate}/s\n`
    )
    for (const { measure, name } of wanted) {
      process.stdout.write(`  ${name}\n`)
      await measure(BUILDS, samples, bare)
    }
    // After each start, so that what was measured is not lost where a later one fails.
    show(samples)
  }
}
