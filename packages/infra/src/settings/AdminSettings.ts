/** The environment variables of the admin API's port. */
import type { Config } from "effect"
import * as Kind from "./Kind.ts"
import * as ListenHost from "./ListenHost.ts"
import * as Variable from "./Variable.ts"

/** The port where none is named. */
export const DEFAULT_PORT = 8081
const OFF = "off"

/** `off`: there is none. */
const portOrOff: Kind.Kind<number | typeof OFF> = {
  expects: `a port (1 to 65535), or ${OFF}`,
  read: (text) => text.toLowerCase() === OFF ? OFF : Kind.port.read(text)
}

export const config = Variable.group({
  /** Undefined where nothing is said: then it is for the process to decide. */
  adminPort: Variable.make<number | typeof OFF | undefined>("ADMIN_PORT", portOrOff, undefined),
  /** Whoever operates an engine from elsewhere gets there by a tunnel, unless another address is named. */
  adminHost: Variable.make<string | undefined>("ADMIN_HOST", ListenHost.kind, ListenHost.LOOPBACK)
})
export type AdminSettings = Config.Success<typeof config>

/**
 * The port to listen on; undefined where there is none. `isMeant` says whether a process has one where nothing is said.
 */
export const portOf = ({ adminPort }: AdminSettings, isMeant: boolean): number | undefined =>
  adminPort === OFF ? undefined : adminPort ?? (isMeant ? DEFAULT_PORT : undefined)
