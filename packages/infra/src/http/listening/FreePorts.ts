/** Whether a process can have its ports, asked before it begins anything that it would have to end at once. */
import { Effect } from "effect"
import { messageOf } from "../../errors/MessageOf.ts"
import { CannotListen } from "./Listener.ts"
import * as ListeningSocket from "./ListeningSocket.ts"

export interface WantedPort {
  readonly port: number
  /** The address; undefined for all of the machine. */
  readonly host: string | undefined
  /** The setting that names another. */
  readonly variable: CannotListen["variable"]
}

/** Fails where one of them is taken, by another process or another of these. They are free again when it succeeds. */
export const require = (wanted: ReadonlyArray<WantedPort>): Effect.Effect<void, CannotListen> =>
  Effect.scoped(Effect.forEach(wanted, listen, { discard: true }))

const listen = ({ host, port, variable }: WantedPort) =>
  Effect.mapError(
    ListeningSocket.scoped({ host, port }),
    (error) => new CannotListen({ port, variable, detail: messageOf(error) })
  )
