/** The image: what it copies is there, it runs without special rights, and signals reach Node. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (path: string) => readFileSync(`${root}/${path}`, "utf8")

/** The instructions with continued lines joined: `[name, rest]`. */
const instructions = read("Dockerfile").replaceAll(/^#.*\n/gm, "").replaceAll(/\\\n\s*/g, "").split("\n")
  .filter((line) => line.trim() !== "")
  .map((line): readonly [string, string] => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)])
const all = (name: string) => instructions.filter(([found]) => found === name).map(([, rest]) => rest)
const last = (name: string) => all(name).at(-1) ?? ""

/** The paths of the repository that the image copies. */
const copied = all("COPY").filter((rest) => !rest.startsWith("--from=")).flatMap((rest) => rest.split(" ").slice(0, -1))

it("copies what is there, and what .dockerignore lets through", () => {
  const allowed = read(".dockerignore").split("\n").filter((line) => line.startsWith("!")).map((line) => line.slice(1))
  expect(copied.filter((path) => !existsSync(`${root}/${path}`))).toEqual([])
  expect(copied.filter((path) => !allowed.some((entry) => path === entry || path.startsWith(`${entry}/`)))).toEqual([])
})

it("installs for every package, so that npm links it", () => {
  const manifests = readdirSync(`${root}/packages`).map((name) => `packages/${name}/package.json`)
  expect(copied).toEqual(expect.arrayContaining(manifests))
  expect(all("RUN")).toContainEqual(expect.stringMatching(/^npm ci --omit=dev --omit=optional\b/))
})

it("runs on the Node that the sources need, as a user without rights", () => {
  expect(all("FROM").map((rest) => rest.split(" ")[0])).toEqual(["${NODE_IMAGE}", "${NODE_IMAGE}"])
  expect(all("ARG")).toEqual(["NODE_IMAGE=node:24-slim"])
  expect(last("USER")).toBe("node")
})

it("puts flash-sale on the PATH, as a program", () => {
  const target = "packages/cli/bin/flash-sale.mjs"
  expect(all("RUN").join()).toContain(`ln -s /app/${target} /usr/local/bin/flash-sale`)
  accessSync(`${root}/${target}`, constants.X_OK)
})

it("starts it without a shell in between", () => {
  expect(JSON.parse(last("CMD"))).toEqual(["flash-sale", "serve"])
  expect(all("ENTRYPOINT")).toEqual([])
})

it("has a health check", () => {
  const check = JSON.parse(last("HEALTHCHECK").split(" CMD ")[1] ?? last("HEALTHCHECK").split("CMD ")[1] ?? "[]")
  expect(check).toEqual(["node", "deploy/health.mjs", "HTTP_PORT", "8080"])
})

const health = async (port: number) => {
  const script = `${root}/deploy/health.mjs`
  const child = spawn(process.execPath, [script, "METRICS_PORT", "9090"], {
    env: { ...process.env, METRICS_PORT: String(port) },
    stdio: ["ignore", "pipe", "inherit"]
  })
  let said = ""
  child.stdout.on("data", (data: Buffer) => said += data)
  await once(child, "close")
  return { code: child.exitCode, said }
}

it.each([[200, 0], [503, 1]])("takes %i for exit code %i", async (status, code) => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/health" ? status : 404).end("what is missing")
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  try {
    expect(await health((server.address() as AddressInfo).port)).toEqual({ code, said: "what is missing\n" })
  } finally {
    server.close()
  }
})

it("takes no answer for unhealthy", async () => {
  const server = createServer()
  await once(server.listen(0, "127.0.0.1"), "listening")
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  expect(await health(port)).toMatchObject({ code: 1, said: expect.stringContaining(`no answer on port ${port}`) })
})
