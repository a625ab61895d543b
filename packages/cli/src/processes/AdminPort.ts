/** The admin API of a process that takes orders: where it listens, and what it needs of the settings. */
import * as Admin from "@flash-sale/admin/Admin"
import type { WantedPort } from "@flash-sale/infra/http/listening/FreePorts"
import type * as Settings from "@flash-sale/infra/Settings"
import * as AdminSettings from "@flash-sale/infra/settings/AdminSettings"
import { Layer } from "effect"

interface Read {
  readonly admin: Settings.AdminSettings
  readonly gateway: Settings.GatewaySettings
}

/** Where it listens; undefined where it does not. `isMeant` says whether it does where ADMIN_PORT says nothing. */
export const wanted = ({ admin }: Pick<Read, "admin">, isMeant: boolean): WantedPort | undefined => {
  const port = AdminSettings.portOf(admin, isMeant)
  return port === undefined ? undefined : { port, host: admin.adminHost, variable: "ADMIN_PORT" }
}

/** Its address, for a person: where all addresses are listened on, the one that this machine has for itself. */
export const urlOf = ({ host, port }: WantedPort): string => {
  const isAll = host === undefined || host === "0.0.0.0" || host === "::"
  return `http://${isAll ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host}:${port}`
}

/** `patient` is the engine that this process is part of. */
export const layer = (
  { gateway: { allowedHosts, docs, trustedProxies } }: Read,
  at: WantedPort | undefined,
  patient: Admin.Settings["patient"]
) =>
  at === undefined
    ? Layer.empty
    : Admin.layer({ port: at.port, host: at.host, allowedHosts, trustedProxies, docs, patient })
