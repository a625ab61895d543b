/** `deploy/redis/with-users.sh`: each user gets in with the password of its file, and may do what its work needs. */
import { Redis } from "ioredis"
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it, onTestFinished } from "vitest"
import { spawnLogged } from "../servers/Processes.ts"
import { RedisServer } from "../servers/RedisServer.ts"
import { rulesOf } from "../servers/SecuredServers.ts"

const SCRIPT = fileURLToPath(new URL("../../deploy/redis/with-users.sh", import.meta.url))
const USERS = ["gateway", "processor", "operator"] as const
const PASSWORDS = { admin: "first >one", gateway: "p-gateway", processor: "p-processor\n", operator: "#?*[a]" }

const secrets = async (passwords: Readonly<Record<string, string>>): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "flash-sale-secrets-"))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, password] of Object.entries(passwords)) await writeFile(join(folder, name), password)
  return folder
}

const program = (folder: string) => ["env", `SECRETS=${folder}`, `ACL_FILE=${folder}/users.acl`, "sh", SCRIPT]

const running = async (folder: string): Promise<(username?: string, password?: string) => Redis> => {
  const server = await RedisServer.make({}, program(folder), {})
  onTestFinished(() => server.stop())
  await server.start()
  return (username, password) => {
    const client = new Redis({
      host: server.host,
      port: server.port,
      disableClientInfo: true,
      protocol: 2,
      retryStrategy: () => null,
      ...(username === undefined ? {} : { username, password: password ?? "" })
    })
    client.on("error", () => {})
    onTestFinished(() => client.disconnect())
    return client
  }
}

it("lets each user in with its password, to the rights that are derived, and nobody else", async () => {
  const folder = await secrets(PASSWORDS)
  const client = await running(folder)
  const admin = client("admin", PASSWORDS.admin)
  for (const user of USERS) {
    expect(await client(user, PASSWORDS[user].trim()).ping()).toBe("PONG")
    await expect(client(user, "another").ping()).rejects.toThrow(/WRONGPASS|closed/)
    await expect(client(user, PASSWORDS[user].trim()).flushall()).rejects.toThrow("NOPERM")
    // As the same words make it, but for the password.
    const got = await admin.acl("GETUSER", user)
    await admin.acl("SETUSER", "expected", ...rulesOf(user))
    const expected = await admin.acl("GETUSER", "expected")
    const rights = (all: unknown) => JSON.stringify(all).replace(/"passwords",\[[^\]]*\]/, "")
    expect(rights(got)).toBe(rights(expected))
  }
  // Probes have no password. They may ask whether it is there, and read nothing.
  const nobody = client()
  expect(await nobody.ping()).toBe("PONG")
  for (const asked of [nobody.get("a"), nobody.info(), nobody.config("GET", "*")]) {
    await expect(asked).rejects.toThrow("NOPERM")
  }
})

it("writes no password down, in a file that nobody else reads, and keeps the data on disk", async () => {
  const folder = await secrets(PASSWORDS)
  const client = await running(folder)
  const file = join(folder, "users.acl")
  const text = await readFile(file, "utf8")
  expect(text.split("\n").filter((line) => line.startsWith("user ")).length).toBe(5)
  for (const password of Object.values(PASSWORDS)) expect(text).not.toContain(password.trim())
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const settings = await client("admin", PASSWORDS.admin).config("GET", "append*")
  expect(settings).toEqual(expect.arrayContaining(["appendonly", "yes", "appendfsync", "always"]))
})

it("does not start where a user has no password, and names the file", async () => {
  for (const passwords of [{ ...PASSWORDS, processor: "" }, { admin: "a", gateway: "b", operator: "c" }]) {
    const folder = await secrets(passwords)
    const [command = "", ...args] = program(folder)
    const ended = await spawnLogged(command, [...args, "--port", "0"], { cwd: folder })
    expect(await ended.exit).toEqual({ code: 1, signal: null })
    expect(ended.output()).toBe(`with-users.sh: there is no password in ${folder}/processor\n`)
  }
})
