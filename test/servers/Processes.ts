/** Child processes whose output can be read and waited for, and that die with us. */
import { spawn } from "node:child_process"
import { fstatSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { afterDeath } from "./Watchdog.ts"

const POLL_MILLIS = 20
const TIMEOUT_MILLIS = 60_000
/** How much of the output an error shows. */
const TAIL = 2_000

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface SpawnOptions {
  /** Added to our own environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Where the output goes, after what is there. Without it, to a file that has no name and is gone with us. */
  readonly log?: string
}

export interface Logged {
  readonly pid: number
  /** What it has written so far, to stdout and stderr. */
  readonly output: () => string
  /** Waits for text in the output, or a condition on it. Fails with the output where it ends or takes too long. */
  readonly waitFor: (what: string | ((output: string) => boolean), timeoutMillis?: number) => Promise<void>
  /** Sends a signal, by its id. To a process that has ended it does nothing. */
  readonly kill: (signal: NodeJS.Signals) => void
  readonly isRunning: () => boolean
  readonly exit: Promise<Exit>
}

/** Asks until the answer is yes; fails with `what` where that takes too long. */
export const until = async (
  what: string,
  isIt: () => boolean | Promise<boolean>,
  timeoutMillis = TIMEOUT_MILLIS
): Promise<void> => {
  const end = performance.now() + timeoutMillis
  while (!await isIt()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMillis} ms`)
    await delay(POLL_MILLIS)
  }
}

const openUnnamed = (): number => {
  const folder = mkdtempSync(join(tmpdir(), "flash-sale-log-"))
  const file = openSync(join(folder, "log"), "a+")
  // An open file is kept by each process that has it open.
  rmSync(folder, { recursive: true })
  return file
}

/** Starts a program. Fails where it cannot be started. */
export const spawnLogged = async (
  command: string,
  args: ReadonlyArray<string>,
  { cwd, env, log }: SpawnOptions = {}
): Promise<Logged> => {
  const file = log === undefined ? openUnnamed() : openSync(log, "a+")
  const from = fstatSync(file).size
  const child = spawn(command, args, {
    stdio: ["ignore", file, file],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd })
  })
  const exit = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }))
  })
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject))
  const pid = child.pid!
  const forget = afterDeath(`kill -9 ${pid}`)
  void exit.then(forget)
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const output = () => {
    const bytes = Buffer.alloc(fstatSync(file).size - from)
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, from))
  }
  return {
    pid,
    exit,
    isRunning,
    output,
    waitFor: async (what, timeoutMillis) => {
      const isThere = typeof what === "string" ? (text: string) => text.includes(what) : what
      const name = `${command} ${args.join(" ")}: ${what}`
      try {
        await until(name, () => {
          // Asked before the output is read, which is then all there will be.
          const isOver = !isRunning()
          if (isThere(output())) return true
          if (isOver) throw new Error(`${name}: it has ended`)
          return false
        }, timeoutMillis)
      } catch (error) {
        throw new Error(`${error instanceof Error ? error.message : error}\n${output().slice(-TAIL)}`, { cause: error })
      }
    },
    kill: (signal) => {
      if (isRunning()) child.kill(signal)
    }
  }
}
