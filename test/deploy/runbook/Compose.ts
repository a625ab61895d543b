/** `docker-compose` and `docker`, as far as the runbook types them, for a machine that has neither. */
import { copyFile, rm, stat, utimes } from "node:fs/promises"
import { basename, join, resolve } from "node:path"
import * as Services from "../../chaos/Services.ts"
import { type Exit, spawnLogged } from "../../servers/Processes.ts"
import * as Containers from "./Containers.ts"
import * as Rpk from "./Rpk.ts"

/** What a command printed, and how it ended. */
export interface Answer {
  readonly code: number
  readonly printed: string
}

/** Of a container that was made: whether it runs, and how it ended otherwise. */
type State = "running" | Exit

const VOLUMES = "/data/"
const PREFIX = "flash-sale-engine-"

const ok = (printed = ""): Answer => ({ code: 0, printed })
const wrong = (printed: string): Answer => ({ code: 1, printed: `${printed}\n` })

const isName = (text: string): text is Containers.Name => (Containers.NAMES as ReadonlyArray<string>).includes(text)

/** In the order of a compose file, or in the other one. */
const named = (args: ReadonlyArray<string>): ReadonlyArray<Containers.Name> => {
  const names = args.filter((arg) => !arg.startsWith("-"))
  const stranger = names.find((name) => !isName(name))
  if (stranger !== undefined) throw new Error(`no such service: ${stranger}`)
  return names.length === 0 ? Containers.NAMES : Containers.NAMES.filter((name) => names.includes(name))
}

export class Compose {
  readonly machine: Containers.Machine
  readonly #states = new Map<Containers.Name, State>()
  /** With what each was started, so that `up` sees that it is to be another. */
  readonly #files = new Map<Containers.Name, string>()

  constructor(machine: Containers.Machine) {
    this.machine = machine
  }

  async start(name: Containers.Name): Promise<void> {
    if (this.#states.get(name) === "running") return
    await this.machine.containers[name].start()
    this.#states.set(name, "running")
    this.#files.set(name, this.#settings(name))
  }

  async stop(name: Containers.Name): Promise<void> {
    if (this.#states.get(name) !== "running") return
    this.#states.set(name, await this.machine.containers[name].stop())
  }

  async run(program: string, args: ReadonlyArray<string>): Promise<Answer> {
    try {
      return program === "docker" ? await this.#docker(args) : await this.#compose(args)
    } catch (error) {
      return wrong(error instanceof Error ? error.message : String(error))
    }
  }

  async #compose([command, ...args]: ReadonlyArray<string>): Promise<Answer> {
    switch (command) {
      case "ps":
        return this.#ps(args)
      case "logs":
        return ok(named(args).map((name) => this.#log(name)).join(""))
      case "exec":
        return this.#exec(args[0]!, args.slice(1))
      case "up":
        for (const name of named(args)) await this.#up(name)
        return ok()
      case "start":
        for (const name of named(args)) await this.start(name)
        return ok()
      case "stop":
        for (const name of named(args).toReversed()) await this.stop(name)
        return ok()
      case "restart":
        for (const name of named(args)) {
          await this.stop(name)
          await this.start(name)
        }
        return ok()
      case "down":
        for (const name of Containers.NAMES.toReversed()) await this.stop(name)
        this.#states.clear()
        return ok()
      default:
        throw new Error(`docker-compose ${command}: not known here`)
    }
  }

  async #docker([command, ...args]: ReadonlyArray<string>): Promise<Answer> {
    if (command === "exec") {
      const [container = "", ...inside] = args
      return this.#exec(container.replace(PREFIX, "").replace(/-1$/, ""), inside)
    }
    if (command === "cp") return this.#copy(args[0]!, args[1]!)
    if (`${command} ${args.join(" ")}` === `volume rm flash-sale-engine_redis-data`) {
      if (this.#states.size > 0) return wrong("Error response from daemon: volume is in use")
      await this.machine.emptyRedis()
      return ok("flash-sale-engine_redis-data\n")
    }
    throw new Error(`docker ${command} ${args.join(" ")}: not known here`)
  }

  /** New where its settings have changed. */
  async #up(name: Containers.Name): Promise<void> {
    if (this.#files.get(name) !== this.#settings(name)) await this.stop(name)
    await this.start(name)
  }

  #settings(name: Containers.Name): string {
    return JSON.stringify(this.machine.containers[name].wanted())
  }

  #ps(args: ReadonlyArray<string>): Answer {
    const at = args.indexOf("--format")
    const format = args[at + 1]
    if (at < 0 || format === undefined) throw new Error("docker-compose ps: only with --format here")
    const lines = named(args.toSpliced(at, 2)).flatMap((name) => {
      const state = this.#states.get(name)
      if (state === undefined || (state !== "running" && !args.includes("-a"))) return []
      const [word, code] = state === "running" ? ["running", 0] : ["exited", state.code ?? 137]
      return [format.replace("{{.Service}}", name).replace("{{.State}}", word).replace("{{.ExitCode}}", String(code))]
    })
    return ok(lines.map((line) => `${line}\n`).join(""))
  }

  #log(name: Containers.Name): string {
    if (!this.#states.has(name)) return ""
    const lines = this.machine.containers[name].log().split("\n").filter((line) => line !== "")
    return lines.map((line) => `${name}-1  | ${line}\n`).join("")
  }

  async #exec(name: string, [program = "", ...args]: ReadonlyArray<string>): Promise<Answer> {
    if (!isName(name) || this.#states.get(name) !== "running") {
      return wrong(`Error response from daemon: container ${PREFIX}${name}-1 is not running`)
    }
    if (program === "env") {
      const env = Object.entries(this.machine.containers[name].env())
      return ok(env.map(([key, value]) => `${key}=${value}\n`).join(""))
    }
    if (program === "flash-sale") {
      const { code, output } = await Services.run(args, this.machine.addresses)
      return { code: code ?? 1, printed: output }
    }
    if (program === "rpk") return ok(await Rpk.run(args, this.machine.kafka.address))
    if (program === "redis-cli") {
      const cli = await spawnLogged("redis-cli", ["-p", String(this.machine.redis.port), ...args])
      return { code: (await cli.exit).code ?? 1, printed: cli.output() }
    }
    throw new Error(`${program} is not known in ${name}`)
  }

  /** With the times of the original, as `docker cp` has it. */
  async #copy(from: string, to: string): Promise<Answer> {
    const [source, target] = [this.#pathOf(from), this.#pathOf(to)]
    const { atime, mtime } = await stat(source)
    await rm(target, { force: true })
    await copyFile(source, target)
    await utimes(target, atime, mtime)
    return ok()
  }

  #pathOf(path: string): string {
    const inside = `${PREFIX}redis-1:${VOLUMES}`
    if (path.startsWith(inside)) return join(this.machine.redis.folder, basename(path))
    return resolve(this.machine.folder, path)
  }
}
