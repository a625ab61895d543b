/** What a process has of the operating system's: descriptors, connections, and the wall clock. */
import type { Metric } from "effect"
import { counter, gauge, type Service } from "./Series.ts"

/** Prometheus' own names. They appear with the first look, and only where the system says how many there are. */
export const openDescriptors = gauge("process_open_fds", "Open file descriptors")
export const maxDescriptors = gauge("process_max_fds", "File descriptors that may be open")

/** Appears with the first look. */
export const clockOffset = gauge(
  "process_clock_offset_seconds",
  "Seconds that the wall clock was set forward since the process started; below 0: back"
)

export const connections = gauge("gateway_connections", "Open connections to the gateway's port")
export const maxConnections = gauge("gateway_connections_max", "Connections to the gateway's port that may be open")
export const connectionsDropped = counter(
  "gateway_connections_dropped_total",
  "Connections that were closed as they came, beyond the bound or for want of a descriptor"
)

/** The series of each service that exist from its start, at 0. */
export const initial: Readonly<Record<Service, ReadonlyArray<Metric.Metric<never, unknown>>>> = {
  gateway: [connections, maxConnections, connectionsDropped],
  processor: []
}
