/**
 * A shell in which the runbook's commands work as they stand, on a machine without Docker and at a test's own ports.
 */
import { chmod, mkdir, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { delimiter, join } from "node:path"
import { onTestFinished } from "vitest"
import { spawnLogged } from "../../servers/Processes.ts"
import type { Answer, Compose } from "./Compose.ts"

/** The longest that a block of commands may take. */
const BLOCK_MILLIS = 60_000

export interface Terminal {
  /** Types commands, and answers with what they printed. */
  readonly type: (commands: string) => Promise<string>
}

/** Asks the test for what `docker` and `docker-compose` do, and ends as they end. */
const asks = (curl: string, program: string, url: string) =>
  `#!/bin/bash
printf '%s\\0' ${program} "$@" | ${curl} -s --fail-with-body --data-binary @- ${url} || exit 1
`

/** The document's ports are a test's. */
const elsewhere = (curl: string, ports: Readonly<Record<string, string>>) =>
  `#!/bin/bash
args=("$@")
${Object.entries(ports).map(([from, to]) => `args=("\${args[@]//localhost:${from}/${new URL(to).host}}")`).join("\n")}
exec ${curl} "\${args[@]}"
`

/** Answers each request with what `run` printed: 200 where it ended well, 500 where not. */
const listen = async (run: (args: ReadonlyArray<string>) => Promise<Answer>): Promise<string> => {
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      void run(Buffer.concat(chunks).toString().split("\0").slice(0, -1)).then(({ code, printed }) => {
        response.writeHead(code === 0 ? 200 : 500).end(printed)
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

/** `prelude` is typed before everything else, as when the terminal was opened. */
export const open = async (compose: Compose, curl: string, prelude: string): Promise<Terminal> => {
  const { folder, gateway, processor } = compose.machine
  const bin = join(folder, "bin")
  await mkdir(bin)
  const url = await listen(([program = "", ...args]) => compose.run(program, args))
  const programs = {
    docker: asks(curl, "docker", url),
    "docker-compose": asks(curl, "docker-compose", url),
    curl: elsewhere(curl, { "8080": gateway.url, "9090": processor.url })
  }
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(bin, name), text)
    await chmod(join(bin, name), 0o755)
  }
  return {
    type: async (commands) => {
      const shell = await spawnLogged("bash", ["-c", `${prelude}\n${commands}`], {
        cwd: folder,
        env: { PATH: `${bin}${delimiter}${process.env["PATH"]}` }
      })
      const late = setTimeout(() => shell.kill("SIGKILL"), BLOCK_MILLIS)
      const { signal } = await shell.exit
      clearTimeout(late)
      if (signal !== null) {
        throw new Error(`not done after ${BLOCK_MILLIS} ms: ${commands}\n\nprinted so far:\n${shell.output()}`)
      }
      return shell.output()
    }
  }
}
