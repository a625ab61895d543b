/** Judges what answers at the engine's ports on this machine. Pure. */
import type * as Looked from "@flash-sale/infra/facts/Looked"
import type { Answering } from "@flash-sale/infra/http/EngineLook"
import type { Finding } from "./Check.ts"
import * as Check from "./Check.ts"

export interface EnginePorts {
  readonly gateway: Looked.Looked<{ readonly port: number; readonly answering: Answering }>
  readonly processor: Looked.Looked<{ readonly port: number; readonly answering: Answering }>
}

const VARIABLES = { "gateway.port": "HTTP_PORT", "processor.port": "METRICS_PORT" } as const
/** Problems that one line names. */
const NAMED = 3

const port = (own: string, id: keyof typeof VARIABLES, looked: EnginePorts["gateway"]): Finding =>
  Check.judged(id, looked, ({ answering, port }) => {
    switch (answering._tag) {
      case "Nobody":
        return Check.ok(id, `${port} is free: none runs here`)
      case "Silent":
        return Check.warning(id, `${port} is taken, and does not answer: ${answering.why}`, mendTaken(id))
      case "Stranger":
        return Check.warning(id, `${port} is taken by something else: none can start here`, mendTaken(id))
      case "Engine": {
        const { isHealthy, problems, version } = answering
        if (!isHealthy) {
          const named = problems.slice(0, NAMED).join("; ")
          return Check.wrong(
            id,
            `${version} at ${port} is unhealthy${named === "" ? "" : `: ${named}`}`,
            `curl localhost:${port}/health, and docs/operations.md, What you see`
          )
        }
        return version === own
          ? Check.ok(id, `${version} at ${port} is healthy`)
          : Check.warning(
            id,
            `${version} runs at ${port}, and this command is of ${own}`,
            "use the command of the release that runs, or upgrade: docs/operations.md, Zero-downtime deployment"
          )
      }
    }
  })

const mendTaken = (id: keyof typeof VARIABLES): string =>
  `end what listens there, or set ${VARIABLES[id]} to another port`

/** Both findings. `own` is the release of this command. */
export const judge = ({ gateway, processor }: EnginePorts, own: string): ReadonlyArray<Finding> => [
  port(own, "gateway.port", gateway),
  port(own, "processor.port", processor)
]
