/** Judges what answers at the engine's ports on this machine. Pure. */
import type * as Looked from "@flash-sale/infra/facts/Looked"
import type { Answering } from "@flash-sale/infra/http/EngineLook"
import type { Finding } from "./Check.ts"
import * as Check from "./Check.ts"

export interface EnginePorts {
  readonly gateway: Looked.Looked<{ readonly port: number; readonly answering: Answering }>
  readonly processor: Looked.Looked<{ readonly port: number; readonly answering: Answering }>
  /** Whether one is known to work on this machine, whatever its ports are. */
  readonly isRunning: boolean
}

const VARIABLES = { "gateway.port": "HTTP_PORT", "processor.port": "METRICS_PORT" } as const
/** Problems that one line names. */
const NAMED = 3

const nobody = (id: keyof typeof VARIABLES, address: string, isRunning: boolean): Finding =>
  isRunning
    ? Check.notLookedAt(
      id,
      `an engine runs, and nothing listens at ${address}: set ${VARIABLES[id]} here to the port of the engine`
    )
    : Check.ok(id, `nothing listens at ${address} (${VARIABLES[id]})`)

const port = (
  { isRunning, own }: { readonly isRunning: boolean; readonly own: string },
  id: keyof typeof VARIABLES,
  looked: EnginePorts["gateway"]
): Finding =>
  Check.judged(id, looked, ({ answering, port }) => {
    const address = `127.0.0.1:${port}`
    switch (answering._tag) {
      case "Nobody":
        return nobody(id, address, isRunning)
      case "Silent":
        return Check.warning(id, `${address} is taken, and does not answer: ${answering.why}`, mendTaken(id))
      case "Stranger":
        return Check.warning(id, `${address} is taken by something else: none can start here`, mendTaken(id))
      case "Engine": {
        const { isHealthy, problems, version } = answering
        if (!isHealthy) {
          const named = problems.slice(0, NAMED).join("; ")
          return Check.wrong(
            id,
            `${version} at ${address} is unhealthy${named === "" ? "" : `: ${named}`}`,
            `curl ${address}/health, and docs/operations.md, What you see`
          )
        }
        return version === own
          ? Check.ok(id, `${version} at ${address} is healthy`)
          : Check.warning(
            id,
            `${version} runs at ${address}, and this command is of ${own}`,
            "use the command of the release that runs, or upgrade: docs/operations.md, Zero-downtime deployment"
          )
      }
    }
  })

const mendTaken = (id: keyof typeof VARIABLES): string =>
  `end what listens there, or set ${VARIABLES[id]} to another port`

/** Both findings. `own` is the release of this command. */
export const judge = ({ gateway, isRunning, processor }: EnginePorts, own: string): ReadonlyArray<Finding> => [
  port({ isRunning, own }, "gateway.port", gateway),
  port({ isRunning, own }, "processor.port", processor)
]
