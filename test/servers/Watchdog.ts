/**
 * Clears away behind this process, however it ends: also after kill -9, when nothing inside of it can. A shell waits
 * for the end of its input, which is our end, and then runs what was last written to it.
 */
import { spawn } from "node:child_process"
import type { Writable } from "node:stream"

const SCRIPT = "last=; while IFS= read -r line; do last=$line; done; eval \"$last\""

const duties = new Set<string>()
let input: Writable | undefined

const open = (): Writable => {
  // In a group of its own, because Ctrl-C in a terminal goes to the whole group.
  const shell = spawn("sh", ["-c", SCRIPT], { stdio: ["pipe", "ignore", "ignore"], detached: true })
  shell.unref()
  const { stdin } = shell
  // The shell may be gone already when the machine shuts down.
  stdin.on("error", () => {})
  if ("unref" in stdin && typeof stdin.unref === "function") stdin.unref()
  return stdin
}

const write = (): void => {
  input ??= open()
  // What was taken last is given back first: a server dies before its folder goes.
  input.write(`${[...duties].toReversed().join("; ")}\n`)
}

/** Has the shell run `command` when this process has ended, unless the answer was called before. */
export const afterDeath = (command: string): () => void => {
  duties.add(command)
  write()
  return () => {
    if (duties.delete(command)) write()
  }
}
