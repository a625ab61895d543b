/** Lines of a real process whose output is a pipe that is read late: none is lost, whatever ends it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished } from "vitest"

const PROGRAM = fileURLToPath(new URL("LoggingProcess.ts", import.meta.url))
/** Some 2.5 MB: far more than a pipe holds. */
const LINES = 9_000

/** Starts it, and begins to read its output only when it has logged everything. */
const started = async (lines: number, way: string) => {
  const child = spawn(process.execPath, [PROGRAM, String(lines), way], { stdio: ["ignore", "pipe", "pipe"] })
  onTestFinished(() => {
    child.kill("SIGKILL")
  })
  const exit = once(child, "exit")
  await once(child.stderr, "data")
  return { child, exit }
}

const messagesIn = (output: string): ReadonlyArray<string> =>
  output.trimEnd().split("\n").map((line) => String(JSON.parse(line).message).split(" ")[0]!)

const all = Array.from({ length: LINES }, (_, index) => String(index))

describe("Logs of a process whose output is read late", () => {
  for (const [way, code] of [["end", 0], ["throw", 1], ["exit", 3], ["die", 1]] as const) {
    it(`no line is lost when a process ends by ${way}`, async () => {
      const { child, exit } = await started(LINES, way)
      expect(messagesIn(await text(child.stdout))).toEqual(all)
      expect((await exit)[0]).toBe(code)
    })
  }

  it("no line is lost at SIGTERM", async () => {
    const { child, exit } = await started(LINES, "wait")
    child.kill("SIGTERM")
    expect(messagesIn(await text(child.stdout))).toEqual(all)
    await exit
  })

  it("a process ends within seconds also where its output is never read", async () => {
    const { child, exit } = await started(LINES, "wait")
    const begun = performance.now()
    child.kill("SIGTERM")
    await exit
    expect(performance.now() - begun).toBeLessThan(8_000)
  })

  it("a process ends well where the reader of its output is gone", async () => {
    const { child, exit } = await started(LINES, "wait")
    child.stdout.destroy()
    child.kill("SIGTERM")
    expect((await exit)[1]).toBe(null)
  })
})
