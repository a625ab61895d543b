/** Children whose output is waited for, and that outlive neither their test nor a run that was killed. */
import { once } from "node:events"
import { createServer, type Socket } from "node:net"
import { afterEach, describe, expect, it } from "vitest"
import { type Logged, spawnLogged } from "./Processes.ts"

const processes = new URL("./Processes.ts", import.meta.url).href

const started: Array<Logged> = []
const node = async (program: string, env: Record<string, string> = {}): Promise<Logged> => {
  const child = await spawnLogged(process.execPath, ["--input-type=module", "-e", program], { env })
  started.push(child)
  return child
}

afterEach(async () => {
  await Promise.all(
    started.splice(0).map((child) => {
      child.kill("SIGKILL")
      return child.exit
    })
  )
})

describe("Processes", () => {
  it("a child process is waited for by what it writes, to stdout or stderr", async () => {
    const child = await node("console.error(process.env.WORD); setInterval(() => console.log(1 + 1), 10)", {
      WORD: "é"
    })
    await child.waitFor("é")
    await child.waitFor((output) => output.split("2").length > 3)
    expect(child.isRunning()).toBe(true)
    child.kill("SIGTERM")
    expect(await child.exit).toEqual({ code: null, signal: "SIGTERM" })
    expect(child.output()).toMatch(/^é\n2\n/)
    child.kill("SIGKILL")
  })

  it("a child process that ends or takes too long is shown with its output", async () => {
    const ended = await node("console.log('why'); process.exitCode = 3")
    await expect(ended.waitFor("ready")).rejects.toThrow(/it has ended\nwhy/)
    expect(await ended.exit).toEqual({ code: 3, signal: null })
    const idle = await node("console.log('idle'); setInterval(() => {}, 1000)")
    await idle.waitFor("idle")
    await expect(idle.waitFor("ready", 50)).rejects.toThrow(/not within 50 ms\nidle/)
  })

  it("a program that does not exist cannot be started", async () => {
    await expect(spawnLogged("no-such-program", [])).rejects.toThrow("ENOENT")
  })

  it("a child process dies when its parent is killed with -9, also while it is frozen", async () => {
    // A connection ends with the process that has it, whatever process inherits the rest of it.
    const server = createServer().listen(0, "127.0.0.1")
    await once(server, "listening")
    const run = await node(
      `
      import { spawnLogged } from ${JSON.stringify(processes)}
      const frozen = await spawnLogged(process.execPath, ["-e", process.env.CHILD])
      await frozen.waitFor("connected")
      frozen.kill("SIGSTOP")
      console.log("frozen")
      setInterval(() => {}, 1000)
    `,
      {
        CHILD: `require("net").connect(${JSON.stringify(server.address())}, () => console.log("connected"))`
      }
    )
    const [connection]: ReadonlyArray<Socket> = await once(server, "connection")
    const isClosed = once(connection!.on("error", () => {}).resume(), "close")
    server.close()
    await run.waitFor("frozen")
    expect(connection!.readyState).toBe("open")
    run.kill("SIGKILL")
    await isClosed
  })
})
