/** What this machine says of its limits and of its clock. Linux says it; other systems are not asked. */
import { Effect } from "effect"
import { existsSync } from "node:fs"
import * as Looked from "../facts/Looked.ts"
import * as Descriptors from "./Descriptors.ts"

/** Where systemd's time service keeps its state, and the file that it makes once a time server has set the clock. */
const TIME_SERVICE = "/run/systemd/timesync"
const SET_BY_SERVER = `${TIME_SERVICE}/synchronized`

export interface MachineFacts {
  /** Files and connections that a process which is started here may have open. */
  readonly maxOpenFiles: Looked.Looked<number>
  /** Whether a time server keeps the clock. */
  readonly isClockKept: Looked.Looked<boolean>
}

export const look: Effect.Effect<MachineFacts> = Effect.map(
  Descriptors.linux.max,
  (max): MachineFacts => ({
    maxOpenFiles: max === undefined ? Looked.notLooked("this system does not say its limit") : Looked.found(max),
    isClockKept: existsSync(TIME_SERVICE)
      ? Looked.found(existsSync(SET_BY_SERVER))
      : Looked.notLooked("this machine does not say whether a time server keeps its clock")
  })
)
