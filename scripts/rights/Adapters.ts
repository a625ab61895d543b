/** Which commands the adapters of Redis give, and which operations of the ports each service performs. */
import {
  CONNECTION,
  GIVEN_BY_THE_CLIENT,
  type Need,
  type Port,
  PORTS
} from "../../packages/infra/src/redis/rights/Needs.ts"
import { operationsOf, type User } from "../../packages/infra/src/redis/rights/Users.ts"
import { excepting, type Exceptions } from "../Exceptions.ts"
import { codeOnly, lineAt, type Source } from "../Source.ts"
import type { Violation } from "../Violation.ts"

const NEEDS = "packages/infra/src/redis/rights/Needs.ts"
const USERS = "packages/infra/src/redis/rights/Users.ts"

/** The names by which the adapters call the client, and what of it is no command. */
const COMMAND = /\b(?:client|redis|pipeline)\.(\w+)\(/g
const NO_COMMANDS = ["on", "connect", "disconnect", "use", "pipeline", "exec"]
/** Commands whose first argument is a part of their name. */
const CONTAINERS = ["script", "client", "config", "acl", "object", "memory", "xinfo", "xgroup"]

/** The modules in which services perform operations, as patterns of paths. */
export const MODULES = [
  "packages/{admin,audit,cli,gateway,operations,processor}/src/**/*.ts",
  "packages/domain/src/recovery/*.ts",
  "packages/infra/src/kafka/topics/*.ts",
  "packages/infra/src/observability/InstanceReports.ts"
] as const

const TOPICS = "infra/src/kafka/topics/"
const REPORTS = "infra/src/observability/InstanceReports"
const within = (...folders: ReadonlyArray<string>): RegExp => new RegExp(`^packages/(?:${folders.join("|")})`)

/** Where a service's operations are performed. What runs processes hands the ports on to them. */
const FOLDERS: Readonly<Record<User, RegExp>> = {
  gateway: within("gateway/src/", "admin/src/", "operations/src/(?!doctor/)", TOPICS, REPORTS),
  processor: within("processor/src/", "domain/src/recovery/", TOPICS, REPORTS),
  operator: within("audit/src/", "operations/src/", "domain/src/recovery/", TOPICS, "cli/src/(?!processes)")
}

/** Operations that seem to be performed and are not, as "<user> <port>.<operation>", and why. */
const SEEMING: Exceptions = {
  "gateway FoldedLog.write": "a gateway cannot ask the group what the number was: only others write it down",
  "processor OrderStatuses.release": "a semaphore is released beside the statuses",
  "operator RecoveryMarks.checkpoint": "a mark's checkpoint is read, not moved"
}

const commandsOf = ({ keyless = [], reads = [], writes = [] }: Need): ReadonlyArray<string> => [
  ...keyless,
  ...reads.map(([command]) => command),
  ...writes.map(([command]) => command)
]

/** Parts of an adapter that have files of their own. */
const PARTS: Readonly<Record<string, Port>> = {
  "packages/infra/src/redis/RedisDumpReads.ts": "StoredItems",
  "packages/infra/src/redis/RedisStockEdits.ts": "ItemStore",
  "packages/infra/src/redis/client/WriteProbe.ts": "ItemStore"
}

/** The adapter of a port is called `Redis<Port>.ts`; what every connection needs is wherever else. */
const portOf = (path: string): Port | undefined => {
  if (path in PARTS) return PARTS[path]
  const name = /\/Redis(\w+)\.ts$/.exec(path)?.[1]
  return name !== undefined && Object.hasOwn(PORTS, name) ? (name as Port) : undefined
}

const needsOf = (port: Port | undefined): ReadonlyArray<Need> =>
  port === undefined ? [CONNECTION] : Object.values(PORTS[port])

interface Given {
  readonly path: string
  readonly line: number
  readonly command: string
  readonly port: Port | undefined
}

const givenIn = ({ path, text }: Source): ReadonlyArray<Given> => {
  const code = codeOnly(text)
  return Array.from(code.matchAll(COMMAND)).flatMap(({ 0: call, 1: name = "", index }) => {
    if (NO_COMMANDS.includes(name)) return []
    const part = CONTAINERS.includes(name) ? /^\s*"(\w+)"/.exec(text.slice(index + call.length))?.[1] : undefined
    const command = part === undefined ? name : `${name}|${part}`
    return [{ path, line: lineAt(text, index), command: command.toUpperCase(), port: portOf(path) }]
  })
}

/** Commands that an adapter gives and the list of needs does not have, and the other way about. */
export const checkCommands = (adapters: ReadonlyArray<Source>): ReadonlyArray<Violation> => {
  const given = adapters.flatMap(givenIn)
  const unlisted = given
    .filter(({ command, port }) => !needsOf(port).flatMap(commandsOf).includes(command))
    .map(({ command, line, path, port }) => ({
      path,
      line,
      rule: "commands",
      message: `${command} is in no need of ${port ?? "CONNECTION"} in ${NEEDS}: no user would have the right to it`
    }))
  const own: ReadonlyArray<string> = GIVEN_BY_THE_CLIENT
  const unused = [...Object.keys(PORTS) as ReadonlyArray<Port>, undefined].flatMap((port) =>
    [...new Set(needsOf(port).flatMap(commandsOf))]
      .filter((command) => !own.includes(command))
      .filter((command) => !given.some((one) => one.port === port && one.command === command))
      .map((command) => ({
        path: NEEDS,
        line: 1,
        rule: "commands",
        message: `${command} is listed for ${port ?? "CONNECTION"}, and no adapter of it gives it`
      }))
  )
  return [...unlisted, ...unused]
}

/** Operations of a port that a file may perform: it names the port and one of its operations. */
const performedIn = ({ text }: Source, port: Port): ReadonlyArray<string> => {
  const code = codeOnly(text)
  if (!new RegExp(`\\b${port}\\b`).test(code.replaceAll(/^import[^\n]*$/gm, ""))) return []
  return Object.keys(PORTS[port]).filter((operation) =>
    new RegExp(`(?<!\\b(?:OrderStatus|Effect|Stream|Report|log|reader))\\.${operation}\\b`).test(code) ||
    new RegExp(`\\{[^{}]*\\b${operation}\\b[^{}]*\\}(?: =|\\) =>)`).test(code)
  )
}

/** Operations that a service performs without being in its user's list, and the other way about. */
export const checkOperations = (
  modules: ReadonlyArray<Source>,
  exceptions: Exceptions = SEEMING
): ReadonlyArray<Violation> => {
  const unlisted: Array<Violation & { readonly key: string }> = []
  const unused: Array<Violation> = []
  for (const user of Object.keys(FOLDERS) as ReadonlyArray<User>) {
    const files = modules.filter(({ path }) => FOLDERS[user].test(path))
    for (const port of Object.keys(PORTS) as ReadonlyArray<Port>) {
      const listed = operationsOf(user).flatMap((one) => one.port === port ? [one.name] : [])
      const performed = files.flatMap((file) => performedIn(file, port).map((name) => ({ name, path: file.path })))
      for (const name of new Set(performed.map((one) => one.name))) {
        if (listed.includes(name)) continue
        const { path } = performed.find((one) => one.name === name)!
        const message = `performs ${port}.${name}, which is not in the list of the user ${user} in ${USERS}`
        unlisted.push({ path, line: 1, rule: "operations", message, key: `${user} ${port}.${name}` })
      }
      for (const name of listed.filter((one) => !performed.some((found) => found.name === one))) {
        const message = `${port}.${name} is in the list of the user ${user}, and performed nowhere`
        unused.push({ path: USERS, line: 1, rule: "operations", message })
      }
    }
  }
  return [...excepting("operations", unlisted, exceptions, ({ key }) => key), ...unused]
}
