/** The engine of a long run, as a user runs it, with all that belongs to it. */
import type { Archive } from "@flash-sale/domain/ports/Archive"
import type { Layer } from "effect"
import { setTimeout as delay } from "node:timers/promises"
import { type Logged, spawnLogged, until } from "../../test/servers/Processes.ts"
import * as Services from "../Services.ts"

/** A process whose CPU time and memory are measured, with those that it has begun where it is a `tree`. */
export interface Part {
  readonly name: string
  readonly pid: number
  readonly isTree?: true
}

/** Bytes of one kind. */
export type Bytes = readonly [name: string, bytes: number]

export interface System {
  /** Where orders go. */
  readonly port: number
  /** Where the processor and the archive tell of themselves. */
  readonly metricsPort: number
  readonly archivePort: number
  readonly parts: ReadonlyArray<Part>
  /** The folder whose disk it fills. */
  readonly folder: string
  readonly bytes: () => Promise<ReadonlyArray<Bytes>>
  /** Runs a command beside it, and returns what it printed. Fails unless it ends well. */
  readonly run: (args: ReadonlyArray<string>) => Promise<string>
  /** What the archive answers. */
  readonly archive: Layer.Layer<Archive, unknown>
}

const HEALTHY_MILLIS = 120_000
const ASK_EVERY_MILLIS = 100

/** What all programs of a run have in common. */
export const SETTINGS: Readonly<Record<string, string>> = {
  HTTP_ALLOWED_HOSTS: "bench",
  RATE_LIMIT_MAX_REQUESTS: "1000000",
  PAYMENT_LATENCY: "0ms",
  PAYMENT_FAILURE_RATE: "0"
}

/** Starts a program, and waits until it is healthy. Its log lines go nowhere: they would fill the disk. */
export const startProgram = async (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
  healthPort: number
): Promise<Logged> => {
  const started = await spawnLogged(process.execPath, Services.programArgs(args, Services.pathOf("..")), {
    env: { ...SETTINGS, ...env },
    log: "/dev/null"
  })
  await until(`${args[0]} is healthy`, async () => {
    await delay(ASK_EVERY_MILLIS)
    if (!started.isRunning()) throw new Error(`${args[0]} has ended`)
    return Services.isHealthy(healthPort)
  }, HEALTHY_MILLIS)
  return started
}

/** Runs a command over the stores that `env` names. */
export const commandOf = (env: Readonly<Record<string, string>>): System["run"] => async (args) => {
  const command = await spawnLogged(process.execPath, Services.programArgs(args, Services.pathOf("..")), {
    env: { ...SETTINGS, ...env }
  })
  const { code } = await command.exit
  if (code !== 0) throw new Error(`flash-sale ${args.join(" ")}: exit ${code}\n${command.output().slice(-2_000)}`)
  return command.output()
}
