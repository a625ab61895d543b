/** The environment variables of the port of a process that has no API. */
import { Config } from "effect"
import * as HostNames from "./HostNames.ts"
import * as Kind from "./Kind.ts"
import * as ListenHost from "./ListenHost.ts"
import * as MetricsToken from "./MetricsToken.ts"
import * as Variable from "./Variable.ts"

const variables = (host: string | undefined, port: number) =>
  Variable.group({
    metricsPort: Variable.make("METRICS_PORT", Kind.port, port),
    metricsHost: Variable.make<string | undefined>("METRICS_HOST", ListenHost.kind, host),
    /** What `/metrics` wants to be shown; undefined where it is for everybody. */
    metricsToken: MetricsToken.config,
    /** The names that the port answers to, in small letters; all where it is absent. */
    allowedHosts: Variable.make<ReadonlySet<string> | undefined>("HTTP_ALLOWED_HOSTS", HostNames.hosts, undefined)
  })

/** `host` is the address that it listens on where none is set; all of the machine where it is undefined. */
export const make = (host: string | undefined, port = 9090) =>
  Config.map(variables(host, port), (read) => ({
    ...read,
    allowedHosts: read.allowedHosts ?? ListenHost.namesAt(host, read.metricsHost)
  }))

export type MonitoringSettings = Config.Success<ReturnType<typeof make>>
