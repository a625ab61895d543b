/**
 * The runbook, typed as it stands in the document, on servers of the test's own: each procedure prints what the
 * document shows. What the troubles are that it is typed against is arranged here.
 */
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import * as Processors from "../../chaos/Processors.ts"
import * as Services from "../../chaos/Services.ts"
import { findOrInstall } from "../../servers/Programs.ts"
import { kafkaLib, needed, redisServerProgram } from "../../servers/servers.ts"
import { Compose } from "./Compose.ts"
import * as Containers from "./Containers.ts"
import * as Document from "./Document.ts"
import * as ExpectedOutput from "./ExpectedOutput.ts"
import * as Situations from "./Situations.ts"
import * as Terminal from "./Terminal.ts"

const FULL = process.env["FULL"] === "1"
const TIMEOUT = 600_000
/** The longest that one waits for what a repeated block shows. */
const REPEAT_MILLIS = 60_000
/** A service's clock goes two minutes back with SIGUSR2. */
const SLOW_CLOCK = {
  NODE_OPTIONS: `--import=${fileURLToPath(new URL("../../chaos/SteppingDate.ts", import.meta.url))}`,
  CLOCK_STEPS: "-120000"
}
/** The section whose commands are typed once, before all others. */
const PRELUDE = "Operations"

const lib = needed(kafkaLib())
needed(redisServerProgram())

const all = Document.steps(Document.text())
const stepsOf = (section: string) => all.filter((step) => step.section === section && step.notRun === undefined)

/** Types one block, and answers with the names known afterwards. */
const carryOut = async (
  terminal: Terminal.Terminal,
  step: Document.Step,
  names: ExpectedOutput.Names
): Promise<ExpectedOutput.Names> => {
  const from = performance.now()
  for (;;) {
    const printed = await terminal.type(ExpectedOutput.renamed(step.commands, names))
    const known = step.shown === undefined ? names : ExpectedOutput.compare(step.shown, printed, names)
    if (known !== undefined) return known
    if (!step.isRepeated || performance.now() - from > REPEAT_MILLIS) {
      expect.fail(`docs/operations.md:${step.line} shows\n${step.shown}\n\nand this is printed:\n${printed}`)
    }
  }
}

it("every block of commands is typed by this test, or says why not", () => {
  const strangers = all.filter(({ notRun, section }) =>
    notRun === undefined && section !== PRELUDE && !(section in Situations.SITUATIONS)
  )
  expect(strangers.map(({ line, section }) => `${line}: ${section}`)).toEqual([])
  for (const section of Object.keys(Situations.SITUATIONS)) expect(stepsOf(section).length, section).toBeGreaterThan(0)
})

it("each procedure prints what the runbook shows", { timeout: TIMEOUT }, async () => {
  const curl = await findOrInstall("curl", "curl")
  // The breaker's first opening is half a minute otherwise, and one payment in ten would fail.
  const API_KEYS_FILE = join(await Services.folder(), "keys.json")
  const machine = await Containers.make(lib, { CIRCUIT_BREAKER_BASE_TIMEOUT: "1s", API_KEYS_FILE, ...SLOW_CLOCK })
  const compose = new Compose(machine)
  await machine.set("PAYMENT_FAILURE_RATE", "0")
  for (const name of Containers.NAMES) await compose.start(name)
  await machine.gateway.untilHealth(200)
  await Processors.share(machine.processor)
  const terminal = await Terminal.open(compose, curl, stepsOf(PRELUDE)[0]!.commands)
  const headers = { "content-type": "application/json" }
  const authorization = `Bearer ${await Services.apiKey("orders", { API_KEYS_FILE })}`
  const post = async (path: string, body: object, more: Readonly<Record<string, string>>) =>
    (await fetch(`${machine.gateway.url}${path}`, {
      method: "POST",
      headers: { ...headers, ...more },
      body: JSON.stringify(body)
    })).status
  const buy = (requestId: string, userId: string) =>
    post("/buy", { request_id: requestId, user_id: userId, item_id: "101", amount: 1 }, {})
  const call = (path: string, body: object) => post(path, body, { authorization })
  for (const [section, given] of Object.entries(Situations.SITUATIONS)) {
    if (!FULL && Situations.LONG.includes(section)) continue
    const from = performance.now()
    await given({ compose, machine, buy, call })
    const arranged = performance.now()
    let names: ExpectedOutput.Names = new Map()
    for (const step of stepsOf(section)) names = await carryOut(terminal, step, names)
    const seconds = (millis: number) => `${(millis / 1_000).toFixed(1)} s`
    process.stdout.write(
      `${section}: ${seconds(performance.now() - arranged)}, after ${seconds(arranged - from)} until it was so\n`
    )
  }
})
