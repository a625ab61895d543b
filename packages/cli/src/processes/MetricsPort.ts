/** The port of a process that has no API: its health, its probes and its metrics. */
import * as MetricsServer from "@flash-sale/infra/http/MetricsServer"
import type * as Settings from "@flash-sale/infra/Settings"

/** As the settings of the process say. */
export const layer = <R>(
  { allowedHosts, metricsHost, metricsPort, metricsToken }: Settings.ProcessorSettings,
  service: Pick<MetricsServer.MetricsServerOptions<R>, "health" | "isReady" | "metrics">
) => MetricsServer.layer({ port: metricsPort, host: metricsHost, token: metricsToken, allowedHosts, ...service })
