/** Runs every `check:*` script of package.json in parallel, and prints the output of each, in their order. */
import { spawn } from "node:child_process"
import { root, sources } from "./Source.ts"

interface Outcome {
  readonly name: string
  readonly output: string
  readonly isGood: boolean
  readonly seconds: string
}

/** The scripts to run: those whose names begin with `check:`. */
export const checksOf = (manifest: string): ReadonlyArray<string> => {
  const { scripts }: { readonly scripts: Record<string, string> } = JSON.parse(manifest)
  return Object.keys(scripts).filter((name) => name.startsWith("check:"))
}

const run = (name: string): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn("npm", ["run", "--silent", name], { cwd: root, shell: process.platform === "win32" })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text
      })
    }
    child.on("error", reject)
    child.on("close", (code) => {
      const seconds = ((performance.now() - started) / 1_000).toFixed(1)
      resolve({ name, output, isGood: code === 0, seconds })
    })
  })

if (import.meta.main) {
  const outcomes = await Promise.all(checksOf(sources("package.json")[0]!.text).map(run))
  for (const { isGood, name, output, seconds } of outcomes) {
    process.stdout.write(`${isGood ? "ok  " : "FAIL"} ${name} (${seconds} s)\n`)
    if (!isGood) process.stdout.write(`${output.trimEnd()}\n\n`)
  }
  process.exitCode = outcomes.every(({ isGood }) => isGood) ? 0 : 1
}
